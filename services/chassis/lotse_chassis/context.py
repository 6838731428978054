"""What a handler may know besides the message itself."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


class Credential:
    """A verified staff token, to ask other services on behalf of whoever asked; it shows itself to nobody.

    It lives as long as one question. Neither `repr`, nor `str`, nor a copy to elsewhere gives it away.
    """

    __slots__ = ("_token",)

    def __init__(self, token: str) -> None:
        self._token = token

    def __repr__(self) -> str:
        return "Credential(hidden)"

    def __reduce__(self) -> str:
        raise TypeError("a credential is never stored")

    def reveal(self) -> str:
        """The token, for the header of a question."""
        return self._token


@dataclass(frozen=True)
class Context:
    """`now` is the service's clock, `time` the envelope's, both aware UTC; actor and role are of a verified token.

    `credential` is there for questions alone: an order may wait for days, and a token is not kept.
    """

    id: UUID
    now: datetime
    time: datetime
    association: str
    sender: str
    sender_association: str
    correlation: UUID
    actor: str | None = None
    role: str | None = None
    credential: Credential | None = field(default=None, repr=False, compare=False)
