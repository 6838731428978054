"""What comes back: the business answer to an order, and the problem that a question or an order met."""

from uuid import UUID

from pydantic import Field

from lotse_contracts.envelope import Answer, Code, SaidPart

REPLY_TO_HEADER = "lotse-reply-to"
TOKEN_HEADER = "lotse-token"
ERROR_HEADER = "lotse-error"


class Problem(SaidPart):
    """RFC 9457 in its meaning: a code, the fields at fault, and texts in four languages; never a value.

    `allowed` names what the rules would let pass instead, where that helps, such as the actions of a concern.
    """

    code: Code
    fields: tuple[str, ...] = Field(default=(), max_length=50)
    texts: dict[str, str] = Field(description="uk, ru, de and en")
    allowed: str | None = Field(default=None, max_length=1_000)


class OrderAnswer(Answer):
    """Sent after the commit: accepted means committed by the service. `repeated` says that it was so before.

    `warnings` are what the rules let pass and somebody should look at, such as `above_need`.
    """

    order_id: UUID
    accepted: bool
    repeated: bool = False
    problem: Problem | None = None
    warnings: tuple[Code, ...] = Field(default=(), max_length=20)
