"""What a handler may know besides the message itself."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class Context:
    """`now` is the service's clock, `time` the envelope's, both aware UTC; actor and role are of a verified token."""

    id: UUID
    now: datetime
    time: datetime
    association: str
    sender: str
    sender_association: str
    correlation: UUID
    actor: str | None = None
    role: str | None = None
