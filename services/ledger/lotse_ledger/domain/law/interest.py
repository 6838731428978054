"""Interest on late use, as a risk should the city claim it, never as a debt (R26 to R28).

The rate is the base rate of each half-year plus points. A base rate that is not known is not guessed.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import floor
from typing import Literal

from lotse_ledger.domain.law.fifo import Fifo
from lotse_ledger.domain.law.rules import Citation, of_rule
from lotse_ledger.domain.law.terms import WHOLE_BP, DayCount, Terms, cite

JULY = 7
FEBRUARY = 2
DAYS_A_MONTH = 30
DAYS_A_YEAR_360 = 360
DAYS_A_YEAR = 365
DAYS_A_LEAP_YEAR = 366


@dataclass(frozen=True)
class BaseRate:
    """From this day for a half-year, basis points; None where it is not known. Source: § 247 BGB."""

    valid_from: date
    bp: int | None
    confirmed: bool
    source: str


@dataclass(frozen=True)
class Claim:
    """Cents that bear interest from the day after `since` to the end of `until`."""

    disbursement: int
    amount: int
    since: date
    until: date
    is_open: bool = False


@dataclass(frozen=True)
class Segment:
    """A claim within one half-year."""

    first_day: date
    last_day: date
    days: int
    days_a_year: int
    base_bp: int
    rate_bp: int
    confirmed: bool
    exact: Fraction


@dataclass(frozen=True)
class ClaimInterest:
    """`amount` is its part of the rounded total, cents."""

    claim: Claim
    segments: tuple[Segment, ...]
    exact: Fraction
    amount: int


@dataclass(frozen=True)
class InterestPreview:
    """What one notice could ask for. `amount` is None if a base rate is unknown: `unknown` names the half-years.

    `claimable` is 0 where the amount is so small that it is not claimed.
    """

    standing: Literal["risk_should_the_city_claim_it"]
    amount: int | None
    claimable: int | None
    claims: tuple[ClaimInterest, ...]
    unknown: tuple[date, ...]
    unconfirmed: tuple[date, ...]
    citations: tuple[Citation, ...]

    @property
    def is_waived(self) -> bool:
        """Whether there is interest and it is too small to be claimed."""
        return bool(self.amount) and not self.claimable


def rates_of(file: bytes) -> tuple[BaseRate, ...]:
    """The table of base rates, from its JSON; one row for each half-year."""
    rows = json.loads(file)["rates"]
    return tuple(
        BaseRate(date.fromisoformat(row["valid_from"]), row["bp"], row["confirmed"], row["source"]) for row in rows
    )


def claims_of(used: Fifo, terms: Terms, today: date) -> tuple[Claim, ...]:
    """What was used, given back or is still held after its last day; what is held bears interest up to today."""
    from_payout = terms.interest_from == "payout"
    late = tuple(
        Claim(one.disbursement, one.amount, one.since if from_payout else one.use_by, one.ended_on)
        for one in used.late
        if one.ended_on <= today
    )
    held = tuple(
        Claim(one.disbursement, one.amount, one.since if from_payout else one.use_by, today, is_open=True)
        for one in used.unused
        if one.is_overdue(today)
    )
    return late + held


def interest_preview(claims: Sequence[Claim], rates: Sequence[BaseRate], terms: Terms) -> InterestPreview:
    """The interest of one notice: exact per claim, rounded half up to the cent once, then compared with the waiver."""
    table = {one.valid_from: one for one in rates}
    needed = sorted({start for claim in claims for start, _, _ in half_years(claim.since, claim.until)})
    unknown = tuple(start for start in needed if start not in table or table[start].bp is None)
    if unknown:
        return _preview(terms, None, (), unknown=unknown)
    segments = [_segments(claim, table, terms) for claim in claims]
    exact = [sum((one.exact for one in its), Fraction(0)) for its in segments]
    total = _half_up(sum(exact, Fraction(0)))
    amounts = _apportioned(total, exact)
    found = tuple(map(ClaimInterest, claims, map(tuple, segments), exact, amounts))
    unconfirmed = tuple(start for start in needed if not table[start].confirmed)
    return _preview(terms, total, found, unconfirmed=unconfirmed)


def half_years(since: date, until: date) -> tuple[tuple[date, date, date], ...]:
    """(start of the half-year, day before the first day of interest in it, last day) for each that a claim touches."""
    found = []
    while since < until:
        first = since + timedelta(days=1)
        start = date(first.year, JULY if first.month >= JULY else 1, 1)
        last = min(until, date(first.year, 12, 31) if start.month == JULY else date(first.year, 6, 30))
        found.append((start, since, last))
        since = last
    return tuple(found)


def days_of(since: date, until: date, count: DayCount) -> int:
    """Days of interest: the day of payout does not count, the last day does.

    30/360 counts every month as 30 days: the 31st is the 30th, and so is the end of February.
    """
    if count == "30/360":
        return _ordinal_360(until) - _ordinal_360(since)
    return (until - since).days


def _ordinal_360(day: date) -> int:
    is_february_end = day.month == FEBRUARY and (day + timedelta(days=1)).month != FEBRUARY
    in_month = DAYS_A_MONTH if is_february_end else min(day.day, DAYS_A_MONTH)
    return day.year * DAYS_A_YEAR_360 + day.month * DAYS_A_MONTH + in_month


def _days_a_year(year: int, count: DayCount) -> int:
    """act/act is that of ISDA: each day belongs to its own year."""
    if count == "30/360":
        return DAYS_A_YEAR_360
    is_leap = (date(year, 3, 1) - timedelta(days=1)).day == 29
    return DAYS_A_LEAP_YEAR if count == "act/act" and is_leap else DAYS_A_YEAR


def _segments(claim: Claim, table: dict[date, BaseRate], terms: Terms) -> list[Segment]:
    found = []
    for start, before, last in half_years(claim.since, claim.until):
        row = table[start]
        base = row.bp or 0
        days, a_year = days_of(before, last, terms.day_count), _days_a_year(last.year, terms.day_count)
        rate = base + terms.interest_points_bp
        exact = Fraction(claim.amount * rate * days, WHOLE_BP * a_year)
        found.append(Segment(before + timedelta(days=1), last, days, a_year, base, rate, row.confirmed, exact))
    return found


def _half_up(exact: Fraction) -> int:
    return floor(exact + Fraction(1, 2))


def _apportioned(total: int, exact: Sequence[Fraction]) -> list[int]:
    """Each rounded down, then a cent each by remainder, ties to the first, until they sum to the rounded total."""
    found = [floor(one) for one in exact]
    by_remainder = sorted(range(len(exact)), key=lambda place: (found[place] - exact[place], place))
    for place in by_remainder[: total - sum(found)]:
        found[place] += 1
    return found


def _preview(
    terms: Terms,
    amount: int | None,
    claims: tuple[ClaimInterest, ...],
    *,
    unknown: tuple[date, ...] = (),
    unconfirmed: tuple[date, ...] = (),
) -> InterestPreview:
    claimable = amount if amount is None or amount > terms.interest_waiver_cents else 0
    return InterestPreview(
        standing="risk_should_the_city_claim_it",
        amount=amount,
        claimable=claimable,
        claims=claims,
        unknown=unknown,
        unconfirmed=unconfirmed,
        citations=(
            *cite(terms, "interest_points_bp", "interest_from", "day_count", "interest_waiver_cents"),
            of_rule("BGB247"),
        ),
    )
