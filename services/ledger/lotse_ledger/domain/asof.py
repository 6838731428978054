"""Two dates choose what an answer stands on: until when things were valid, and until when they were known.

An answer for a past instant never changes again: whatever enters later is known later. So nobody may ask beyond the
last entry; what is not recorded yet could still come before that instant.
"""

from dataclasses import dataclass
from datetime import date, datetime

from lotse_ledger.domain.instants import day_of, end_of_day


class NothingRecorded(LookupError):
    """The log is empty."""


class BeyondLastEntry(ValueError):
    """The answer for this instant could still change."""


@dataclass(frozen=True)
class AsOf:
    """Valid until the end of a day, as known at an instant."""

    valid_to: date
    recorded_to: datetime


def as_of(
    *, valid_to: date | None, recorded_to: date | datetime | None, last_recorded_at: datetime | None, now: datetime
) -> AsOf:
    """The two dates asked for; today and the last entry where none was.

    A day of `recorded_to` means its end in Berlin. Raises NothingRecorded or BeyondLastEntry.
    """
    if last_recorded_at is None:
        raise NothingRecorded("the log is empty")
    known = _instant(recorded_to) or last_recorded_at
    if known > last_recorded_at:
        raise BeyondLastEntry("beyond the last entry")
    return AsOf(valid_to or day_of(now), known)


def _instant(recorded_to: date | datetime | None) -> datetime | None:
    if recorded_to is None or isinstance(recorded_to, datetime):
        return recorded_to
    return end_of_day(recorded_to)
