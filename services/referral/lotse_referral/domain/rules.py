"""The recurrence rules that a series may have: a subset of RFC 5545, section 3.3.10, as of 2026-11-25."""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count as counted
from typing import Literal

YEARS_MAX = 10  # that a series is followed, whatever its rule says
INTERVAL_MAX = 12
COUNT_MAX = 600
PARTS = ("FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "COUNT", "UNTIL")
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

_BYDAY = re.compile(r"(-1|[1-5])?(MO|TU|WE|TH|FR|SA|SU)")
_MONTHDAY = re.compile(r"-?([1-9]|[12][0-9]|3[01])")
_NUMBER = re.compile(r"[1-9][0-9]{0,2}")
_DAY = re.compile(r"[0-9]{8}")

Frequency = Literal["WEEKLY", "MONTHLY"]


class RuleNotTaken(Exception):
    """Not a rule, or one beyond the subset; the argument is the part at fault."""


@dataclass(frozen=True)
class Rule:
    """`by_day` are (which of the month, weekday with Monday 0); which is 0 for each of them and -1 for the last."""

    frequency: Frequency
    interval: int = 1
    by_day: tuple[tuple[int, int], ...] = ()
    by_month_day: tuple[int, ...] = ()
    count: int | None = None
    until: date | None = None


def read(text: str) -> Rule | None:
    """The rule; None for an empty one. Raises RuleNotTaken with the name of the part that is at fault."""
    if not text:
        return None
    given = _parts(text)
    frequency = given.get("FREQ", "")
    if frequency not in ("WEEKLY", "MONTHLY"):
        raise RuleNotTaken("FREQ")
    weekly = frequency == "WEEKLY"
    if "COUNT" in given and "UNTIL" in given:
        raise RuleNotTaken("UNTIL")
    if "BYMONTHDAY" in given and (weekly or "BYDAY" in given):
        raise RuleNotTaken("BYMONTHDAY")
    return Rule(
        frequency="WEEKLY" if weekly else "MONTHLY",
        interval=_number(given, "INTERVAL", INTERVAL_MAX) or 1,
        by_day=_by_day(given.get("BYDAY"), weekly=weekly),
        by_month_day=_by_month_day(given.get("BYMONTHDAY")),
        count=_number(given, "COUNT", COUNT_MAX),
        until=_until(given.get("UNTIL")),
    )


def days_of(rule: Rule | None, first: date) -> Iterator[date]:
    """The days of the rule from the first on, in order, at most ten years of them."""
    if rule is None:
        yield first
        return
    last = first.replace(year=first.year + YEARS_MAX, day=min(first.day, 28))
    last = min(last, rule.until) if rule.until is not None else last
    number = 0
    for day in _weeks(rule, first, last) if rule.frequency == "WEEKLY" else _months(rule, first, last):
        if number == rule.count or day > last:
            return
        if day >= first:
            number += 1
            yield day


def _weeks(rule: Rule, first: date, last: date) -> Iterator[date]:
    weekdays = sorted({weekday for _, weekday in rule.by_day} or {first.weekday()})
    monday = first - timedelta(days=first.weekday())
    while monday <= last:
        yield from (monday + timedelta(days=weekday) for weekday in weekdays)
        monday += timedelta(weeks=rule.interval)


def _months(rule: Rule, first: date, last: date) -> Iterator[date]:
    for step in counted(0, rule.interval):
        years, month = divmod(first.month - 1 + step, 12)
        if date(first.year + years, month + 1, 1) > last:
            return
        yield from _of_month(rule, first, first.year + years, month + 1)


def _of_month(rule: Rule, first: date, year: int, month: int) -> Iterator[date]:
    length = monthrange(year, month)[1]
    if rule.by_day:
        found = {day for which, weekday in rule.by_day for day in _weekdays(year, month, which, weekday)}
    else:
        wanted = rule.by_month_day or (first.day,)
        found = {length + 1 + number if number < 0 else number for number in wanted}
    yield from (date(year, month, day) for day in sorted(found) if 1 <= day <= length)


def _weekdays(year: int, month: int, which: int, weekday: int) -> tuple[int, ...]:
    starts, length = monthrange(year, month)
    every = tuple(range(1 + (weekday - starts) % 7, length + 1, 7))
    if which == 0:
        return every
    if which == -1:
        return every[-1:]
    return every[which - 1 : which]


def _parts(text: str) -> dict[str, str]:
    given: dict[str, str] = {}
    for part in text.split(";"):
        name, _, value = part.partition("=")
        if name not in PARTS or name in given or not value:
            raise RuleNotTaken(name if name in PARTS else "FREQ")
        given[name] = value
    return given


def _number(given: dict[str, str], name: str, most: int) -> int | None:
    text = given.get(name)
    if text is None:
        return None
    if _NUMBER.fullmatch(text) is None or int(text) > most:
        raise RuleNotTaken(name)
    return int(text)


def _by_day(text: str | None, *, weekly: bool) -> tuple[tuple[int, int], ...]:
    if text is None:
        return ()
    read_ones = [_BYDAY.fullmatch(one) for one in text.split(",")]
    days = tuple((int(one[1] or 0), WEEKDAYS.index(one[2])) for one in read_ones if one is not None)
    numbered = {which != 0 for which, _ in days}
    if len(days) != len(read_ones) or len(set(days)) != len(days) or len(numbered) > 1 or (weekly and True in numbered):
        raise RuleNotTaken("BYDAY")  # numbered and plain ones together are read differently by different calendars
    return days


def _by_month_day(text: str | None) -> tuple[int, ...]:
    if text is None:
        return ()
    days = text.split(",")
    if not all(_MONTHDAY.fullmatch(one) for one in days) or len(set(days)) != len(days):
        raise RuleNotTaken("BYMONTHDAY")
    return tuple(int(one) for one in days)


def _until(text: str | None) -> date | None:
    if text is None:
        return None
    if _DAY.fullmatch(text) is None:
        raise RuleNotTaken("UNTIL")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RuleNotTaken("UNTIL") from None
