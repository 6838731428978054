"""The final grant: the worked vectors as corrected, and what holds for any amounts."""

from fractions import Fraction
from math import floor

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from lotse_contracts.ledger import FinancingType
from lotse_ledger.domain.law.financing import (
    Funds,
    balance_of,
    final_grant,
    reduction_of,
)
from lotse_ledger.domain.law.terms import Terms, terms_of

PLAN = Funds(costs=60_000_00, own=6_000_00, other=4_000_00)
AWARD = 50_000_00
TYPES: tuple[FinancingType, ...] = ("share", "shortfall", "fixed", "full")
CENTS = st.integers(0, 10**9)


def came(costs: int, own: int = 6_000_00, other: int = 4_000_00) -> Funds:
    return Funds(costs, own, other)


def remains(kind: FinancingType, actual: Funds, **stated: object) -> int:
    return final_grant(AWARD, PLAN, actual, terms_of(kind, stated)).amount


def test_vector_1_savings_and_more_third_party_money() -> None:
    actual = came(55_000_00, other=6_000_00)
    assert reduction_of(PLAN, actual, Terms()) == 7_000_00
    assert remains("shortfall", actual) == 43_000_00
    assert remains("share", actual) == 44_166_66
    assert remains("share", actual, final_rounding="half_up") == 44_166_67
    assert remains("fixed", actual) == 50_000_00
    assert remains("fixed", actual, no_overfunding=True) == 49_000_00


@pytest.mark.parametrize("kind", ["shortfall", "share", "fixed"])
def test_vector_2_higher_costs_offset_higher_income(kind: FinancingType) -> None:
    actual = came(63_000_00, other=7_000_00)
    assert reduction_of(PLAN, actual, Terms()) == 0
    assert remains(kind, actual) == 50_000_00


def test_vector_3_needs_a_decision_that_has_the_de_minimis_rule() -> None:
    actual = came(59_700_00, other=4_150_00)
    assert reduction_of(PLAN, actual, Terms()) == 450_00
    assert remains("share", actual) == 49_625_00
    assert remains("share", actual, de_minimis_cents=500_00) == 50_000_00
    only_share = frozenset[FinancingType]({"share"})
    assert remains("shortfall", actual, de_minimis_cents=500_00, de_minimis_types=only_share) == 49_550_00
    assert remains("shortfall", actual) == 49_550_00


def test_vector_4_costs_below_the_fixed_sum() -> None:
    actual = came(48_000_00)
    assert remains("fixed", actual) == 48_000_00
    assert remains("share", actual) == 40_000_00
    assert remains("shortfall", actual) == 38_000_00


def test_vector_5_missing_own_funds_are_the_grantees() -> None:
    assert remains("shortfall", came(60_000_00, own=2_000_00)) == 50_000_00


def test_full_financing_is_reduced_by_everything() -> None:
    plan, terms = Funds(50_000_00, 0, 0), terms_of("full", {"de_minimis_cents": 500_00})
    assert final_grant(AWARD, plan, Funds(49_800_00, 0, 100_00), terms).amount == 49_700_00


def test_missing_third_party_money_offsets_no_savings() -> None:
    actual = came(57_000_00, other=1_000_00)
    assert reduction_of(PLAN, actual, Terms()) == 3_000_00
    assert remains("share", actual) == 47_500_00
    assert remains("shortfall", actual) == 50_000_00  # the gap is what a shortfall grant is for, unless said:
    assert remains("shortfall", actual, shortfall_covers_missing_funds=False) == 47_000_00


