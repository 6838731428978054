"""The final grant, from what was planned and what came of it, for each type of financing (A4, R10).

Everything is integer cents and divided once, at the end. Over-spending never raises a grant.
"""

from dataclasses import dataclass
from typing import Literal

from lotse_ledger.domain.law.rules import Citation
from lotse_ledger.domain.law.terms import Rounding, Terms, cite


@dataclass(frozen=True)
class Funds:
    """Cents: costs, own funds, other covering funds. Of a plan what is planned, of a settlement what came of it.

    The costs of a settlement are `counted` of the plan's use: within the lines' limits, not yet cut to the total.
    """

    costs: int
    own: int
    other: int


@dataclass(frozen=True)
class FinalGrant:
    """`amount` of `awarded` remains. `reduction` is R: savings, and covering funds beyond the plan."""

    amount: int
    awarded: int
    reduction: int
    costs_counted: int
    de_minimis: bool
    rounding: Rounding
    citations: tuple[Citation, ...]


@dataclass(frozen=True)
class Balance:
    """What is paid back or still paid, cents; one of the two is 0."""

    recovery: int
    final_payment: int


def reduction_of(plan: Funds, actual: Funds, terms: Terms) -> int:
    """R: what was saved, and what came in beyond the plan. Third-party money that did not come offsets no savings;
    higher costs do offset higher income."""
    return max(0, plan.costs - actual.costs + max(0, _covering(plan, actual, terms) - plan.other))


def final_grant(awarded: int, plan: Funds, actual: Funds, terms: Terms) -> FinalGrant:
    """What of the award remains. Rounded down to the cent unless the terms say otherwise: the rest is the city's."""
    spared = is_de_minimis(plan, actual, terms)
    return FinalGrant(
        amount=_remaining(awarded, plan, actual, terms, spared=spared),
        awarded=awarded,
        reduction=reduction_of(plan, actual, terms),
        costs_counted=min(actual.costs, plan.costs) if terms.binds_total else actual.costs,
        de_minimis=spared,
        rounding=terms.final_rounding,
        citations=_cited(terms),
    )


def balance_of(final: int, disbursed: int) -> Balance:
    """What follows from the final grant and what was paid out (less what was repaid already)."""
    return Balance(recovery=max(0, disbursed - final), final_payment=max(0, final - disbursed))


def is_de_minimis(plan: Funds, actual: Funds, terms: Terms) -> bool:
    """Whether the change is too small to reduce this type of grant; off unless a decision has it (R10)."""
    limit = terms.de_minimis_cents
    if limit is None or terms.financing_type not in terms.de_minimis_types:
        return False
    costs = abs(plan.costs - actual.costs)
    covering = abs(_covering(plan, actual, terms) - plan.other)
    changes: dict[str, int] = {
        "costs": costs,
        "covering_funds": covering,
        "costs_or_covering_funds": max(costs, covering),
        "reduction": reduction_of(plan, actual, terms),
    }
    return changes[terms.de_minimis_basis] <= limit


def _remaining(awarded: int, plan: Funds, actual: Funds, terms: Terms, *, spared: bool) -> int:
    # What was not spent is never granted, whatever change a decision overlooks.
    most = max(0, min(awarded, actual.costs))
    if spared:
        return most
    return max(0, min(most, _left(awarded, plan, actual, terms)))


def _left(awarded: int, plan: Funds, actual: Funds, terms: Terms) -> int:
    match terms.financing_type:
        case "full":
            return actual.costs - _covering(plan, actual, terms)
        case "shortfall":
            return _shortfall(awarded, plan, actual, terms)
        case "fixed":
            return actual.costs - (_covering(plan, actual, terms) if terms.no_overfunding else 0)
        case "share":
            cut = reduction_of(plan, actual, terms) * awarded
            return awarded - _divided(cut, plan.costs, terms.final_rounding)


def _shortfall(awarded: int, plan: Funds, actual: Funds, terms: Terms) -> int:
    if not terms.shortfall_covers_missing_funds:
        return awarded - reduction_of(plan, actual, terms)
    return actual.costs - plan.own - _covering(plan, actual, terms)


def _covering(plan: Funds, actual: Funds, terms: Terms) -> int:
    """Other covering funds as they came; own funds count in full as planned, beyond it only if the terms say so."""
    return actual.other + (max(0, actual.own - plan.own) if terms.own_beyond_plan_counts else 0)


def _divided(numerator: int, denominator: int, rounding: Literal["down", "half_up"]) -> int:
    """The cut, so that the grant is rounded down where the cut is rounded up; a share of no costs is no share."""
    if denominator == 0:
        return 0
    if rounding == "down":
        return -(-numerator // denominator)
    return -((-2 * numerator + denominator) // (2 * denominator))


def _cited(terms: Terms) -> tuple[Citation, ...]:
    names = ["financing_type", "own_beyond_plan_counts"]
    if terms.financing_type == "share":
        names.append("final_rounding")
    if terms.financing_type == "fixed":
        names.append("no_overfunding")
    if terms.financing_type == "shortfall":
        names.append("shortfall_covers_missing_funds")
    names.append("de_minimis_cents")
    if terms.de_minimis_cents is not None:
        names += ["de_minimis_basis", "de_minimis_types"]
    return cite(terms, *names)
