"""Where an appointment is, as its calendar file says it."""

from datetime import UTC, datetime, timedelta

import pytest

from lotse_notify.domain.places import place_in
from lotse_referral.domain.calendar_file import Entry, calendar_file

STARTS = datetime(2026, 12, 3, 9, 30, tzinfo=UTC)
LONG = "Straße der Nationen 104, Hinterhaus; dritter Stock, 01069 Dresden, neben dem großen Brunnen"


@pytest.mark.parametrize("place", ["Prager Straße 10, 01069 Dresden", LONG, 'Hof "3"', "a\\b"])
def test_it_is_the_place_that_referral_wrote_however_it_was_folded(place: str) -> None:
    entry = Entry("uid", 0, STARTS, STARTS + timedelta(hours=1), STARTS, location=place)
    assert place_in(calendar_file(entry, "de").decode()) == place


def test_two_lines_become_one() -> None:
    entry = Entry("uid", 0, STARTS, STARTS + timedelta(hours=1), STARTS, location="Prager Straße 10\n01069 Dresden")
    assert place_in(calendar_file(entry, "de").decode()) == "Prager Straße 10, 01069 Dresden"


@pytest.mark.parametrize("content", ["", "nothing", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "BEGIN:VCALENDAR\r\n"])
def test_what_has_no_place_has_none(content: str) -> None:
    assert place_in(content) == ""


def test_a_cancelled_one_has_no_place() -> None:
    entry = Entry("uid", 0, STARTS, STARTS + timedelta(hours=1), STARTS, cancelled=True, location="Prager Straße 10")
    assert place_in(calendar_file(entry, "de").decode()) == ""
