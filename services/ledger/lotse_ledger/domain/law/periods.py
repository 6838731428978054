"""Days: when a period of law ends, and what a weekend or a holiday would make of it as a mere remark.

The date that a rule or an authority names is the date to work by; it is never shifted.
"""

import calendar
from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache

import holidays

from lotse_ledger.domain.law.terms import Terms

SATURDAY = 5
MONTHS_A_YEAR = 12
TRANSFER_DAYS = 3  # Source: Allgemeine Zinsvorschriften (federal): a transfer is paid out on the third day after


def months_after(day: date, months: int) -> date:
    """The end of a period of months: the day of the same number, else the month's last. Source: § 188 (2), (3) BGB."""
    first = month_after(day, months)
    return first.replace(day=min(day.day, _last_of(first)))


def month_end_after(day: date, months: int) -> date:
    """The last day of the month that comes this many months later."""
    first = month_after(day, months)
    return first.replace(day=_last_of(first))


def month_after(day: date, months: int) -> date:
    """The first of that month."""
    years, month = divmod(day.month - 1 + months, MONTHS_A_YEAR)
    return date(day.year + years, month + 1, 1)


def years_after(day: date, years: int) -> date:
    """Source: § 188 (2), (3) BGB."""
    return months_after(day, years * MONTHS_A_YEAR)


def use_by(since: date, terms: Terms) -> date:
    """The last day on which money is used in time. It asks for no declaration, so § 193 BGB does not move it.

    The day of payout is not counted. Source: § 187 (1) BGB.
    """
    if terms.use_within_days is not None:
        return since + timedelta(days=terms.use_within_days)
    return months_after(since, terms.use_within_months)


def payout_day(credited_on: date, ordered_on: date | None, terms: Terms) -> date:
    """When money counts as paid out: the day of credit, or the third after the order if the terms and the bank say."""
    if terms.payout_day == "third_day_after_order" and ordered_on is not None:
        return ordered_on + timedelta(days=TRANSFER_DAYS)
    return credited_on


def accepts_costs(periods: Sequence[tuple[date, date]], early_starts: Sequence[date], day: date) -> bool:
    """Within a grant period, or after an early start and before the last period's end. Rule I7."""
    end = max((last for _, last in periods), default=day)
    return any(first <= day <= last for first, last in periods) or any(start <= day <= end for start in early_starts)


def is_working_day(day: date) -> bool:
    """Neither Saturday nor Sunday nor a holiday in Saxony."""
    return day.weekday() < SATURDAY and day not in _holidays(day.year)


def remark_on(day: date) -> date | None:
    """Where § 193 BGB would move a declaration's end, if at all: a remark, never the date to work by."""
    moved = day
    while not is_working_day(moved):
        moved += timedelta(days=1)
    return None if moved == day else moved


@cache
def _holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("DE", subdiv="SN", years=year))


def _last_of(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]
