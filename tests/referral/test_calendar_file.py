"""The calendar file: read by parsers that are not ours, over all times and both changes of the clock."""

import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject
from dateutil import tz
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from lotse_contracts.values import RecipientLanguage
from lotse_referral.domain.calendar_file import SUMMARIES, Entry, calendar_file, language_of, uid_of

BERLIN = ZoneInfo("Europe/Berlin")
STAMP = datetime(2026, 11, 25, 12, tzinfo=UTC)
UID = uid_of(UUID(int=5), "auslaenderrat")
INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2060, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
NEAR_A_CHANGE = st.sampled_from([(2026, 3, 29), (2026, 10, 25), (2027, 3, 28), (2027, 10, 31)]).flatmap(
    lambda day: st.integers(-180, 360).map(lambda minutes: datetime(*day, tzinfo=UTC) + timedelta(minutes=minutes))
)
LENGTHS = st.integers(1, 720)
LANGUAGES = st.sampled_from(list(SUMMARIES))
WORDS = re.compile(r"Jobcenter|Ausl[äa]|Lotse|referral|Olena|Sozialamt|violence|benefits", re.IGNORECASE)


def entry(starts_at: datetime, minutes: int = 60, **changed: object) -> Entry:
    whole = starts_at.replace(second=0, microsecond=0)
    given_ = {"uid": UID, "sequence": 0, "starts_at": whole, "stamped_at": STAMP}
    return Entry(**given_ | {"ends_at": whole + timedelta(minutes=minutes)} | changed)  # type: ignore[arg-type]


def text(one: Entry, language: RecipientLanguage = "uk") -> str:
    return calendar_file(one, language).decode()


@given(st.one_of(INSTANTS, NEAR_A_CHANGE), LENGTHS, LANGUAGES, st.integers(0, 500))
def test_two_foreign_parsers_read_the_same_moments(
    at: datetime, minutes: int, language: RecipientLanguage, sequence: int
) -> None:
    one = entry(at, minutes, sequence=sequence)
    made = text(one, language)
    for start, end, uid, number in (_by_vobject(made), _by_icalendar(made)):
        assert (start, end) == (one.starts_at, one.ends_at)
        assert (uid, number) == (UID, sequence)


def _by_vobject(made: str) -> tuple[datetime, datetime, str, int]:
    event = vobject.readOne(made).vevent
    start, end = event.dtstart.value.astimezone(UTC), event.dtend.value.astimezone(UTC)
    return start, end, event.uid.value, int(event.sequence.value)


def _by_icalendar(made: str) -> tuple[datetime, datetime, str, int]:
    (event,) = icalendar.Calendar.from_ical(made).walk("VEVENT")
    start, end = event.decoded("DTSTART").astimezone(UTC), event.decoded("DTEND").astimezone(UTC)
    return start, end, str(event["UID"]), int(str(event["SEQUENCE"]))


@given(st.one_of(INSTANTS, NEAR_A_CHANGE))
def test_the_rules_of_the_clock_in_the_file_are_those_of_dresden(at: datetime) -> None:
    """Read from the text alone by dateutil, which has no idea what Europe/Berlin is."""
    zone = text(entry(datetime(2026, 12, 1, 9, tzinfo=UTC)))
    only = zone[zone.index("BEGIN:VTIMEZONE") : zone.index("END:VTIMEZONE") + len("END:VTIMEZONE\r\n")]
    read = tz.tzical(io.StringIO(only.replace("\r\n", "\n"))).get("Europe/Berlin")
    wall = at.astimezone(BERLIN)
    if wall.replace(fold=0).utcoffset() == wall.replace(fold=1).utcoffset():  # a wall time that comes twice says UTC
        assert wall.replace(tzinfo=read).utcoffset() == wall.utcoffset()


@pytest.mark.parametrize("year", [2000, 2026, 2027, 2037, 2038, 2099, 2199])
def test_each_onset_in_the_file_is_the_instant_at_which_the_clocks_change(year: int) -> None:
    """Its DTSTART is wall time before the change (RFC 5545, 3.6.5); a reader that counts in UTC is an hour off else."""
    (zone,) = icalendar.Calendar.from_ical(text(entry(datetime(2026, 12, 1, 9, tzinfo=UTC)))).walk("VTIMEZONE")
    seen = []
    for part in zone.subcomponents:
        before, after = part.decoded("TZOFFSETFROM"), part.decoded("TZOFFSETTO")
        written: Any = part["RRULE"]
        rule = rrulestr(written.to_ical().decode(), dtstart=part.decoded("DTSTART"))
        (wall,) = rule.between(datetime(year, 1, 1), datetime(year, 12, 31))  # noqa: DTZ001
        onset = wall.replace(tzinfo=UTC) - before
        assert onset.astimezone(BERLIN).utcoffset() == after
        assert (onset - timedelta(seconds=1)).astimezone(BERLIN).utcoffset() == before
        seen.append(str(part.name))
    assert sorted(seen) == ["DAYLIGHT", "STANDARD"]


