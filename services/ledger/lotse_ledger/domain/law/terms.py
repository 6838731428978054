"""The terms of a decision: every parameter of grant law with its default, its meaning and its rule.

A decision of the city outranks every default. `stated` names what it says itself; an answer tells the two apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from lotse_contracts.ledger import FinancingType
from lotse_ledger.domain.law.rules import RULES, Citation

Rounding = Literal["down", "half_up"]
DeMinimisBasis = Literal["costs", "covering_funds", "costs_or_covering_funds", "reduction"]
FixedPart = Literal["whole", "pro_rata"]
DayCount = Literal["30/360", "act/365", "act/act"]
InterestFrom = Literal["payout", "deadline"]
PayoutDay = Literal["credit", "third_day_after_order"]

PERCENT = 100
WHOLE_BP = 10_000  # basis points
DE_MINIMIS_TYPES: frozenset[FinancingType] = frozenset({"share", "shortfall", "fixed"})
"""Not full financing. Source: BNBest-EFRE Hessen, No. 2.2."""


class UnknownTerm(ValueError):
    """A decision names a parameter that the law here does not know. `name` is it."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True)
class Parameter:
    """What a term means, and the rule that it belongs to."""

    rule: str
    meaning: str


@dataclass(frozen=True)
class Terms:
    """All parameters; amounts in cents, rates in basis points. What each means: `PARAMETERS`."""

    financing_type: FinancingType = "share"
    excess_percent: int | None = 20
    total_binding: bool = True
    fixed_binds_lines: bool = False
    fixed_binds_total: bool = False
    final_rounding: Rounding = "down"
    no_overfunding: bool = False
    own_beyond_plan_counts: bool = False
    shortfall_covers_missing_funds: bool = True
    de_minimis_cents: int | None = None
    de_minimis_basis: DeMinimisBasis = "costs_or_covering_funds"
    de_minimis_types: frozenset[FinancingType] = DE_MINIMIS_TYPES
    use_within_months: int = 2
    use_within_days: int | None = None
    payout_day: PayoutDay = "credit"
    fixed_part: FixedPart = "whole"
    budget_reservation: bool = False
    day_count: DayCount = "30/360"
    interest_points_bp: int = 500
    interest_from: InterestFrom = "payout"
    interest_waiver_cents: int = 500
    interim_months: int = 4
    final_months: int = 6
    interim_due: tuple[tuple[int, date], ...] = ()
    final_due_on: date | None = None
    retention_years: int = 5
    notify_costs_fall_bp: int | None = None
    notify_costs_fall_cents: int | None = None
    inventory_cents: int = 800_00
    vat_deductible: bool = False
    stated: frozenset[str] = frozenset()

    @property
    def line_percent(self) -> int | None:
        """By how much a line may be exceeded; None where no line is bound."""
        if self.financing_type == "fixed" and not self.fixed_binds_lines:
            return None
        return self.excess_percent

    @property
    def binds_total(self) -> bool:
        """Whether the plan's total binds."""
        return self.fixed_binds_total if self.financing_type == "fixed" else self.total_binding


PARAMETERS: Mapping[str, Parameter] = {
    "financing_type": Parameter("A4", "share, shortfall, fixed or full"),
    "excess_percent": Parameter("R3", "by how many per cent a line may be exceeded; none: no line is bound"),
    "total_binding": Parameter("R3", "an excess counts only as far as other lines were saved"),
    "fixed_binds_lines": Parameter("R3", "a fixed grant binds the lines as well"),
    "fixed_binds_total": Parameter("R3", "a fixed grant binds the total as well"),
    "final_rounding": Parameter("A4", "how the final grant is rounded to the cent"),
    "no_overfunding": Parameter("A4", "a fixed grant is cut where other money and it exceed the costs"),
    "own_beyond_plan_counts": Parameter("R2", "own funds beyond the plan are covering funds"),
    "shortfall_covers_missing_funds": Parameter(
        "A4", "up to the award, a shortfall grant steps in for third-party money that did not come"
    ),
    "de_minimis_cents": Parameter("R10", "up to this change the grant is not reduced; none: it always is"),
    "de_minimis_basis": Parameter("R10", "whose change is measured; of two, each must stay within"),
    "de_minimis_types": Parameter("R10", "the financing types it covers"),
    "use_within_months": Parameter("R6", "months after payout within which money is to be used"),
    "use_within_days": Parameter("R6", "days instead of months"),
    "payout_day": Parameter("ZINS", "the day money counts as paid out"),
    "fixed_part": Parameter("R7", "what a fixed grant pays of a payment"),
    "budget_reservation": Parameter("FREEZE", "the award stands under the reservation of the budget"),
    "day_count": Parameter("ZINS", "how days of interest are counted"),
    "interest_points_bp": Parameter("R27", "points over the base rate"),
    "interest_from": Parameter("R27", "where interest on late use begins"),
    "interest_waiver_cents": Parameter("R28", "interest up to this is not claimed, per notice"),
    "interim_months": Parameter("R16", "months after a budget year for the interim proof"),
    "final_months": Parameter("R15", "months after the grant period for the final proof"),
    "interim_due": Parameter("R16", "days that the decision names, by budget year"),
    "final_due_on": Parameter("R15", "the day that the decision names"),
    "retention_years": Parameter("R23", "years after the proof was handed in"),
    "notify_costs_fall_bp": Parameter("R13", "notify if costs fall by more than this part of the plan"),
    "notify_costs_fall_cents": Parameter("R13", "notify if costs fall by more than this"),
    "inventory_cents": Parameter("R12", "net price from which an object is inventoried"),
    "vat_deductible": Parameter("R19", "input tax can be deducted, so net amounts count"),
}


def terms_of(financing_type: FinancingType, stated: Mapping[str, Any]) -> Terms:
    """The terms of a decision that states these parameters, values of the field's own type. Raises UnknownTerm.

    A decision on a fixed grant that names a percentage for its lines binds them by that.
    """
    for name in stated:
        if name not in PARAMETERS:
            raise UnknownTerm(name)
    binds = {"fixed_binds_lines": True} if stated.get("excess_percent") is not None else {}
    return Terms(**{**binds, **stated, "financing_type": financing_type}, stated=frozenset(stated) | {"financing_type"})


def cite(terms: Terms, *names: str) -> tuple[Citation, ...]:
    """What an answer stands on: for each parameter its rule, its value and whether the decision states it."""
    return tuple(_citation(terms, name) for name in names)


def _citation(terms: Terms, name: str) -> Citation:
    rule = PARAMETERS[name].rule
    return Citation(
        rule=rule,
        parameter=name,
        value=_text(getattr(terms, name)),
        stated=name in terms.stated,
        source=RULES[rule].source,
    )


def _text(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, frozenset):
        return ", ".join(sorted(str(one) for one in value))
    if isinstance(value, tuple):
        return ", ".join(f"{year}: {day.isoformat()}" for year, day in value)
    return value.isoformat() if isinstance(value, date) else str(value)
