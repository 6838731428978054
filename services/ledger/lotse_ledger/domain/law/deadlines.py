"""What must be handed in by when, each day with its rule and the parameter used (R15, R16, R23).

A day that the decision names is the day. A weekend or a holiday is a remark beside it and moves nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from lotse_ledger.domain.instants import BERLIN
from lotse_ledger.domain.law.periods import month_end_after, months_after, remark_on
from lotse_ledger.domain.law.rules import Citation, of_rule
from lotse_ledger.domain.law.terms import Terms, cite

NOTICE_DAYS = 30
NOTICE_HOUR = 9  # in Berlin
DECEMBER_31 = (12, 31)


@dataclass(frozen=True)
class GrantPeriod:
    """First and last day of a grant, and when its purpose was fulfilled if that was earlier."""

    first: date
    last: date
    fulfilled_on: date | None = None


@dataclass(frozen=True)
class Deadline:
    """A code, its day, the rule; `remark_on` is where § 193 BGB would move a declaration's end, if at all."""

    code: str
    due_on: date
    rule: str
    remark_on: date | None = None
    citations: tuple[Citation, ...] = ()
    budget_year: int | None = None
    """Of the proof: the year that it is about, for a final one the last."""


def deadlines_of(periods: Iterable[GrantPeriod], terms: Terms) -> tuple[Deadline, ...]:
    """An interim proof for each budget year that a period outlasts, a final proof after it; earliest first.

    A yearly decision is a period of its own and so needs a final proof for each year.
    """
    found = {one for period in periods for one in (*_interim(period, terms), _final(period, terms))}
    return tuple(sorted(found, key=lambda one: (one.due_on, one.code)))


def notice_at(due_on: date, days: int = NOTICE_DAYS) -> datetime:
    """When to say that a deadline comes near."""
    return datetime.combine(due_on - timedelta(days=days), time(NOTICE_HOUR), BERLIN).astimezone(UTC)


def _interim(period: GrantPeriod, terms: Terms) -> Iterable[Deadline]:
    named = dict(terms.interim_due)
    ended = min(period.last, period.fulfilled_on or period.last)
    for year in range(period.first.year, ended.year):
        parameter = "interim_due" if year in named else "interim_months"
        due = named.get(year) or month_end_after(date(year, *DECEMBER_31), terms.interim_months)
        yield _deadline(f"interim_proof_{year}", due, "R16", parameter, terms, budget_year=year)


def _final(period: GrantPeriod, terms: Terms) -> Deadline:
    """Months after the purpose was fulfilled, at the latest the end of that month after the period."""
    if terms.final_due_on is not None:
        return _deadline("final_proof", terms.final_due_on, "R15", "final_due_on", terms, budget_year=period.last.year)
    due = month_end_after(period.last, terms.final_months)
    if period.fulfilled_on is not None:
        due = min(due, months_after(period.fulfilled_on, terms.final_months))
    return _deadline("final_proof", due, "R15", "final_months", terms, budget_year=period.last.year)


def _deadline(code: str, due_on: date, rule: str, parameter: str, terms: Terms, *, budget_year: int) -> Deadline:
    remark = remark_on(due_on)
    cited = cite(terms, parameter)
    return Deadline(code, due_on, rule, remark, (*cited, of_rule("BGB193")) if remark else cited, budget_year)
