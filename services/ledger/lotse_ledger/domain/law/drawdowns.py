"""Money is asked for only as far and as early as it is needed (R6), and not beyond the budget year it belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from lotse_ledger.domain.law.periods import use_by
from lotse_ledger.domain.law.rules import Citation, of_rule
from lotse_ledger.domain.law.terms import Terms, cite


@dataclass(frozen=True)
class Due:
    """A payment to come: the grant's part of it, cents."""

    day: date
    part: int


@dataclass(frozen=True)
class Need:
    """What of a request is needed. `in_hand` was drawn earlier and not used yet; it is used first."""

    requested: int
    needed: int
    in_hand: int
    until: date
    citations: tuple[Citation, ...]

    @property
    def beyond_need(self) -> int:
        """Cents asked for too much or too early."""
        return max(0, self.requested - self.needed)


@dataclass(frozen=True)
class Expiry:
    """The last day of a budget year's money, unless it is carried over."""

    on: date
    citations: tuple[Citation, ...]


def need_of(requested: int, *, payout_on: date, due: Sequence[Due], in_hand: int, terms: Terms) -> Need:
    """The grant's part of what falls due until the last day of use after the payout, less what is in hand."""
    until = use_by(payout_on, terms)
    parts = sum(one.part for one in due if one.day <= until)
    within = "use_within_months" if terms.use_within_days is None else "use_within_days"
    return Need(requested, max(0, parts - in_hand), in_hand, until, cite(terms, within))


def expiry_of(budget_year: int) -> Expiry:
    """31 December of the budget year, unless the request names a day."""
    return Expiry(date(budget_year, 12, 31), (of_rule("YEAR"),))
