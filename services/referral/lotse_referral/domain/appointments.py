"""One appointment under a stable id: fixed, moved, cancelled; and what somebody should look at."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, NamedTuple
from uuid import UUID

from lotse_chassis.calendar import ZONE, is_holiday

Change = Literal["fixed", "moved", "cancelled", "nothing"]

SAYABLE_YEARS = range(2000, 2200)
"""As notify has it: beyond them it is a slip of the pen, and calendars break."""
LONGEST = timedelta(hours=12)
"""A group's day out is longer than any appointment; beyond that the date of the end is wrong."""
SUNDAY = 6
OVERLAPS, PAST, CLOSED = "overlaps_another", "in_the_past", "no_working_day"
WITHOUT_ADDRESS = frozenset({"there", "phone", "online"})
"""Where it is, if not at a location of the directory: at the office itself, by phone, on the net."""


@dataclass(frozen=True)
class Appointment:
    """`version` rises with each change; a cancelled one stays cancelled. `language` is what will be spoken there."""

    appointment_id: UUID
    referral_id: UUID
    person_id: UUID
    starts_at: datetime
    ends_at: datetime
    changed_at: datetime
    place: str | None = None
    cancelled: bool = False
    version: int = 1
    language: str | None = None
    interpreter: bool = False
    reason: str | None = None

    @property
    def minutes(self) -> int:
        """How long it takes, at least one."""
        return max(1, int((self.ends_at - self.starts_at).total_seconds() // 60))


class Fault(NamedTuple):
    """What cannot be: the code of the refusal and the field."""

    code: str
    field: str


class AlreadyCancelled(Exception):
    """A new appointment needs a new id, since calendars forget a cancelled one."""


def fault_of(starts_at: datetime, ends_at: datetime) -> Fault | None:
    """Why these two times are no appointment; None if they are."""
    if starts_at.astimezone(ZONE).year not in SAYABLE_YEARS or ends_at.astimezone(ZONE).year not in SAYABLE_YEARS:
        return Fault("time_out_of_range", "starts_at")
    if ends_at <= starts_at:
        return Fault("ends_before_start", "ends_at")
    return Fault("too_long", "ends_at") if ends_at - starts_at > LONGEST else None


def to_the_minute(at: datetime) -> datetime:
    """Calendars and people know no smaller unit."""
    return at.replace(second=0, microsecond=0)


def changed(held: Appointment | None, wanted: Appointment) -> tuple[Appointment, Change]:
    """What is kept from now on, and what happened. Raises AlreadyCancelled if it was taken back before."""
    if held is None:
        return wanted, "cancelled" if wanted.cancelled else "fixed"
    if held.cancelled:
        if wanted.cancelled:
            return held, "nothing"
        raise AlreadyCancelled
    if wanted.cancelled:
        return cancelled(held, wanted.changed_at, wanted.reason), "cancelled"
    if _told(held) == _told(wanted):
        return held, "nothing"
    return replace(wanted, version=held.version + 1), "moved"


def cancelled(held: Appointment, now: datetime, reason: str | None) -> Appointment:
    """The same appointment, taken back."""
    return replace(held, cancelled=True, version=held.version + 1, changed_at=now, reason=reason)


def overlapping(one: Appointment, others: Iterable[Appointment]) -> tuple[UUID, ...]:
    """Which of hers are at the same time; one that begins when another ends is not."""
    return tuple(
        other.appointment_id
        for other in others
        if other.appointment_id != one.appointment_id
        and not (other.cancelled or one.cancelled)
        and other.starts_at < one.ends_at
        and one.starts_at < other.ends_at
    )


def warnings_of(one: Appointment, others: Sequence[Appointment], now: datetime) -> tuple[str, ...]:
    """What the rules let pass and somebody should look at."""
    day = one.starts_at.astimezone(ZONE).date()
    found = {
        OVERLAPS: bool(overlapping(one, others)),
        PAST: one.starts_at < now,
        CLOSED: day.weekday() == SUNDAY or is_holiday(day),
    }
    return tuple(code for code, is_so in found.items() if is_so)


def _told(one: Appointment) -> tuple[object, ...]:
    return one.starts_at, one.ends_at, one.place, one.language, one.interpreter
