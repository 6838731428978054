"""The calendar file of a series, read by two libraries, one of which is not the one that writes it."""

from datetime import UTC, date, datetime, time
from uuid import UUID

import icalendar
import pytest
import vobject
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lotse_referral.domain.calendar_file import uid_of
from lotse_referral.domain.group_calendar import Shown, series_file
from lotse_referral.domain.groups import GroupOffer, OfferWords
from lotse_referral.domain.series import Deviation, Series, between

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
SHOWN = Shown("auslaenderrat", "uk", "Haus B, Raum 3", NOW)
FIRST = date(2026, 10, 20)


def written(
    series: Series, deviations: dict[date, Deviation] | None = None, shown: Shown = SHOWN, **more: object
) -> str:
    texts = (OfferWords("uk", "Практика німецької, щовівторка; без оцінок", "Чай і розмова"),)
    offer = GroupOffer(UUID(int=600), "Deutsch üben", seats=8, series=series, texts=texts, **more)  # type: ignore[arg-type]
    return series_file(offer, series, deviations or {}, shown).decode()


def starts_of(file: str) -> set[datetime]:
    """What a calendar shows, by vobject: the rule, without what is left out, with what is moved in its place."""
    events = vobject.readOne(file).contents["vevent"]
    whole = next(one for one in events if not hasattr(one, "recurrence_id"))
    found = set(whole.getrruleset()) if hasattr(whole, "rrule") else {whole.dtstart.value}
    for one in events:
        if hasattr(one, "recurrence_id"):
            found = (found - {one.recurrence_id.value}) | {one.dtstart.value}
    return {one.astimezone(UTC) for one in found}


def held(series: Series, deviations: dict[date, Deviation]) -> set[datetime]:
    every = between(series, deviations, date(2026, 1, 1), date(2036, 1, 1))
    return {one.starts_at for one in every if not one.cancelled}


series_drawn = st.builds(
    Series,
    starts_on=st.just(FIRST),
    at=st.times(time(6), time(22)).map(lambda one: one.replace(second=0, microsecond=0)),
    minutes=st.integers(15, 240),
    rule=st.sampled_from(
        [
            "FREQ=WEEKLY;COUNT=20",
            "FREQ=WEEKLY;INTERVAL=2;UNTIL=20270401",
            "FREQ=WEEKLY;BYDAY=TU,TH;UNTIL=20270328",
            "FREQ=WEEKLY;BYDAY=TU,WE,FR;COUNT=60",
            "FREQ=MONTHLY;BYDAY=3TU;COUNT=9",
            "FREQ=MONTHLY;BYMONTHDAY=20;COUNT=9",
        ]
    ),
    skips_holidays=st.booleans(),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(series_drawn, st.data())
def test_another_library_reads_the_very_sessions(series: Series, data: st.DataObject) -> None:
    days = sorted(one.session for one in between(series, {}, FIRST, date(2028, 1, 1)))
    deviations = {}
    for day in data.draw(st.lists(st.sampled_from(days), max_size=3, unique=True)):
        off = data.draw(st.booleans())
        deviations[day] = Deviation(
            day, cancelled=off, on=None if off else date(2027, 6, 2), at=None if off else time(7)
        )
    file = written(series, deviations)
    assert starts_of(file) == held(series, deviations)
    calendar = icalendar.Calendar.from_ical(file)
    assert calendar["METHOD"] == "PUBLISH"
    assert all(event["UID"] == uid_of(UUID(int=600), "auslaenderrat") for event in calendar.walk("VEVENT"))


def test_the_wall_clock_stays_across_the_change_and_the_zone_comes_along() -> None:
    file = written(Series(FIRST, time(18), 90, "FREQ=WEEKLY;COUNT=2"))
    assert starts_of(file) == {datetime(2026, 10, 20, 16, tzinfo=UTC), datetime(2026, 10, 27, 17, tzinfo=UTC)}
    assert "BEGIN:VTIMEZONE" in file
    assert "DURATION:PT1H30M" in file


def test_text_is_escaped_and_lines_are_short() -> None:
    file = written(Series(FIRST, time(18), 90, "FREQ=WEEKLY;COUNT=2"))
    (event, *_) = icalendar.Calendar.from_ical(file).walk("VEVENT")
    assert event["SUMMARY"] == "Практика німецької, щовівторка; без оцінок"
    assert all(len(line.encode()) <= 75 for line in file.split("\r\n"))


def test_a_discreet_file_says_only_that_there_is_an_appointment() -> None:
    file = written(Series(FIRST, time(18), 90, ""), shown=Shown("auslaenderrat", "uk", None, NOW, discreet=True))
    assert "Зустріч" in file
    assert "Практика" not in file
    assert "CLASS:PRIVATE" in file
    assert "RRULE:" not in file.partition("BEGIN:VEVENT")[2]


@pytest.mark.parametrize("rule", ["", "FREQ=WEEKLY;COUNT=3"])
def test_what_is_called_off_is_taken_out_of_calendars(rule: str) -> None:
    series = Series(FIRST, time(18), 90, rule)
    file = written(series, cancelled_at=NOW, version=4)
    assert "METHOD:CANCEL" in file
    assert "STATUS:CANCELLED" in file
    assert "SEQUENCE:3" in file


def test_one_session_that_is_moved_has_no_recurrence() -> None:
    moved = {FIRST: Deviation(FIRST, cancelled=False, on=date(2026, 10, 22), at=time(10), place="Park")}
    file = written(Series(FIRST, time(18), 90, ""), moved)
    assert starts_of(file) == {datetime(2026, 10, 22, 8, tzinfo=UTC)}
    assert "RECURRENCE-ID" not in file
    assert "LOCATION:Park" in file
