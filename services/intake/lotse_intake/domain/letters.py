"""The earliest day on which the period that a letter sets may end; for counsellors, never told to the person."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from lotse_chassis.calendar import is_working_day, previous_working_day
from lotse_contracts.intake import Letter
from lotse_intake.domain.coding import CodeList, Item, ListInvalid

WEEKS_MAX = 52
MONTHS_MAX = 12
AHEAD = timedelta(days=1)  # a letter may be dated tomorrow, not later: then the year or the month is a slip

PLAIN = "letter_date_plus_period"
OF_SENDER = "letter_date_plus_shortest_of_sender"
MOVED = "_moved_back"


@dataclass(frozen=True)
class Period:
    """A kind of period: weeks or months, by which law, and when that was true."""

    code: str
    weeks: int
    months: int
    source: str
    as_of: str


@dataclass(frozen=True)
class EarliestEnd:
    """The day itself still counts. `rule` says how it was found, `source` the law; a person confirms it."""

    day: date
    kind: str
    rule: str
    source: str
    to_be_confirmed: bool = True


def earliest_end(dated: date, period: Period) -> EarliestEnd:
    """Date of the letter plus the period, moved back to the working day before.

    The law counts from the day a letter arrives, adds days for the post, and moves an end on a weekend forward
    (§ 193 BGB); a desk that waits for none of that is never late. Source: § 187(1), § 188(2) and (3) BGB for weeks and
    months, as of 2026-11-25.
    """
    end = after(dated, weeks=period.weeks, months=period.months)
    day = end if is_working_day(end) else previous_working_day(end)
    rule = PLAIN if day == end else PLAIN + MOVED
    return EarliestEnd(day, period.code, rule, f"{period.source} ({period.as_of})")


def after(day: date, *, weeks: int = 0, months: int = 0) -> date:
    """That many months later, on the same day of the month or the last where the month is shorter; then the weeks."""
    number = day.year * 12 + day.month - 1 + months
    year, month = divmod(number, 12)
    moved = day.replace(year=year, month=month + 1, day=min(day.day, monthrange(year, month + 1)[1]))
    return moved + timedelta(weeks=weeks)


def end_of(letter: Letter, periods: CodeList, senders: CodeList, today: date) -> EarliestEnd | None:
    """The earliest end of a letter's period; without a kind of period the shortest of its sender. None without either,
    without a date, or with a date that cannot be."""
    if letter.dated is None:
        return None
    dated = date.fromisoformat(letter.dated)
    if dated > today + AHEAD:
        return None
    found = period_of(periods, letter.period)
    if found is not None:
        return earliest_end(dated, found)
    sender = senders.item(letter.sender) if letter.sender else None
    shortest = period_of(periods, sender.more.get("shortest_period")) if sender else None
    if shortest is None:
        return None
    end = earliest_end(dated, shortest)
    return EarliestEnd(end.day, end.kind, end.rule.replace(PLAIN, OF_SENDER), end.source)


def period_of(periods: CodeList, code: str | None) -> Period | None:
    """The period of this code, also a retired one, since old letters name it."""
    item = periods.item(code) if code else None
    return _period(item) if item else None


def require_periods(periods: CodeList) -> None:
    """Raises ListInvalid unless every period has a length within bounds, a source and a date."""
    for item in periods.items:
        if not _is_period(item.more):
            raise ListInvalid(
                f"{item.code} braucht weeks oder months, source und as_of.",
                f"{item.code} needs weeks or months, source and as_of.",
            )


def require_senders(senders: CodeList, periods: CodeList) -> None:
    """Raises ListInvalid if a sender's shortest period is in no list."""
    for item in senders.items:
        shortest = item.more.get("shortest_period")
        if shortest is not None and periods.item(shortest) is None:
            raise ListInvalid(
                f"{item.code}: die Frist {shortest} gibt es nicht.", f"{item.code}: there is no period {shortest}."
            )


def _is_period(more: Mapping[str, Any]) -> bool:
    lengths = [(more.get("weeks"), WEEKS_MAX), (more.get("months"), MONTHS_MAX)]
    given = [(length, most) for length, most in lengths if length is not None]
    fitting = len(given) == 1 and type(given[0][0]) is int and 1 <= given[0][0] <= given[0][1]
    try:
        date.fromisoformat(more.get("as_of", ""))
    except (TypeError, ValueError):
        return False
    return fitting and bool(more.get("source"))


def _period(item: Item) -> Period:
    more = item.more
    return Period(item.code, more.get("weeks", 0), more.get("months", 0), more["source"], more["as_of"])
