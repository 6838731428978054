"""Days are days in Europe/Berlin; instants are aware UTC in microseconds."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")
MICROSECOND = timedelta(microseconds=1)


def end_of_day(day: date) -> datetime:
    """The last microsecond of this day in Berlin."""
    return datetime.combine(day + timedelta(days=1), time(), BERLIN).astimezone(UTC) - MICROSECOND


def day_of(instant: datetime) -> date:
    """The day in Berlin."""
    return instant.astimezone(BERLIN).date()


def stamp(instant: datetime) -> str:
    """RFC 3339 in UTC with all six decimals, so that one instant has one spelling."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
