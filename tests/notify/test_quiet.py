"""When a message may arrive: two whole years against a calendar typed by hand, and her safe hours against a search."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lotse_chassis.calendar import ZONE
from lotse_contracts.values import NoticeCategory
from lotse_notify.domain.catalogue import CATALOGUE
from lotse_notify.domain.contact import SafeWindow
from lotse_notify.domain.quiet import DAYS_AHEAD, RESTING, is_rest_day, rest
from lotse_notify.domain.reminders import change_useful_by
from lotse_notify.domain.waits import Wait

FOR_EVER = datetime(2030, 1, 1, tzinfo=UTC)
STEP = timedelta(minutes=30)
FIRST, LAST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
SUMMERS = (
    (datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)),
    (datetime(2027, 3, 28, 1, tzinfo=UTC), datetime(2027, 10, 31, 1, tzinfo=UTC)),
)
SAXONY = {
    *(date(2026, month, day) for month, day in ((1, 1), (4, 3), (4, 6), (5, 1), (5, 14), (5, 25), (10, 3), (10, 31))),
    *(date(2026, month, day) for month, day in ((11, 18), (12, 25), (12, 26))),
    *(date(2027, month, day) for month, day in ((1, 1), (3, 26), (3, 29), (5, 1), (5, 6), (5, 17), (10, 3), (10, 31))),
    *(date(2027, month, day) for month, day in ((11, 17), (12, 25), (12, 26))),
}
"""Typed from the calendars of the Free State of Saxony; 18 and 17 November are Buß- und Bettag, which only it keeps."""
EVERY_DAY = frozenset(range(1, 8))


def wall(at: datetime) -> datetime:
    """The clock of Dresden by the published dates of both changes, without any library."""
    summer = any(begins <= at < ends for begins, ends in SUMMERS)
    return (at + timedelta(hours=2 if summer else 1)).replace(tzinfo=None)


def here(year: int, month: int, day: int, hour: int, minute: int = 0, *, fold: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZONE, fold=fold).astimezone(UTC)


def window(starts: str, ends: str, days: Sequence[int] = tuple(EVERY_DAY)) -> SafeWindow:
    return SafeWindow(frozenset(days), time.fromisoformat(starts), time.fromisoformat(ends))


def moments() -> list[datetime]:
    return [FIRST + STEP * n for n in range(int((LAST - FIRST) / STEP))]


@pytest.mark.parametrize("category", ["appointments", "groups"])
def test_two_years_hold_every_night_every_day_of_rest_and_both_clock_changes(category: NoticeCategory) -> None:
    """Acceptance test (e), traps 9 and 10: half hour by half hour."""
    opened: datetime | None = None
    for at in reversed(moments()):
        local = wall(at)
        rests = category in RESTING and (local.isoweekday() == 7 or local.date() in SAXONY)
        allowed = time(8) <= local.time() < time(21) and not rests
        opened = at if allowed else opened
        if opened is None:
            continue  # the last night ends beyond the two years
        wait = rest(at, useful_by=FOR_EVER, category=category)
        assert wait == (None if allowed else Wait("quiet_hours", opened)), local


def test_only_saxony_keeps_buss_und_bettag() -> None:
    """Trap 10."""
    assert is_rest_day(date(2026, 11, 18))
    assert not is_rest_day(date(2026, 11, 19))
    assert {day for day in (FIRST.date() + timedelta(days=n) for n in range(730)) if is_rest_day(day)} == {
        day for day in (FIRST.date() + timedelta(days=n) for n in range(730)) if day in SAXONY or day.isoweekday() == 7
    }


@pytest.mark.parametrize("category", ["answers", "appointments"])
def test_what_she_waits_for_comes_on_a_sunday_too(category: NoticeCategory) -> None:
    assert rest(here(2026, 11, 29, 12), useful_by=FOR_EVER, category=category) is None


def test_a_day_of_rest_yields_where_waiting_would_make_a_message_pointless() -> None:
    """The course on Monday at nine is off: that is of no use on Monday at eight."""
    sunday, monday = here(2026, 11, 29, 12), here(2026, 11, 30, 9)
    assert rest(sunday, useful_by=monday, category="groups") == Wait("quiet_hours", here(2026, 11, 30, 8))
    assert rest(sunday, useful_by=monday - timedelta(minutes=1), category="groups") is None


def test_the_night_does_not_yield_to_what_is_not_urgent() -> None:
    night = here(2026, 11, 26, 23)
    assert rest(night, useful_by=here(2026, 11, 27, 8, 30), category="groups") == Wait(
        "quiet_hours", here(2026, 11, 27, 8)
    )


@pytest.mark.parametrize(
    ("starts", "goes"),
    [
        ((9, 0), (8, 0)),  # an hour is left at eight
        ((8, 59), (6, 0)),  # it is not, and most are awake at six
        ((8, 30), (6, 0)),
        ((7, 0), (6, 0)),
        ((6, 59), (23, 0)),  # at six it would be too late as well
    ],
)
def test_an_urgent_message_breaks_the_night_only_as_far_as_it_must(
    starts: tuple[int, int], goes: tuple[int, int]
) -> None:
    """Trap 8: released at eight, a message about an appointment at half past eight reaches nobody in time."""
    night = here(2026, 11, 26, 23)
    wait = rest(night, useful_by=here(2026, 11, 27, *starts), category="appointments", urgent=True)
    gone = night if wait is None else wait.until
    assert gone == here(2026, 11, 26 if goes[0] == 23 else 27, *goes)


@pytest.mark.parametrize(("day", "hour"), [(26, 22), (26, 21), (28, 23)], ids=["night", "evening", "Saturday"])
def test_a_group_that_is_off_or_moved_breaks_the_night_as_an_appointment_does(day: int, hour: int) -> None:
    """Called off at ten for nine in the morning: at eight she is on her way."""
    late = here(2026, 11, day, hour)
    said = late.astimezone(ZONE) + timedelta(days=1)
    useful_by = change_useful_by(said.replace(hour=9, minute=0))
    waits = [
        rest(late, useful_by=useful_by, category=entry.category, urgent=entry.urgent)
        for entry in (CATALOGUE["group_cancelled"], CATALOGUE["group_place"], CATALOGUE["appointment"])
    ]
    early = said.replace(hour=6, minute=0).astimezone(UTC)
    assert waits == [None if hour == 21 else Wait("quiet_hours", early)] * 3


@pytest.mark.parametrize(("hour", "minute"), [(6, 0), (7, 30), (21, 0), (21, 59)])
def test_what_is_urgent_and_would_be_late_goes_in_the_margins_of_the_night(hour: int, minute: int) -> None:
    at = here(2026, 11, 26, hour, minute)
    ends = at.astimezone(ZONE).replace(hour=8, minute=30) + timedelta(days=hour > 12)
    assert rest(at, useful_by=ends.astimezone(UTC), category="appointments", urgent=True) is None


def test_the_hour_that_does_not_exist_is_no_hour_of_hers() -> None:
    """Trap 9: on 28 March 2027 the clocks go from 02:00 to 03:00."""
    safe = [window("02:10", "02:50")]
    before = here(2027, 3, 28, 1)
    assert rest(before, useful_by=FOR_EVER, category="answers", safe=safe) == Wait(
        "safe_hours", here(2027, 3, 29, 2, 10)
    )
    skipped = [window("02:10", "03:30")]
    wait = rest(before, useful_by=FOR_EVER, category="answers", safe=skipped)
    assert wait == Wait("safe_hours", datetime(2027, 3, 28, 1, tzinfo=UTC)), "it begins where the clocks arrive"


def test_the_hour_that_exists_twice_is_hers_twice() -> None:
    """Trap 9: on 25 October 2026 the clocks go back from 03:00 to 02:00."""
    safe = [window("02:10", "02:50")]
    between = here(2026, 10, 25, 2, 55)
    for fold in (0, 1):
        assert rest(here(2026, 10, 25, 2, 30, fold=fold), useful_by=FOR_EVER, category="answers", safe=safe) is None
    wait = rest(between, useful_by=FOR_EVER, category="answers", safe=safe)
    assert wait == Wait("safe_hours", here(2026, 10, 25, 2, 10, fold=1))


def test_safe_hours_inside_the_day_do_not_reach_into_the_night() -> None:
    safe = [window("07:00", "22:00", [1, 2, 3, 4, 5])]
    friday = here(2026, 11, 27, 20, 59)
    assert rest(friday, useful_by=FOR_EVER, category="answers", safe=safe) is None
    after = rest(here(2026, 11, 27, 21), useful_by=FOR_EVER, category="answers", safe=safe)
    assert after == Wait("quiet_hours", here(2026, 11, 30, 8)), "Saturday and Sunday are not safe, the night is no hour"


def test_where_only_the_night_is_safe_the_night_is_hers() -> None:
    safe = [window("22:00", "23:30")]
    day = here(2026, 11, 26, 12)
    assert rest(day, useful_by=FOR_EVER, category="groups", safe=safe) == Wait("safe_hours", here(2026, 11, 26, 22))
    assert rest(here(2026, 11, 26, 22, 15), useful_by=FOR_EVER, category="groups", safe=safe) is None


def test_where_only_sundays_are_safe_a_sunday_is_hers() -> None:
    safe = [window("10:00", "12:00", [7])]
    assert rest(here(2026, 11, 26, 12), useful_by=FOR_EVER, category="groups", safe=safe) == Wait(
        "safe_hours", here(2026, 11, 29, 10)
    )


def test_nothing_however_urgent_comes_outside_her_safe_hours() -> None:
    safe = [window("10:00", "12:00")]
    at = here(2026, 11, 26, 13)
    wait = rest(at, useful_by=at + timedelta(hours=2), category="appointments", urgent=True, safe=safe)
    assert wait == Wait("safe_hours", here(2026, 11, 27, 10)), "it expires rather than betrays her"


categories = st.sampled_from(sorted(("answers", "referrals", "appointments", "checkbacks", "groups", "documents")))
instants = st.integers(0, 700 * 24 * 60).map(lambda minutes: FIRST + timedelta(minutes=minutes))
quarters = st.integers(0, 95).map(lambda n: time(n // 4, n % 4 * 15))
windows = st.builds(
    lambda days, ends: SafeWindow(days, min(ends), max(ends)),
    st.frozensets(st.integers(1, 7), min_size=1),
    st.sets(quarters, min_size=2, max_size=2),
)


@settings(deadline=None)
@given(
    now=instants,
    useful=st.integers(5, 60 * 24 * 10),
    category=categories,
    urgent=st.booleans(),
    safe=st.lists(windows, max_size=3),
)
def test_what_waits_may_go_when_it_is_looked_at_again(
    now: datetime, useful: int, category: NoticeCategory, urgent: bool, safe: list[SafeWindow]
) -> None:
    """Else it would be held for ever; and her safe hours hold whatever the rest says."""
    useful_by = now + timedelta(minutes=useful)
    asked = {"useful_by": useful_by, "category": category, "urgent": urgent, "safe": safe}
    wait = rest(now, **asked)  # type: ignore[arg-type]
    goes = now if wait is None else wait.until
    local = wall(goes)
    assert (
        not safe
        or any(one.starts <= local.time() < one.ends and local.isoweekday() in one.weekdays for one in safe)
        or goes >= now + timedelta(days=DAYS_AHEAD - 1)
    )
    if wait is not None:
        assert wait.until > now
        if wait.until < useful_by:
            assert rest(wait.until, **asked) is None  # type: ignore[arg-type]


@settings(deadline=None)
@given(now=instants, category=categories, urgent=st.booleans(), safe=st.lists(windows, max_size=2))
def test_nothing_goes_in_the_night_that_has_time(
    now: datetime, category: NoticeCategory, urgent: bool, safe: list[SafeWindow]
) -> None:
    """Urgent or not: with days of use left, only hours that she named herself open the night."""
    wait = rest(now, useful_by=FOR_EVER, category=category, urgent=urgent, safe=safe)
    local = wall(now if wait is None else wait.until)
    nights_only = all(one.starts >= time(21) or one.ends <= time(8) for one in safe)
    assert time(8) <= local.time() < time(21) or (safe and nights_only)


@settings(deadline=None)
@given(now=instants, category=categories, safe=st.lists(windows, max_size=2))
def test_no_moment_before_would_have_done(now: datetime, category: NoticeCategory, safe: list[SafeWindow]) -> None:
    wait = rest(now, useful_by=FOR_EVER, category=category, safe=safe)
    if wait is None:
        return
    probe = now
    for _ in range(100):
        probe += timedelta(minutes=15) - timedelta(minutes=probe.minute % 15)
        if probe >= wait.until:
            return
        assert rest(probe, useful_by=FOR_EVER, category=category, safe=safe) is not None
