"""The working calendar of Dresden."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotse_chassis.calendar import (
    OFFICE_HOURS,
    ZONE,
    OpeningHours,
    add_working_days,
    add_working_hours,
    is_holiday,
    is_open,
    is_working_day,
    next_working_day,
    previous_working_day,
)

DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
ROUND_THE_CLOCK = OpeningHours(((time(0), time(23, 59)),) * 7)


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 11, 18),  # Buß- und Bettag, in Saxony alone
        date(2027, 11, 17),
        date(2025, 10, 31),  # Reformationstag, a Friday
        date(2026, 4, 3),  # Karfreitag
        date(2026, 4, 6),  # Ostermontag
        date(2026, 5, 14),  # Christi Himmelfahrt
        date(2026, 5, 25),  # Pfingstmontag
        date(2026, 12, 25),
        date(2027, 1, 1),
    ],
)
def test_nobody_works_on_a_holiday_of_saxony(day: date) -> None:
    assert is_holiday(day)
    assert not is_working_day(day)


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 6, 4),  # Fronleichnam, a holiday only in some Sorbian and Catholic places
        date(2027, 1, 6),  # Heilige Drei Könige, not in Saxony
        date(2026, 12, 24),
        date(2026, 12, 31),
    ],
)
def test_other_days_are_worked(day: date) -> None:
    assert is_working_day(day)


def test_a_weekend_and_a_holiday_are_passed_over() -> None:
    assert add_working_days(date(2026, 11, 17), 1) == date(2026, 11, 19)
    assert add_working_days(date(2026, 11, 19), -1) == date(2026, 11, 17)
    assert add_working_days(date(2026, 12, 23), 3) == date(2026, 12, 29)
    assert add_working_days(date(2026, 11, 18), 0) == date(2026, 11, 19)
    assert next_working_day(date(2026, 10, 30)) == date(2026, 11, 2)
    assert previous_working_day(date(2026, 11, 2)) == date(2026, 10, 30)


@given(DAYS, st.integers(-200, 200))
def test_the_day_found_is_worked_and_as_many_worked_days_away_as_asked(day: date, count: int) -> None:
    found = add_working_days(day, count)
    assert is_working_day(found)
    if count == 0:
        assert found == day or (not is_working_day(day) and found == next_working_day(day))
        return
    first, last = (day + timedelta(days=1), found) if count > 0 else (found, day - timedelta(days=1))
    between = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    assert sum(is_working_day(one) for one in between) == abs(count)


@given(DAYS)
def test_next_and_previous_undo_each_other_on_worked_days(day: date) -> None:
    worked = next_working_day(day)
    assert previous_working_day(next_working_day(worked)) == worked


def test_nobody_plans_ten_thousand_working_days_ahead() -> None:
    with pytest.raises(ValueError, match="too far"):
        add_working_days(date(2026, 1, 1), 10_001)


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZONE)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("at", "hours", "expected"),
    [
        (local(2026, 11, 25, 10), 2, local(2026, 11, 25, 12)),
        (local(2026, 11, 25, 16), 2, local(2026, 11, 26, 10)),
        (local(2026, 11, 25, 9), 8, local(2026, 11, 25, 17)),
        (local(2026, 11, 25, 6), 1, local(2026, 11, 25, 10)),
        (local(2026, 11, 25, 20), 0, local(2026, 11, 26, 9)),
        (local(2026, 11, 25, 12), 0, local(2026, 11, 25, 12)),
        (local(2026, 11, 25, 17), 0, local(2026, 11, 26, 9)),
        (local(2026, 11, 27, 16), 2, local(2026, 11, 30, 10)),  # over a weekend
        (local(2026, 11, 17, 16), 2, local(2026, 11, 19, 10)),  # over Buß- und Bettag
        (local(2026, 3, 27, 16), 2, local(2026, 3, 30, 10)),  # the clock goes forward on Sunday
        (local(2026, 10, 23, 16), 2, local(2026, 10, 26, 10)),  # and back
        (local(2026, 3, 27, 9), 24, local(2026, 3, 31, 17)),
    ],
)
def test_hours_count_while_the_office_is_open(at: datetime, hours: float, expected: datetime) -> None:
    found = add_working_hours(at, hours)
    assert found == expected
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    ("day", "real_hours"), [(date(2026, 3, 29), 22), (date(2026, 3, 28), 23), (date(2026, 10, 25), 24)]
)
def test_a_day_is_as_long_as_it_really_is_when_the_clock_changes(day: date, real_hours: int) -> None:
    start = datetime.combine(day, time(0), ZONE)
    end = datetime.combine(day, time(23, 0), ZONE)
    assert add_working_hours(start, real_hours, ROUND_THE_CLOCK) == end.astimezone(UTC)


def test_opening_hours_that_the_change_of_the_clock_leaves_out_open_nothing() -> None:
    night = OpeningHours(((time(2, 30), time(3, 0)),) * 7)
    found = add_working_hours(datetime(2026, 3, 29, 0, 0, tzinfo=UTC), 0.25, night)
    assert found == datetime.combine(date(2026, 3, 30), time(2, 45), ZONE).astimezone(UTC)


@given(MOMENTS, st.floats(0.01, 400))
def test_exactly_the_hours_asked_were_open_in_between(at: datetime, hours: float) -> None:
    end = add_working_hours(at, hours)
    assert at <= end
    assert is_working_day(end.astimezone(ZONE).date())
    assert abs(open_between(at, end) - timedelta(hours=hours)) < timedelta(milliseconds=1)


@given(MOMENTS, st.floats(0, 100), st.floats(0, 100))
def test_hours_add_up(at: datetime, first: float, second: float) -> None:
    together = add_working_hours(at, first + second)
    apart = add_working_hours(add_working_hours(at, first), second)
    assert abs(open_between(min(together, apart), max(together, apart))) < timedelta(milliseconds=1)


def open_between(start: datetime, end: datetime) -> timedelta:
    """An independent count, day by day in local time; between nine and five no clock changes."""
    total = timedelta(0)
    day = start.astimezone(ZONE).date()
    while day <= end.astimezone(ZONE).date():
        if is_working_day(day):
            opens = max(start, datetime.combine(day, time(9), ZONE).astimezone(UTC))
            closes = min(end, datetime.combine(day, time(17), ZONE).astimezone(UTC))
            total += max(closes - opens, timedelta(0))
        day += timedelta(days=1)
    return total


def test_the_office_is_open_from_nine_until_before_five() -> None:
    assert is_open(local(2026, 11, 25, 9))
    assert is_open(local(2026, 11, 25, 16, 59))
    assert not is_open(local(2026, 11, 25, 17))
    assert not is_open(local(2026, 11, 18, 12))
    assert not is_open(local(2026, 11, 28, 12))


@pytest.mark.parametrize("hours", [-1.0, 10_001.0, float("nan")])
def test_hours_are_neither_negative_nor_without_end(hours: float) -> None:
    with pytest.raises(ValueError, match="hours"):
        add_working_hours(local(2026, 11, 25, 9), hours)


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        add_working_hours(datetime(2026, 11, 25, 9), 1)  # noqa: DTZ001 - the very thing that is refused


@pytest.mark.parametrize("days", [(None,) * 7, OFFICE_HOURS.by_weekday[:6], ((time(17), time(9)),) * 7])
def test_opening_hours_that_never_open_are_refused(days: tuple[tuple[time, time] | None, ...]) -> None:
    with pytest.raises(ValueError, match="opening hours"):
        OpeningHours(days)
