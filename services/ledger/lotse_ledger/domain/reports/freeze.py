"""The history of appropriation and freezes on both time axes: when it was decided, and when it was known."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from lotse_contracts.ledger import Standing
from lotse_ledger.domain.entries import Recorded
from lotse_ledger.domain.gathering import terms_in_force
from lotse_ledger.domain.grants import Grant, in_force
from lotse_ledger.domain.law.freezes import FrozenAward, frozen_award
from lotse_ledger.domain.reported import freezes_of

APPROPRIATION = "appropriation_reported"
FREEZE = "freeze_reported"


@dataclass(frozen=True)
class AtRisk:
    """What the freezes known now could take of one decision's part of a budget year; cents."""

    decision: int
    budget_year: int
    decided_on: date
    field: str
    frozen: FrozenAward


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


def at_risk(grant: Grant, facts: Iterable[Recorded], field: str) -> tuple[AtRisk, ...]:
    """By decision and budget year. A freeze cuts nothing that was final before it without reservation.

    A decision stands under what it and those before it say; a later one reserves nothing afterwards.
    """
    known = list(facts)
    return tuple(
        AtRisk(
            decision=one.log_index,
            budget_year=year,
            decided_on=one.valid_on,
            field=field,
            frozen=frozen_award(
                amount,
                decided_on=one.valid_on,
                field=field,
                freezes=freezes_of(known, year),
                terms=terms_in_force(grant.decisions[: place + 1]),
            ),
        )
        for place, one in enumerate(grant.decisions)
        for year, amount in one.years
        if one.type != "revocation"
    )
