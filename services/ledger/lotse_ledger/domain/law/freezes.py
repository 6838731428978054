"""What a budget freeze leaves of an award: nothing is cut that was final before it without reservation.

The freeze and its factors are reported facts; a freeze stops new commitments and payouts, not rights.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from lotse_ledger.domain.availability import WHOLE, Freeze, factor_for
from lotse_ledger.domain.law.rules import Citation, of_rule
from lotse_ledger.domain.law.terms import Terms, cite


@dataclass(frozen=True)
class FrozenAward:
    """`at_risk` of the award, cents, and the entries that say so."""

    awarded: int
    factor: int
    at_risk: int
    entries: tuple[int, ...]
    citations: tuple[Citation, ...]


def frozen_award(awarded: int, *, decided_on: date, field: str, freezes: Sequence[Freeze], terms: Terms) -> FrozenAward:
    """What later freezes of this field could take; an award made under a freeze was made knowing it.

    Only where the decision reserves the budget. Rounded down for the grantee, the rest is at risk.
    """
    factor, entries = factor_for([one for one in freezes if one.valid_on >= decided_on], field)
    at_risk = awarded - awarded * factor // WHOLE if terms.budget_reservation else 0
    cited = (*cite(terms, "budget_reservation"), *((of_rule("FREEZE"),) if entries else ()))
    return FrozenAward(awarded, factor, at_risk, entries, cited)
