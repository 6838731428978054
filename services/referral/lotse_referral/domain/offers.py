"""A service of the directory as the matching sees it: only what counts, and unknown where nothing is known."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from lotse_chassis.calendar import ZONE

LanguageKind = Literal["native", "staff", "interpreter"]
Capacity = Literal["available", "waitlist", "none", "unknown"]
Assurance = Literal["two_sources", "one_source", "unknown"]

DIRECTORY_ZONE = ZONE
EVERYWHERE = "DE"
"""A service area that names the whole country: a helpline, a portal, a chat."""


def local_day(now: datetime) -> date:
    """The day that the directory's dates mean: a service ends at midnight in Dresden, not in Greenwich."""
    return now.astimezone(DIRECTORY_ZONE).date()


@dataclass(frozen=True, slots=True)
class Opening:
    """Open each week on this weekday (Monday is 0), from and to in minutes after midnight, local time."""

    weekday: int
    opens: int
    closes: int
    valid_from: date | None = None
    valid_to: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the office is open like this on that day."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_to is None or day <= self.valid_to) and day.weekday() == self.weekday


@dataclass(frozen=True, slots=True)
class LanguageSlot:
    """A language that is spoken at this time only."""

    language: str
    opening: Opening
    kind: LanguageKind = "staff"


@dataclass(frozen=True, slots=True)
class Offer:
    """`spoken` names languages of the staff, `doubtful` those that no source states; an interpreter speaks any.

    `codes` are of the list of concerns; a finer one says that of its parent only this part is covered.
    """

    service_id: UUID
    primary_code: str
    codes: frozenset[str]
    spoken: frozenset[str] = frozenset()
    doubtful: frozenset[str] = frozenset()
    interpreter: bool = False
    capacity: Capacity = "unknown"
    active: bool = True
    valid_to: date | None = None
    confidential: bool = False
    assured_on: date | None = None
    assurance: Assurance = "unknown"
    minimum_age: int | None = None
    maximum_age: int | None = None
    appointment_only: bool = False
    for_institutions: bool = False
    address_known: bool = False
    phone_known: bool = False
    slots: tuple[LanguageSlot, ...] = ()
    openings: tuple[Opening, ...] = ()
    areas: frozenset[str] = frozenset()
    town: str | None = None
    postal_code: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    step_free: bool | None = None
    rules: frozenset[str] = frozenset()
    helped: int = 0
    closed: int = 0

    @property
    def at_a_distance(self) -> bool:
        """A helpline, a portal or a chat: nobody has to go there."""
        return EVERYWHERE in self.areas
