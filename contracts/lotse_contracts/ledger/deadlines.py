"""What must be done by when, and how long the books are kept."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from lotse_contracts.envelope import ITEMS_MAX, Answer, Code, Fact, Question, SaidPart, Token
from lotse_contracts.ledger.checkpoints import LogSize
from lotse_contracts.ledger.entries import GrantOrder
from lotse_contracts.ledger.values import Day, FileRef
from lotse_contracts.values import TREASURERS


class SetRetention(GrantOrder):
    """An authority names how long the books of a grant are kept."""

    NAME: ClassVar[str] = "set-retention"

    retention_id: UUID
    years: int = Field(ge=1, le=30)
    valid_on: Day
    file_ref: FileRef = ""


class DeadlineFact(Fact):
    """Of one deadline, named by all three: what was said of more entries holds, and of as many that it is cleared."""

    SERVICE: ClassVar[str] = "ledger"
    KEY: ClassVar[str] = "grant_id"

    grant_id: UUID
    deadline: Code
    due_on: Day
    log_size: LogSize = Field(default=0, description="entries that the log had when this was so")


class DeadlineNear(DeadlineFact):
    """A date that an authority named comes near."""

    NAME: ClassVar[str] = "deadline-near"


class DeadlineCleared(DeadlineFact):
    """Nothing is left to do by a date that is near: the proof is in, the money used, or the date moved or dropped."""

    NAME: ClassVar[str] = "deadline-cleared"


class NamedDeadline(SaidPart):
    """A deadline with the rule it comes from."""

    deadline: Code
    due_on: Day
    rule: Token


class DeadlinesAnswer(Answer):
    """Earliest first."""

    grant_id: UUID
    deadlines: tuple[NamedDeadline, ...] = Field(max_length=ITEMS_MAX)


class AskDeadlines(Question):
    """What must be done by when?"""

    NAME: ClassVar[str] = "deadlines"
    SERVICE: ClassVar[str] = "ledger"
    ANSWER: ClassVar[type[Answer]] = DeadlinesAnswer
    ROLES: ClassVar[frozenset[str]] = TREASURERS

    grant_id: UUID
