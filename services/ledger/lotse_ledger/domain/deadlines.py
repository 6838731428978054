"""What must be handed in by when: calendar dates that follow from a grant period, with the rule that each comes from.

The date that a rule or an authority names is the date to work by; it is never shifted for a weekend.
"""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from lotse_ledger.domain.instants import BERLIN

INTERIM_PROOF_MONTHS = 4  # R16: after a budget year in which the purpose was not fulfilled. Source: ANBest-P No. 6.1
FINAL_PROOF_MONTHS = 6  # R15: after the grant period. Source: ANBest-P No. 6.1
NOTICE_DAYS = 30
NOTICE_HOUR = 9  # in Berlin


@dataclass(frozen=True)
class GrantPeriod:
    """First and last day of a grant."""

    first: date
    last: date


@dataclass(frozen=True)
class ProofRules:
    """How long after which end; parameters of a decision."""

    interim_months: int = INTERIM_PROOF_MONTHS
    final_months: int = FINAL_PROOF_MONTHS


@dataclass(frozen=True)
class Deadline:
    """A code, its day and the rule."""

    code: str
    due_on: date
    rule: str


def deadlines_of(periods: Iterable[GrantPeriod], rules: ProofRules | None = None) -> tuple[Deadline, ...]:
    """An interim proof for each budget year that a period outlasts, a final proof after it; earliest first."""
    rules = rules or ProofRules()
    found = set()
    for period in periods:
        for year in range(period.first.year, period.last.year):
            due = months_after(date(year, 12, 31), rules.interim_months)
            found.add(Deadline(f"interim_proof_{year}", due, "R16"))
        found.add(Deadline("final_proof", months_after(period.last, rules.final_months), "R15"))
    return tuple(sorted(found, key=lambda one: (one.due_on, one.code)))


def months_after(day: date, months: int) -> date:
    """The day of the same number, or the month's last; the end of a month leads to the end of a month.

    A proof is due at the end of the month, so that 31 December and four months are 30 April. Source: § 188 BGB.
    """
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    last = calendar.monthrange(year, month)[1]
    is_month_end = day.day == calendar.monthrange(day.year, day.month)[1]
    return date(year, month, last if is_month_end else min(day.day, last))


def notice_at(due_on: date, days: int = NOTICE_DAYS) -> datetime:
    """When to say that a deadline comes near."""
    return datetime.combine(due_on - timedelta(days=days), time(NOTICE_HOUR), BERLIN).astimezone(UTC)
