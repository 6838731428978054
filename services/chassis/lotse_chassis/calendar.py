"""When people work: days and opening hours in Dresden, with Saxony's holidays and both changes of the clock."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

ZONE = ZoneInfo("Europe/Berlin")
SUBDIVISION = "SN"  # Saxony, which alone keeps Buß- und Bettag (SächsSFG section 1, as of 2026-11-25)
DAYS_MAX = 10_000  # further away nobody plans
HOURS_MAX = 10_000.0
YEARS_CACHED_MAX = 64

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class OpeningHours:
    """Local opening and closing time by weekday, Monday is 0; a missing weekday is closed."""

    by_weekday: tuple[tuple[time, time] | None, ...]

    def __post_init__(self) -> None:
        """Refuse what would never open, since a search for the next opening would never end."""
        spans = [span for span in self.by_weekday if span is not None]
        if len(self.by_weekday) != 7 or not spans or any(opens >= closes for opens, closes in spans):
            raise ValueError("opening hours name seven days, and open before they close on at least one")


OFFICE_HOURS = OpeningHours((*((time(9), time(17)),) * 5, None, None))


@lru_cache(maxsize=YEARS_CACHED_MAX)
def _holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("DE", subdiv=SUBDIVISION, years=year))


def is_holiday(day: date) -> bool:
    """Whether the law of Saxony makes this day a holiday."""
    return day in _holidays(day.year)


def is_working_day(day: date) -> bool:
    """Monday to Friday, and no holiday."""
    return day.weekday() < 5 and not is_holiday(day)


def next_working_day(day: date) -> date:
    """The first working day after this one."""
    return add_working_days(day, 1)


def previous_working_day(day: date) -> date:
    """The last working day before this one."""
    return add_working_days(day, -1)


def add_working_days(day: date, count: int) -> date:
    """The working day that many working days later, or earlier if negative; 0 is the day itself or the next one.

    Raises ValueError beyond ten thousand days.
    """
    if abs(count) > DAYS_MAX:
        raise ValueError("too far away")
    step = ONE_DAY if count >= 0 else -ONE_DAY
    if count == 0:
        return day if is_working_day(day) else next_working_day(day)
    for _ in range(abs(count)):
        day += step
        while not is_working_day(day):
            day += step
    return day


def is_open(at: datetime, opening: OpeningHours = OFFICE_HOURS) -> bool:
    """Whether somebody is there at this moment."""
    span = _opening_of(at.astimezone(ZONE).date(), opening)
    return span is not None and span[0] <= at.astimezone(UTC) < span[1]


def add_working_hours(at: datetime, hours: float, opening: OpeningHours = OFFICE_HOURS) -> datetime:
    """The moment, in UTC, when that many hours of opening time have passed; they are real hours when clocks change.

    Zero hours give the moment itself when open, else the next opening. Raises ValueError if `at` is naive, or the
    hours are negative or more than ten thousand.
    """
    if at.tzinfo is None:
        raise ValueError("a moment is aware")
    if not 0 <= hours <= HOURS_MAX:
        raise ValueError("hours are neither negative nor without end")
    moment, left = at.astimezone(UTC), timedelta(hours=hours)
    day = at.astimezone(ZONE).date()
    while True:
        span = _opening_of(day, opening)
        if span is not None and moment < span[1]:
            start = max(moment, span[0])
            if start + left < span[1] or (left and start + left == span[1]):
                return start + left
            left -= span[1] - start
        day += ONE_DAY


def _opening_of(day: date, opening: OpeningHours) -> tuple[datetime, datetime] | None:
    """When this day opens and closes, in UTC; nothing on holidays."""
    hours = opening.by_weekday[day.weekday()]
    if hours is None or is_holiday(day):
        return None
    opens, closes = (datetime.combine(day, local, ZONE).astimezone(UTC) for local in hours)
    return (opens, closes) if opens < closes else None  # hours that the change of the clock leaves out
