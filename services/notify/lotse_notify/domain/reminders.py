"""When a person is reminded of an appointment: wall time of Dresden, computed here and nowhere else."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from lotse_chassis.calendar import ZONE
from lotse_notify.domain.quiet import EVENING, MORNING, decent

LOCAL = ZONE
HOURS_BEFORE = (168, 24, 3)
"""A week, a day, three hours. Source: reminder practice of the NHS, 7 days and 24 h, as of 2026-11-22; the last by the
issue."""
RETIRED_HOURS = (48,)
"""What an earlier version set; such a timer still reminds, and goes with its appointment."""
SAYABLE_YEARS = range(2000, 2200)
"""Beyond them it is a slip of the pen, and calendars break."""
DAY_HOURS = 24
JUST_TOLD = timedelta(hours=1)
"""Whoever has just been told of an appointment is not reminded at once."""
TOO_LATE = timedelta(minutes=30)
"""Before the start: then a reminder reaches nobody who is not on the way already."""
LAST_WORD = timedelta(minutes=1)
"""Before the start: a change is of use until she stands at the door, and never later."""
EVENING_BEFORE = time(20)
"""Where the night takes too much of the pause before an appointment, it is reminded of the evening before."""


@dataclass(frozen=True)
class Reminder:
    """One reminder; it is of use until the next one, the last until half an hour before the appointment."""

    hours_before: int
    due_at: datetime
    useful_by: datetime


def reminders(starts_at: datetime, now: datetime) -> Iterator[Reminder]:
    """Those still ahead, earliest first; none is due in the night."""
    starts_at = starts_at.astimezone(UTC)
    instants = [_decent(_before(starts_at, hours), starts_at, hours) for hours in HOURS_BEFORE]
    for hours, due_at, useful_by in zip(HOURS_BEFORE, instants, [*instants[1:], starts_at - TOO_LATE], strict=True):
        if due_at > now + JUST_TOLD and due_at < useful_by:
            yield Reminder(hours, due_at, useful_by)


def change_useful_by(starts_at: datetime) -> datetime:
    """Until when it is of use to hear that an appointment was fixed, moved or cancelled: before it starts."""
    return starts_at - LAST_WORD


def sayable(instant: datetime) -> bool:
    """Whether it is an aware time that an appointment can have."""
    return instant.tzinfo is not None and instant.year in SAYABLE_YEARS


def _before(starts_at: datetime, hours: int) -> datetime:
    """Whole days are days of the calendar: the same wall time, whatever the clocks did in between.

    A wall time that a clock change skips is taken an hour later, one that it repeats is taken the first time.
    """
    days, rest = divmod(hours, DAY_HOURS)
    if days == 0:
        return starts_at - timedelta(hours=rest)
    wall = starts_at.astimezone(LOCAL).replace(tzinfo=None, fold=0) - timedelta(days=days)
    return wall.replace(tzinfo=LOCAL).astimezone(UTC) - timedelta(hours=rest)


def _decent(instant: datetime, starts_at: datetime, hours: int) -> datetime:
    """Never in the night: the next morning, if at least half of the pause is left by then, else the evening before."""
    if decent(instant):
        return instant
    local = instant.astimezone(LOCAL)
    morning = datetime.combine(local.date() + timedelta(days=local.time() >= EVENING), MORNING, LOCAL)
    if starts_at - morning >= timedelta(hours=hours) / 2:
        return morning.astimezone(UTC)
    evening = datetime.combine(local.date() - timedelta(days=local.time() < MORNING), EVENING_BEFORE, LOCAL)
    return evening.astimezone(UTC)
