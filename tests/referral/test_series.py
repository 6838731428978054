"""When a group meets: by the calendar library's count, across both changes of the clock, around holidays."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, takewhile
from typing import Any

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from lotse_chassis.calendar import is_holiday
from lotse_referral.domain.rules import WEEKDAYS, RuleNotTaken, read
from lotse_referral.domain.series import Deviation, Series, between, days, ends_at, has, is_over, session_on, upcoming

EVENING = time(18, 0)
WITHIN = 60  # days of a series that are compared


def weekly(rule: str = "FREQ=WEEKLY", **changed: Any) -> Series:
    given_ones: dict[str, Any] = {"starts_on": date(2026, 11, 3), "at": EVENING, "minutes": 90, "rule": rule}
    return Series(**given_ones | changed)


ordinals = st.sampled_from(["-1", "1", "2", "3", "4", "5"])
byday = st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=4, unique=True).map(",".join)
nth = st.lists(st.tuples(ordinals, st.sampled_from(WEEKDAYS)).map("".join), min_size=1, max_size=3, unique=True)
monthdays = st.lists(st.integers(-31, 31).filter(bool), min_size=1, max_size=3, unique=True)


@st.composite
def rules(draw: st.DrawFn) -> str:
    parts = [draw(st.sampled_from(["FREQ=WEEKLY", "FREQ=MONTHLY"]))]
    if draw(st.booleans()):
        parts.append(f"INTERVAL={draw(st.integers(1, 12))}")
    if parts[0] == "FREQ=WEEKLY":
        parts += draw(st.one_of(st.just([]), byday.map(lambda days: [f"BYDAY={days}"])))
    else:
        parts += draw(
            st.one_of(
                st.just([]),
                byday.map(lambda days: [f"BYDAY={days}"]),
                nth.map(lambda days: [f"BYDAY={','.join(days)}"]),
                monthdays.map(lambda days: [f"BYMONTHDAY={','.join(map(str, days))}"]),
            )
        )
    end = draw(st.sampled_from(["", "COUNT", "UNTIL"]))
    if end == "COUNT":
        parts.append(f"COUNT={draw(st.integers(1, 50))}")
    elif end == "UNTIL":
        parts.append(f"UNTIL={draw(st.dates(date(2025, 1, 1), date(2031, 1, 1))):%Y%m%d}")
    return ";".join(parts)


@settings(max_examples=200, deadline=None)
@given(rules(), st.dates(date(2025, 1, 1), date(2030, 12, 31)))
def test_the_days_are_those_that_dateutil_counts(rule: str, first: date) -> None:
    theirs = rrulestr(rule, dtstart=datetime.combine(first, time()))
    horizon = datetime.combine(first + timedelta(days=3650), time())
    expected = [one.date() for one in islice(takewhile(lambda one: one < horizon, theirs), WITHIN)]
    ours = list(islice(days(weekly(rule, starts_on=first)), WITHIN))
    assert [day for day in ours if day < horizon.date()] == expected


@pytest.mark.parametrize(
    ("rule", "part"),
    [
        ("FREQ=DAILY", "FREQ"),
        ("INTERVAL=2", "FREQ"),
        ("FREQ=WEEKLY;FREQ=WEEKLY", "FREQ"),
        ("FREQ=WEEKLY;INTERVAL=0", "INTERVAL"),
        ("FREQ=WEEKLY;INTERVAL=13", "INTERVAL"),
        ("FREQ=WEEKLY;BYDAY=1MO", "BYDAY"),
        ("FREQ=WEEKLY;BYDAY=MO,MO", "BYDAY"),
        ("FREQ=MONTHLY;BYDAY=6MO", "BYDAY"),
        ("FREQ=MONTHLY;BYDAY=MO,-1MO", "BYDAY"),
        ("FREQ=MONTHLY;BYDAY=MO;BYMONTHDAY=3", "BYMONTHDAY"),
        ("FREQ=WEEKLY;BYMONTHDAY=3", "BYMONTHDAY"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY"),
        ("FREQ=WEEKLY;COUNT=601", "COUNT"),
        ("FREQ=WEEKLY;COUNT=3;UNTIL=20261231", "UNTIL"),
        ("FREQ=WEEKLY;UNTIL=20260231", "UNTIL"),
        ("FREQ=WEEKLY;UNTIL=2026-12-31", "UNTIL"),
        ("FREQ=WEEKLY;BYSETPOS=1", "FREQ"),
        ("FREQ", "FREQ"),
    ],
)
def test_a_rule_beyond_the_subset_is_refused_by_its_part(rule: str, part: str) -> None:
    with pytest.raises(RuleNotTaken, match=part):
        read(rule)


def test_the_clock_on_the_wall_stays_across_both_changes() -> None:
    autumn = between(weekly(starts_on=date(2026, 10, 20)), {}, date(2026, 10, 20), date(2026, 10, 27))
    spring = between(weekly(starts_on=date(2027, 3, 23)), {}, date(2027, 3, 23), date(2027, 3, 30))
    assert [one.starts_at.hour for one in autumn] == [16, 17]
    assert [one.starts_at.hour for one in spring] == [17, 16]
    assert all(one.ends_at - one.starts_at == timedelta(minutes=90) for one in (*autumn, *spring))


def test_an_hour_that_the_clock_leaves_out_or_repeats_is_read_as_rfc_5545_says() -> None:
    night = weekly("FREQ=WEEKLY;BYDAY=SU", at=time(2, 30))
    (left_out,) = between(night, {}, date(2027, 3, 28), date(2027, 3, 28))
    (repeated,) = between(night, {}, date(2027, 10, 31), date(2027, 10, 31))
    assert left_out.starts_at == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)  # 3:30 by the new clock
    assert repeated.starts_at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)  # the first 2:30


def test_saxonys_holidays_are_left_out_where_the_offer_says_so() -> None:
    wednesdays: dict[str, Any] = {"starts_on": date(2026, 11, 11), "rule": "FREQ=WEEKLY;COUNT=3"}
    penance = date(2026, 11, 18)  # Buß- und Bettag, a holiday in Saxony alone
    assert is_holiday(penance)
    assert penance in days(weekly(**wednesdays))
    assert list(days(weekly(**wednesdays, skips_holidays=True))) == [date(2026, 11, 11), date(2026, 11, 25)]


def test_a_moved_session_is_where_it_was_moved_and_a_cancelled_one_says_so() -> None:
    series = weekly("FREQ=WEEKLY;COUNT=4")
    second, third = date(2026, 11, 10), date(2026, 11, 17)
    deviations = {
        second: Deviation(second, cancelled=False, on=date(2026, 12, 5), at=time(10), minutes=30, place="Park"),
        third: Deviation(third, cancelled=True),
        date(2026, 11, 11): Deviation(date(2026, 11, 11), cancelled=True),
    }
    found = between(series, deviations, date(2026, 11, 1), date(2026, 12, 31))
    assert [(one.session, one.moved, one.cancelled) for one in found] == [
        (date(2026, 11, 3), False, False),
        (third, False, True),
        (date(2026, 11, 24), False, False),
        (second, True, False),
    ]
    assert found[-1].starts_at == datetime(2026, 12, 5, 9, tzinfo=UTC)
    assert found[-1].ends_at == datetime(2026, 12, 5, 9, 30, tzinfo=UTC)
    assert ends_at(series, deviations) == found[-1].ends_at
    assert session_on(series, deviations, date(2026, 11, 11)) is None
    assert between(series, deviations, date(2026, 11, 10), date(2026, 11, 10)) == ()
    assert [one.session for one in between(series, deviations, date(2026, 12, 5), date(2026, 12, 5))] == [second]


def test_it_is_over_when_the_last_session_that_takes_place_is() -> None:
    series, last = weekly("FREQ=WEEKLY;COUNT=2"), date(2026, 11, 10)
    end = ends_at(series, {})
    assert end is not None
    assert not is_over(series, {}, end - timedelta(seconds=1))
    assert is_over(series, {}, end)
    assert is_over(series, {last: Deviation(last, cancelled=True)}, end - timedelta(days=5))
    every = {day: Deviation(day, cancelled=True) for day in days(series)}
    assert is_over(series, every, datetime(2026, 1, 1, tzinfo=UTC))
    assert not is_over(weekly(), {}, end + timedelta(days=3000))
    assert ends_at(weekly(), {}) is None


@settings(max_examples=100, deadline=None)
@given(rules(), st.dates(date(2026, 1, 1), date(2027, 12, 31)), st.integers(0, 500))
def test_the_next_sessions_are_ahead_in_order_and_on_their_days(rule: str, first: date, later: int) -> None:
    series = weekly(rule, starts_on=first)
    now = datetime.combine(first, time(12), UTC) + timedelta(days=later)
    found = upcoming(series, {}, now)
    assert all(one.ends_at > now and has(series, one.session) for one in found)
    assert list(found) == sorted(found, key=lambda one: one.starts_at)
    if found and not is_over(series, {}, now):
        assert len(found) == len({one.session for one in found})
