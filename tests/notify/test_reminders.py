"""Reminders keep the wall time of Dresden, whatever the clocks do."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lotse_notify.domain.reminders import HOURS_BEFORE, LOCAL, reminders

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
starts = st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2027, 12, 31)).map(  # noqa: DTZ001
    lambda naive: naive.replace(second=0, microsecond=0, tzinfo=UTC)
)


def _local(year: int, month: int, day: int, hour: int) -> datetime:
    return datetime(year, month, day, hour, tzinfo=LOCAL).astimezone(UTC)


def test_two_days_before_is_the_same_hour_of_the_clock_when_summer_begins() -> None:
    (first, _) = reminders(_local(2027, 3, 29, 10), LONG_AGO)  # the clocks went forward on the 28th
    assert first.due_at == _local(2027, 3, 27, 10)
    assert _local(2027, 3, 29, 10) - first.due_at == timedelta(hours=47)


def test_two_days_before_is_the_same_hour_of_the_clock_when_summer_ends() -> None:
    (first, _) = reminders(_local(2026, 10, 26, 10), LONG_AGO)
    assert _local(2026, 10, 26, 10) - first.due_at == timedelta(hours=49)


def test_three_hours_are_three_hours() -> None:
    (_, second) = reminders(_local(2026, 12, 3, 10), LONG_AGO)
    assert _local(2026, 12, 3, 10) - second.due_at == timedelta(hours=3)


@given(starts_at=starts)
def test_each_reminder_is_of_use_until_the_next_and_the_last_until_the_start(starts_at: datetime) -> None:
    ahead = list(reminders(starts_at, LONG_AGO))
    assert [reminder.hours_before for reminder in ahead] == list(HOURS_BEFORE)
    assert all(reminder.due_at < reminder.useful_by <= starts_at for reminder in ahead)
    assert ahead[0].useful_by == ahead[1].due_at


@given(starts_at=starts, hours=st.integers(-10, 60))
def test_nothing_is_reminded_in_the_past(starts_at: datetime, hours: int) -> None:
    now = starts_at - timedelta(hours=hours)
    assert all(reminder.due_at > now for reminder in reminders(starts_at, now))
