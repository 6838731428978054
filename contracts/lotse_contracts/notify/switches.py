"""The kill switch, and the caps of a day that say when something floods."""

from typing import ClassVar, Literal

from pydantic import AwareDatetime, Field

from lotse_contracts.envelope import Answer, Fact, Order, Question, SaidPart
from lotse_contracts.values import COORDINATORS, COUNSELLORS

SwitchName = Literal["all", "sms", "email", "telegram"]
"""What a switch holds back: everything that is told to people, or one channel."""
CapName = Literal["segments", "person"]
"""`segments`: SMS parts of the whole association in a day; `person`: messages to one person in a day."""


class SetSwitch(Order):
    """Hold back what is told to people, or let it go again. What was begun is not recalled."""

    NAME: ClassVar[str] = "set-switch"
    SERVICE: ClassVar[str] = "notify"
    KEY: ClassVar[str] = "name"
    ROLES: ClassVar[frozenset[str]] = COORDINATORS

    name: SwitchName
    on: bool


class SwitchSet(Fact):
    """Somebody has held back messages, or let them go again."""

    NAME: ClassVar[str] = "switch-set"
    SERVICE: ClassVar[str] = "notify"
    KEY: ClassVar[str] = "name"

    name: SwitchName
    on: bool
    since: AwareDatetime


class CapReached(Fact):
    """A day's cap holds messages back: somebody should look whether something floods. Said once a day for each cap."""

    NAME: ClassVar[str] = "cap-reached"
    SERVICE: ClassVar[str] = "notify"
    KEY: ClassVar[str] = "cap"

    cap: CapName
    day: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$", description="in Dresden")
    limit: int = Field(ge=0)


class Switch(SaidPart):
    """One switch; `since` when it is off."""

    name: SwitchName
    on: bool
    since: AwareDatetime | None = None


class SwitchesAnswer(Answer):
    """All of them, how much waits because of one, and how far the day's segments are used up."""

    switches: tuple[Switch, ...] = Field(max_length=10)
    waiting: int = Field(ge=0, description="messages to people and mails to offices that wait for a switch")
    segments: int = Field(ge=0, description="of SMS since midnight in Dresden")
    segments_cap: int = Field(ge=0)


class AskSwitches(Question):
    """Is anything held back, and how much of the day's segments is left?"""

    NAME: ClassVar[str] = "switches"
    SERVICE: ClassVar[str] = "notify"
    ANSWER: ClassVar[type[Answer]] = SwitchesAnswer
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS
