"""When a person is reminded of an appointment: wall time of Dresden, computed here and nowhere else."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Europe/Berlin")
HOURS_BEFORE = (48, 3)
SAYABLE_YEARS = range(2000, 2200)
"""Beyond them it is a slip of the pen, and calendars break."""
DAY_HOURS = 24


@dataclass(frozen=True)
class Reminder:
    """One reminder; it is of use until the next one, the last until the appointment starts."""

    hours_before: int
    due_at: datetime
    useful_by: datetime


def reminders(starts_at: datetime, now: datetime) -> Iterator[Reminder]:
    """Those still ahead, earliest first."""
    instants = [_before(starts_at, hours) for hours in HOURS_BEFORE]
    for hours, due_at, useful_by in zip(HOURS_BEFORE, instants, [*instants[1:], starts_at], strict=True):
        if due_at > now:
            yield Reminder(hours, due_at, useful_by)


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
