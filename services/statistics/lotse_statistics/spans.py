"""Which months a report covers, and when they begin and end in Dresden."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

YEAR_MIN = 2025  # the project's first year
YEAR_MAX = 2100
MONTHS_MAX = 36  # of one report
_PARTS = re.compile(r"(\d{4})(?:-(?:Q(?P<quarter>[1-4])|H(?P<half>[12])|(?P<month>\d{2})(?:_(?P<to>\d{4}-\d{2}))?))?")


class SpanUnknown(ValueError):
    """There is no such period."""


@dataclass(frozen=True)
class Span:
    """A period by the name it has in contracts, and its months in their order, such as `2026-11`."""

    name: str
    months: tuple[str, ...]


def span_of(name: str) -> Span:
    """The months of a year, half-year, quarter, month, or of all from a month to a month. Raises SpanUnknown."""
    found = _PARTS.fullmatch(name)
    if found is None or not name.isascii():
        raise SpanUnknown
    year = int(found.group(1))
    if quarter := found.group("quarter"):
        return Span(name, _from(year, int(quarter) * 3 - 2, 3))
    if half := found.group("half"):
        return Span(name, _from(year, int(half) * 6 - 5, 6))
    if month := found.group("month"):
        first, last = (year, int(month)), _year_and_month(found.group("to") or name)
        count = (last[0] - first[0]) * 12 + last[1] - first[1] + 1
        return Span(name, _from(*first, count))
    return Span(name, _from(year, 1, 12))


def spanning(first: str, last: str) -> Span:
    """From a month to a month, by its shortest name: a year that is asked for by its ends is that year."""
    whole = span_of(f"{first}_{last}")
    year = first[:4]
    for name in (first, *(f"{year}-Q{quarter}" for quarter in range(1, 5)), f"{year}-H1", f"{year}-H2", year):
        if span_of(name).months == whole.months:
            return span_of(name)
    return whole


def bounds(months: Sequence[str], zone: tzinfo) -> tuple[datetime, datetime]:
    """Begin and end, the end excluded, of consecutive months."""
    (first_year, first), (last_year, last) = _year_and_month(months[0]), _year_and_month(months[-1])
    after = (last_year + 1, 1) if last == 12 else (last_year, last + 1)
    return datetime(first_year, first, 1, tzinfo=zone), datetime(*after, 1, tzinfo=zone)


def _from(year: int, month: int, count: int) -> tuple[str, ...]:
    places = range(year * 12 + month - 1, year * 12 + month - 1 + count)
    if not (YEAR_MIN <= year < YEAR_MAX and 1 <= month <= 12 and 1 <= count <= MONTHS_MAX):
        raise SpanUnknown
    return tuple(f"{place // 12}-{place % 12 + 1:02}" for place in places)


def _year_and_month(month: str) -> tuple[int, int]:
    year, number = int(month[:4]), int(month[5:])
    if not 1 <= number <= 12:
        raise SpanUnknown
    return year, number