@pytest.mark.parametrize(
    ("at", "written"),
    [
        (datetime(2026, 12, 1, 9, tzinfo=UTC), "DTSTART;TZID=Europe/Berlin:20261201T100000"),
        (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), "DTSTART;TZID=Europe/Berlin:20260329T013000"),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "DTSTART;TZID=Europe/Berlin:20260329T030000"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "DTSTART:20261025T003000Z"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "DTSTART:20261025T013000Z"),
        (datetime(2026, 10, 25, 2, 0, tzinfo=UTC), "DTSTART;TZID=Europe/Berlin:20261025T030000"),
    ],
)
def test_the_hour_that_comes_twice_is_written_in_utc(at: datetime, written: str) -> None:
    lines = text(entry(at)).split("\r\n")
    assert written in lines
    assert ("BEGIN:VTIMEZONE" in lines) == ("TZID" in written)


@given(INSTANTS, LANGUAGES, st.booleans(), st.none() | st.text(st.characters(codec="utf-8"), max_size=200))
def test_lines_are_folded_at_75_octets_and_the_place_survives(
    at: datetime, language: RecipientLanguage, cancelled: bool, place: str | None
) -> None:
    clean = None if place is None else "".join(c for c in place if c.isprintable()).strip()
    made = calendar_file(entry(at, cancelled=cancelled, location=clean), language)
    assert made.endswith(b"END:VCALENDAR\r\n")
    for line in made.split(b"\r\n"):
        assert len(line) <= 75
        assert b"\n" not in line
        line.decode()  # no character is cut in two
    (event,) = icalendar.Calendar.from_ical(made).walk("VEVENT")
    assert str(event.get("LOCATION", "")) == ("" if cancelled or not clean else clean)


def test_trap_18_a_file_says_when_and_nothing_else() -> None:
    """Nor who made it, and none of our own ids: calendars go to other people's servers."""
    made = text(entry(datetime(2026, 12, 1, 9, tzinfo=UTC)), "de")
    assert not WORDS.search(made)
    assert not any(own in made for own in (str(UUID(int=5)), UUID(int=5).hex))
    event = made[made.index("BEGIN:VEVENT") :]
    names = {re.split("[;:]", line)[0] for line in event.split("\r\n")[1:-3]}
    assert names == {
        "UID",
        "SEQUENCE",
        "DTSTAMP",
        "DTSTART",
        "DTEND",
        "SUMMARY",
        "STATUS",
        "CLASS",
        "ORGANIZER",
    }


@pytest.mark.parametrize(("language", "said"), [("uk", "Зустріч"), ("ru", "Встреча"), ("de", "Termin"), ("en", "App")])
def test_the_summary_is_neutral_and_in_her_language(language: RecipientLanguage, said: str) -> None:
    made = text(entry(datetime(2026, 12, 1, 9, tzinfo=UTC)), language)
    assert f"SUMMARY;LANGUAGE={language}:{said}" in made


def test_trap_18_a_uid_is_of_one_appointment_of_one_association() -> None:
    assert UID == uid_of(UUID(int=5), "auslaenderrat") == str(UUID(UID))
    assert len({UID, uid_of(UUID(int=6), "auslaenderrat"), uid_of(UUID(int=5), "plattform")}) == 3


def test_a_cancellation_has_the_same_uid_and_a_higher_sequence() -> None:
    first = entry(datetime(2026, 12, 1, 9, tzinfo=UTC))
    off = entry(datetime(2026, 12, 1, 9, tzinfo=UTC), sequence=1, cancelled=True)
    told, gone = (vobject.readOne(text(one)) for one in (first, off))
    assert (told.method.value, gone.method.value) == ("PUBLISH", "CANCEL")
    assert (told.vevent.status.value, gone.vevent.status.value) == ("CONFIRMED", "CANCELLED")
    assert told.vevent.uid.value == gone.vevent.uid.value
    assert int(gone.vevent.sequence.value) > int(told.vevent.sequence.value)


def test_the_stamp_is_the_one_that_was_passed_in_and_the_same_entry_the_same_bytes() -> None:
    one = entry(datetime(2026, 12, 1, 9, tzinfo=UTC))
    assert "DTSTAMP:20261125T120000Z" in text(one)
    assert calendar_file(one, "uk") == calendar_file(one, "uk")


@pytest.mark.parametrize(
    ("tag", "language"), [("uk", "uk"), ("uk-UA", "uk"), ("DE", "de"), ("ar", "en"), ("und", "en")]
)
def test_a_language_that_we_do_not_write_reads_as_english(tag: str, language: str) -> None:
    assert language_of(tag) == language
