"""A service of the directory as the matching sees it: only what counts, and unknown where nothing is known."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

LanguageKind = Literal["staff", "doubtful", "interpreter"]
Capacity = Literal["available", "waitlist", "none", "unknown"]
Assurance = Literal["two_sources", "one_source", "unknown"]

DIRECTORY_ZONE = ZoneInfo("Europe/Berlin")


def local_day(now: datetime) -> date:
    """The day that the directory's dates mean: a service ends at midnight in Dresden, not in Greenwich."""
    return now.astimezone(DIRECTORY_ZONE).date()


@dataclass(frozen=True)
class Offer:
    """`spoken` names languages of the staff; `doubtful` those that no source states; an interpreter speaks any."""

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
    appointment_only: bool = False
    for_institutions: bool = False
    address_known: bool = False
    phone_known: bool = False
    limited_area: bool = False


@dataclass(frozen=True)
class Need:
    """What is looked for. No trait of a person beyond the language that she is spoken to in."""

    code: str
    language: str
    urgency: str = "normal"
    preferred: frozenset[UUID] = frozenset()
