"""Deadlines: computed from a letter, confirmed or named by a person, and what becomes of them."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from lotse_contracts.envelope import ITEMS_MAX, Answer, Code, Fact, Order, Question, SaidPart, Token, Version
from lotse_contracts.intake.contents import Day
from lotse_contracts.values import COUNSELLORS, DeadlineSettlement


class RegisterDeadline(Order):
    """A person names a day until which something must be done; it counts as confirmed."""

    NAME: ClassVar[str] = "register-deadline"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "concern_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    concern_id: UUID
    deadline_id: UUID
    on: Day
    kind: Code = Field(description="of the list `periods`, or another code such as appointment")


class ConfirmDeadline(Order):
    """A person has read the letter: the computed end holds, or another day does."""

    NAME: ClassVar[str] = "confirm-deadline"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "deadline_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    deadline_id: UUID
    on: Day | None = Field(default=None, description="where the letter says another day than was computed")


class SettleDeadline(Order):
    """It was kept, was let go by, or never was one; nobody is reminded of it any more."""

    NAME: ClassVar[str] = "settle-deadline"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "deadline_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    deadline_id: UUID
    settlement: DeadlineSettlement


class DeadlineFact(Fact):
    """Something about a deadline. `confirmed` is false as long as only a machine has said the day."""

    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    deadline_id: UUID
    concern_id: UUID
    person_id: UUID
    version: Version
    on: Day
    kind: Code
    confirmed: bool


class DeadlineRegistered(DeadlineFact):
    """A deadline stands, for the first time or on another day; it is reminded of 7 and 2 days before and on the day."""

    NAME: ClassVar[str] = "deadline-registered"

    warnings: tuple[Code, ...] = Field(
        default=(), max_length=20, description="later_than_earliest, already_over; they reach whoever gave the order"
    )


class DeadlineDue(DeadlineFact):
    """It comes near: 7 or 2 days before, or today."""

    NAME: ClassVar[str] = "deadline-due"

    days_left: int = Field(ge=0, le=7)


class DeadlineMissed(DeadlineFact):
    """The day has passed, and nobody has said that it was kept."""

    NAME: ClassVar[str] = "deadline-missed"


class DeadlineSettled(DeadlineFact):
    """Nobody is reminded of it any more."""

    NAME: ClassVar[str] = "deadline-settled"

    settlement: DeadlineSettlement


class DeadlineEntry(SaidPart):
    """One deadline."""

    deadline_id: UUID
    concern_id: UUID
    on: Day
    kind: Code
    computed: bool = Field(description="from date and period of a letter; else a person named the day")
    confirmed_by: Token | None = None
    settlement: Token | None = None
    missed: bool = False


class DeadlinesAnswer(Answer):
    """The nearest first."""

    deadlines: tuple[DeadlineEntry, ...] = Field(max_length=ITEMS_MAX)


class AskDeadlines(Question):
    """Which deadlines does this concern have, or, without one, which are the nearest of all that stand?"""

    NAME: ClassVar[str] = "deadlines"
    SERVICE: ClassVar[str] = "intake"
    ANSWER: ClassVar[type[Answer]] = DeadlinesAnswer
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    concern_id: UUID | None = None
    size: int = Field(default=50, ge=1, le=ITEMS_MAX)
