"""The history of appropriation and freezes on both time axes: when it was decided, and when it was known."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from lotse_contracts.ledger import Standing
from lotse_ledger.domain.entries import Recorded
from lotse_ledger.domain.grants import in_force

APPROPRIATION = "appropriation_reported"
FREEZE = "freeze_reported"


@dataclass(frozen=True)
class FreezeStep:
    """One report; `available` is what was left of the appropriation after it, cents, as the entries post it."""

    log_index: int
    kind: str
    valid_on: date
    known_at: datetime
    budget_year: int
    available: int
    data: dict[str, Any]
    standing: Standing


def freeze_history(entries: Iterable[Recorded], budget_year: int) -> tuple[FreezeStep, ...]:
    """By the day it was decided, then as it became known. Reported facts, never the city's books."""
    account = f"reported:city:available:{budget_year}"
    ours = [one for one in in_force(entries) if one.budget_year == budget_year and one.kind in (APPROPRIATION, FREEZE)]
    left, found = 0, []
    for one in sorted(ours, key=lambda one: (one.valid_on, one.log_index)):
        left += sum(row.amount for row in one.postings if row.account == account)
        found.append(
            FreezeStep(
                one.log_index, one.kind, one.valid_on, one.known_at, budget_year, left, dict(one.data), one.standing
            )
        )
    return tuple(found)