@pytest.mark.parametrize(
    ("basis", "actual", "spared"),
    [
        ("costs", came(59_500_00, other=6_000_00), True),
        ("costs", came(59_499_99), False),
        ("covering_funds", came(50_000_00, other=4_500_00), True),
        ("covering_funds", came(60_000_00, other=4_500_01), False),
        ("costs_or_covering_funds", came(59_500_00, other=4_500_00), True),
        ("costs_or_covering_funds", came(59_500_00, other=4_500_01), False),
        ("reduction", came(59_800_00, other=4_300_00), True),
        ("reduction", came(59_800_00, other=4_300_01), False),
    ],
)
def test_the_basis_of_the_de_minimis_rule_is_a_parameter(basis: str, actual: Funds, spared: bool) -> None:
    terms = terms_of("share", {"de_minimis_cents": 500_00, "de_minimis_basis": basis})
    found = final_grant(AWARD, PLAN, actual, terms)
    assert found.de_minimis is spared
    assert (found.amount == AWARD) is spared


def test_own_funds_beyond_the_plan_count_only_where_the_decision_says_so() -> None:
    actual = came(60_000_00, own=7_000_00)
    assert remains("shortfall", actual) == remains("share", actual) == AWARD
    assert remains("shortfall", actual, own_beyond_plan_counts=True) == AWARD - 1_000_00
    assert remains("share", actual, own_beyond_plan_counts=True) == AWARD - 833_34


def test_the_total_caps_what_is_counted_only_after_the_netting() -> None:
    found = final_grant(AWARD, PLAN, came(63_000_00, other=7_000_00), Terms())
    assert (found.amount, found.costs_counted) == (AWARD, 60_000_00)


def test_a_share_of_no_costs_is_nothing() -> None:
    assert final_grant(AWARD, Funds(0, 0, 0), Funds(0, 0, 0), Terms()).amount == 0


def test_every_answer_names_its_rounding_and_the_parameters_used() -> None:
    found = final_grant(AWARD, PLAN, came(55_000_00), terms_of("share", {"de_minimis_cents": 500_00}))
    assert found.rounding == "down"
    assert {one.parameter for one in found.citations} >= {"final_rounding", "de_minimis_cents", "de_minimis_basis"}
    assert {one.rule for one in found.citations} == {"A4", "R2", "R10"}


def test_what_is_paid_back_and_what_is_still_paid() -> None:
    assert balance_of(44_166_66, 50_000_00).recovery == 5_833_34
    assert balance_of(44_166_66, 40_000_00).final_payment == 4_166_66
    assert balance_of(1, 1) == balance_of(0, 0)


@for_all(st.sampled_from(TYPES), CENTS, CENTS, CENTS, CENTS, CENTS, CENTS, st.booleans())
def test_a_grant_is_never_raised_never_negative_and_never_above_the_costs(
    kind: FinancingType, award: int, own: int, other: int, costs: int, own_came: int, other_came: int, strict: bool
) -> None:
    plan = Funds(award + own + other, own, other)
    terms = terms_of(kind, {"no_overfunding": strict, "own_beyond_plan_counts": strict})
    found = final_grant(award, plan, Funds(costs, own_came, other_came), terms).amount
    assert 0 <= found <= min(award, costs)


@for_all(st.sampled_from(TYPES), CENTS, CENTS, CENTS, CENTS, CENTS, CENTS)
def test_a_grant_falls_with_costs_and_with_other_money(
    kind: FinancingType, award: int, own: int, other: int, costs: int, other_came: int, more: int
) -> None:
    plan, terms = Funds(award + own + other, own, other), terms_of(kind, {})
    here = final_grant(award, plan, Funds(costs, own, other_came), terms).amount
    assert here <= final_grant(award, plan, Funds(costs + more, own, other_came), terms).amount
    assert here >= final_grant(award, plan, Funds(costs, own, other_came + more), terms).amount


@for_all(CENTS, CENTS, CENTS, CENTS, CENTS)
def test_a_share_is_the_exact_fraction_rounded_down(
    award: int, own: int, other: int, costs: int, other_came: int
) -> None:
    planned = award + own + other
    saved = max(0, planned - costs + max(0, other_came - other))
    exact = award - (Fraction(saved * award, planned) if planned else Fraction(0))
    found = final_grant(award, Funds(planned, own, other), Funds(costs, own, other_came), Terms())
    assert found.amount == max(0, floor(exact))
