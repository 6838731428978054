"""Phones and birth dates as people write them: one form for all spellings, and a code for what is neither."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotse_intake.domain.birthdates import BirthDate, agreement, birth_date, known_date
from lotse_intake.domain.names.cleaning import NotText
from lotse_intake.domain.phones import core_of, e164, known_number

TODAY = date(2026, 11, 25)
SPELLINGS = (
    "+4935112345678", "+49 351 12345678", "+49 (0)351 12345678", "+49 (0) 351/123 456 78", "0049 351 12345678",
    "0049351 123-456-78", "0351 12345678", "0351/12345678", "0351-12345678", "(0351) 12345678", "0351.123.456.78",
    "03 51 12 34 56 78", " 035112345678 ", "0351\u00a012345678", "Tel.: 0351 12345678", "\u202a+49 351 12345678\u202c",
    "+49\u2011351\u201112345678", "+４９３５１１２３４５６７８",
)  # fmt: skip
NO_PHONES = ("", "keine", "110", "112", "12345", "0", "+", "+49", "1" * 40, "9" * 10_000, "a@b.c")
NO_DAYS = (
    "30.02.1980", "1980-02-30", "1900-02-29", "31.04.2000", "2026-11-26", "2027", "1899-12-31", "0000", "80",
    "1980-5-4", "", "heute", "1980-13-01", "00.00.1980", "1980-05-04T00:00", "9" * 10_000,
)  # fmt: skip


@pytest.mark.parametrize("written", SPELLINGS)
def test_a_phone_is_one_number_however_it_is_written(written: str) -> None:
    assert e164(written) == "+4935112345678"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("+380 67 123-45-67", "+380671234567"),
        ("00380671234567", "+380671234567"),
        ("380671234567", "+380671234567"),
        ("+38 (067) 123-45-67", "+380671234567"),
        ("0176 12345678", "+4917612345678"),
        ("4917612345678", "+4917612345678"),
        ("+1 212 555 0100", "+12125550100"),
    ],
)
def test_ukrainian_mobile_and_foreign_numbers(written: str, expected: str) -> None:
    assert e164(written) == expected


def test_a_ukrainian_number_without_its_country_is_compared_as_one() -> None:
    assert core_of(e164("067 123 45 67")) == core_of(e164("+380 67 123 45 67"))


@pytest.mark.parametrize("written", NO_PHONES)
def test_nonsense_is_refused_by_a_code_that_says_what_would_do(written: str) -> None:
    with pytest.raises(NotText) as fault:
        e164(written)
    assert fault.value.code == "not_a_phone"
    assert fault.value.allowed
    assert known_number(written) is None


@given(st.text(max_size=80))
def test_whatever_is_taken_for_a_phone_is_one_ever_after(written: str) -> None:
    number = known_number(written)
    if number is not None:
        assert e164(number) == number
        assert number[0] == "+"
        assert number[1:].isascii()
        assert number[1:].isdigit()


@pytest.mark.parametrize(
    ("written", "expected", "quality"),
    [
        ("1980-05-04", BirthDate(1980, 5, 4), "exact"),
        ("04.05.1980", BirthDate(1980, 5, 4), "exact"),
        ("4.5.1980", BirthDate(1980, 5, 4), "exact"),
        ("1980", BirthDate(1980), "year"),
        ("1980-01-01", BirthDate(1980, 1, 1), "estimated"),
        ("１９８０", BirthDate(1980), "year"),
        (" 2000-02-29 ", BirthDate(2000, 2, 29), "exact"),
    ],
)
def test_a_birth_date_is_read_with_its_quality(written: str, expected: BirthDate, quality: str) -> None:
    found = birth_date(written, today=TODAY)
    assert (found, found.quality) == (expected, quality)
    assert birth_date(found.iso, today=TODAY) == found


@pytest.mark.parametrize("written", NO_DAYS)
def test_a_day_that_cannot_be_is_refused(written: str) -> None:
    with pytest.raises(NotText, match="not_a_birth_date"):
        birth_date(written, today=TODAY)
    assert known_date(written, today=TODAY) is None


def test_today_is_a_birth_date_and_tomorrow_none() -> None:
    assert birth_date("2026-11-25", today=TODAY).year == 2026
    assert known_date("2026-11-26", today=TODAY) is None


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("1980-05-04", "1980-05-04", "same"),
        ("1980-05-04", "1980-04-05", "swapped"),
        ("1980-05-04", "1980-05-14", "near"),
        ("1980-05-04", "1990-05-04", "near"),  # one digit
        ("1980-05-04", "1991-05-04", "year_different"),
        ("1980-05-04", "1980-01-01", "year"),
        ("1980-01-01", "1980-01-01", "year"),  # two forms that both wanted a day
        ("1980", "1980-05-04", "year"),
        ("1980", "1981-05-04", "year_different"),
        ("1980-05-04", "1980-07-21", "different"),
        ("", "1980-05-04", "unknown"),
    ],
)
def test_how_two_dates_agree(one: str, other: str, expected: str) -> None:
    first, second = known_date(one, today=TODAY), known_date(other, today=TODAY)
    assert agreement(first, second) == agreement(second, first) == expected
