"""Birth dates as they are known: to the day, the year alone, or the 1 January of a form that wanted a day."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from lotse_intake.domain.names.cleaning import NotText

YEAR_MIN = 1900
ALLOWED = "YYYY-MM-DD, DD.MM.YYYY or YYYY, a day that has been"
Quality = Literal["exact", "year", "estimated", "not_stated"]
Agreement = Literal["same", "swapped", "near", "year", "unknown", "different", "year_different"]

_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_GERMAN = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_YEAR = re.compile(r"\d{4}")


@dataclass(frozen=True)
class BirthDate:
    """`month` and `day` are 0 where only the year is known. An estimated one is a 1 January that may be none."""

    year: int
    month: int = 0
    day: int = 0

    @property
    def quality(self) -> Quality:
        if not self.month:
            return "year"
        return "estimated" if (self.month, self.day) == (1, 1) else "exact"

    @property
    def iso(self) -> str:
        return f"{self.year:04}-{self.month:02}-{self.day:02}" if self.month else f"{self.year:04}"


def birth_date(written: str, *, today: date) -> BirthDate:
    """Raises NotText if there is no such day, or it is yet to come or too long ago."""
    text = written.strip()
    if _YEAR.fullmatch(text):
        found = BirthDate(int(text))
    elif match := _ISO.fullmatch(text):
        found = _day(int(match[1]), int(match[2]), int(match[3]))
    elif match := _GERMAN.fullmatch(text):
        found = _day(int(match[3]), int(match[2]), int(match[1]))
    else:
        raise NotText("not_a_birth_date", ALLOWED)
    if not YEAR_MIN <= found.year <= today.year or (found.month and date(found.year, found.month, found.day) > today):
        raise NotText("not_a_birth_date", ALLOWED)
    return found


def known_date(written: str, *, today: date) -> BirthDate | None:
    """The same for comparing: None where it is no date."""
    try:
        return birth_date(written, today=today)
    except NotText:
        return None


def agreement(one: BirthDate | None, other: BirthDate | None) -> Agreement:
    """How well two dates fit; the order does not matter."""
    if one is None or other is None:
        return "unknown"
    if one.year != other.year:
        return _years_apart(one, other)
    if "year" in (one.quality, other.quality):
        return "year"
    if (one.month, one.day) == (other.month, other.day):
        return "year" if one.quality == "estimated" else "same"
    if (one.month, one.day) == (other.day, other.month):
        return "swapped"
    if "estimated" in (one.quality, other.quality):
        return "year"
    return "near" if one.month == other.month or one.day == other.day else "different"


def _years_apart(one: BirthDate, other: BirthDate) -> Agreement:
    """One digit of the year wrong, day and month right, is how people mistype; years apart are two persons."""
    exact = one.quality == other.quality == "exact" and (one.month, one.day) == (other.month, other.day)
    digits = sum(a != b for a, b in zip(f"{one.year}", f"{other.year}", strict=True))
    return "near" if exact and digits == 1 else "year_different"


def _day(year: int, month: int, day: int) -> BirthDate:
    try:
        date(year, month, day)
    except ValueError:
        raise NotText("not_a_birth_date", ALLOWED) from None
    return BirthDate(year, month, day)
