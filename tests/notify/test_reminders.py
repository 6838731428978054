"""Reminders keep the wall time of Dresden, whatever the clocks do, and never come in the night."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lotse_notify.domain.quiet import decent
from lotse_notify.domain.reminders import (
    HOURS_BEFORE,
    JUST_TOLD,
    LOCAL,
    TOO_LATE,
    change_useful_by,
    reminders,
)

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
starts = st.integers(0, 730 * 24 * 12).map(lambda fives: FIRST + timedelta(minutes=5 * fives))


def _local(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=LOCAL).astimezone(UTC)


def test_a_week_a_day_and_three_hours_before() -> None:
    ahead = [(one.hours_before, one.due_at) for one in reminders(_local(2026, 12, 10, 14), LONG_AGO)]
    assert ahead == [
        (168, _local(2026, 12, 3, 14)),
        (24, _local(2026, 12, 9, 14)),
        (3, _local(2026, 12, 10, 11)),
    ]


def test_a_day_before_is_the_same_hour_of_the_clock_when_summer_begins() -> None:
    """Trap 9: the clocks went forward on 28 March 2027."""
    (_, day, _) = reminders(_local(2027, 3, 28, 15), LONG_AGO)
    assert day.due_at == _local(2027, 3, 27, 15)
    assert _local(2027, 3, 28, 15) - day.due_at == timedelta(hours=23)


def test_a_day_before_is_the_same_hour_of_the_clock_when_summer_ends() -> None:
    """Trap 9: the clocks went back on 25 October 2026."""
    (_, day, _) = reminders(_local(2026, 10, 25, 15), LONG_AGO)
    assert day.due_at == _local(2026, 10, 24, 15)
    assert _local(2026, 10, 25, 15) - day.due_at == timedelta(hours=25)


@pytest.mark.parametrize(("month", "hours"), [(3, 167), (10, 169)])
def test_a_week_before_is_the_same_hour_of_the_clock(month: int, hours: int) -> None:
    starts_at = _local(2027, 3, 30, 11) if month == 3 else _local(2026, 10, 27, 11)
    (week, _, _) = reminders(starts_at, LONG_AGO)
    assert week.due_at.astimezone(LOCAL).hour == 11
    assert starts_at - week.due_at == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("starts_at", "due_at"),
    [
        (_local(2026, 12, 3, 11), _local(2026, 12, 3, 8)),
        (_local(2026, 12, 3, 10), _local(2026, 12, 3, 8)),  # two hours before is still of use
        (_local(2026, 12, 3, 9, 30), _local(2026, 12, 3, 8)),
        (_local(2026, 12, 3, 9, 25), _local(2026, 12, 2, 20)),
        (_local(2026, 12, 3, 8, 30), _local(2026, 12, 2, 20)),
        (_local(2026, 12, 3, 0, 30), _local(2026, 12, 2, 20)),
        (_local(2026, 12, 3, 23, 50), _local(2026, 12, 3, 20, 50)),
    ],
)
def test_the_last_one_comes_at_eight_or_the_evening_before(starts_at: datetime, due_at: datetime) -> None:
    """Trap 8: three hours before half past eight is night, and at eight it is too late to be of use."""
    (*_, last) = reminders(starts_at, LONG_AGO)
    assert last.due_at == due_at


@settings(deadline=None)
@given(starts_at=starts)
def test_none_is_due_in_the_night_and_each_is_of_use_until_the_next(starts_at: datetime) -> None:
    """Trap 8: the last one ends before the start."""
    ahead = list(reminders(starts_at, LONG_AGO))
    assert [one.hours_before for one in ahead] == list(HOURS_BEFORE)
    assert all(decent(one.due_at) for one in ahead)
    assert [one.useful_by for one in ahead] == [ahead[1].due_at, ahead[2].due_at, starts_at - TOO_LATE]
    assert all(one.due_at < one.useful_by < starts_at for one in ahead)


@settings(deadline=None)
@given(starts_at=starts)
def test_where_the_hour_is_decent_it_is_the_hour_of_the_appointment(starts_at: datetime) -> None:
    if not decent(starts_at):
        return
    week, day, _ = reminders(starts_at, LONG_AGO)
    wall = starts_at.astimezone(LOCAL)
    for one, days in ((week, 7), (day, 1)):
        at = one.due_at.astimezone(LOCAL)
        assert (at.date(), at.time()) == (wall.date() - timedelta(days=days), wall.time())


@settings(deadline=None)
@given(starts_at=starts, hours=st.integers(-10, 200))
def test_nobody_is_reminded_in_the_past_or_of_what_she_has_just_heard(starts_at: datetime, hours: int) -> None:
    now = starts_at - timedelta(hours=hours)
    assert all(one.due_at > now + JUST_TOLD for one in reminders(starts_at, now))


@settings(deadline=None)
@given(starts_at=starts)
def test_a_start_with_the_clock_of_dresden_is_the_same_start(starts_at: datetime) -> None:
    """Differences of two times with one time zone would be counted on the clock and not in hours."""
    assert list(reminders(starts_at.astimezone(LOCAL), LONG_AGO)) == list(reminders(starts_at, LONG_AGO))


@settings(deadline=None)
@given(starts_at=starts)
def test_a_change_is_of_use_until_she_stands_at_the_door(starts_at: datetime) -> None:
    """Trap 8: what arrives after the start harms."""
    assert starts_at - timedelta(minutes=2) < change_useful_by(starts_at) < starts_at
