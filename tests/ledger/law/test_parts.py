"""The grant's part of each payment: cumulative, rounded once, trued up at settlement."""

from datetime import date, timedelta

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from lotse_contracts.ledger import FinancingType
from lotse_ledger.domain.law.parts import Award, Paid, UnknownVoucher, parts_of, settled
from lotse_ledger.domain.law.terms import Terms, terms_of

AWARD = Award(amount=50_000_00, costs=60_000_00, own=6_000_00, other=4_000_00)
START = date(2026, 1, 1)
TYPES = st.sampled_from(("share", "shortfall", "fixed", "full"))


def paid(*amounts: int, award: Award = AWARD) -> list[Paid]:
    return [Paid(index, START + timedelta(index), amount, award) for index, amount in enumerate(amounts)]


def parts(kind: FinancingType, *amounts: int, **stated: object) -> list[int]:
    return [one.part for one in parts_of(paid(*amounts), terms_of(kind, stated)).parts]


def test_a_share_goes_pro_rata_and_is_rounded_once() -> None:
    assert parts("share", 100, 100, 100) == [83, 83, 84]
    assert parts("share", 6_000_00, 54_000_00) == [5_000_00, 45_000_00]
    assert parts("share", 60_000_00, 600_00) == [50_000_00, 0]


def test_a_shortfall_pays_after_own_and_other_money() -> None:
    assert parts("shortfall", 6_000_00, 5_000_00, 49_000_00) == [0, 1_000_00, 49_000_00]


def test_a_fixed_grant_pays_the_whole_up_to_the_award_unless_the_terms_say_otherwise() -> None:
    assert parts("fixed", 30_000_00, 30_000_00) == [30_000_00, 20_000_00]
    assert parts("fixed", 6_000_00, fixed_part="pro_rata") == [5_000_00]


def test_a_full_grant_pays_everything() -> None:
    award = Award(50_000_00, 50_000_00, 0, 0)
    found = parts_of(paid(10_00, 49_990_00, 5, award=award), terms_of("full", {}))
    assert [one.part for one in found.parts] == [10_00, 49_990_00, 0]


def test_a_ratio_that_changes_leaves_earlier_parts_alone() -> None:
    later = Award(amount=40_000_00, costs=80_000_00, own=36_000_00, other=4_000_00)
    payments = [Paid(0, START, 6_000_00, AWARD), Paid(1, START + timedelta(1), 1_000_00, later)]
    assert [one.part for one in parts_of(payments, Terms()).parts] == [5_000_00, 500_00]
    assert [one.part for one in parts_of(payments, terms_of("shortfall", {})).parts] == [0, 0]


def test_a_revocation_below_what_was_used_takes_nothing_back_from_the_past() -> None:
    less = Award(amount=1_000_00, costs=11_000_00, own=6_000_00, other=4_000_00)
    payments = [Paid(0, START, 6_000_00, AWARD), Paid(1, START + timedelta(1), 1_000_00, less)]
    assert [one.part for one in parts_of(payments, Terms()).parts] == [5_000_00, 0]


def test_a_plan_without_costs_gives_no_part() -> None:
    assert [one.part for one in parts_of(paid(100, award=Award(50, 0, 0, 0)), Terms()).parts] == [0]


def test_a_refund_is_split_as_its_voucher_was() -> None:
    voucher, other = Paid(0, START, 100, AWARD), Paid(2, START + timedelta(2), 100, AWARD)
    refunds = [Paid(1, START + timedelta(1), -50, AWARD, refunds=0), Paid(3, START + timedelta(3), -50, AWARD, 0)]
    found = parts_of([voucher, *refunds, other], Terms())
    assert [one.part for one in found.parts] == [83, -41, 83, -42]
    assert sum(one.part for one in found.parts if one.log_index in (0, 1, 3)) == 0
    assert found.total == 83


@pytest.mark.parametrize(
    "refund", [Paid(9, START, -1, AWARD, 5), Paid(9, START, -1, AWARD), Paid(9, START, -101, AWARD, 0)]
)
def test_a_refund_without_its_voucher_is_refused(refund: Paid) -> None:
    with pytest.raises(UnknownVoucher):
        parts_of([Paid(0, START, 100, AWARD), refund], Terms())


@for_all(st.integers(1, 10**8), st.integers(0, 10**8), st.integers(0, 10**8), st.lists(st.integers(1, 99)), TYPES)
def test_parts_of_the_whole_plan_sum_to_the_award(
    amount: int, own: int, other: int, cuts: list[int], kind: FinancingType
) -> None:
    if kind == "full":
        own = other = 0
    award = Award(amount, amount + own + other, own, other)
    payments, left = [], award.costs
    for cut in cuts:
        payments.append(left * cut // 100)
        left -= payments[-1]
    found = parts_of(paid(*payments, left, award=award), terms_of(kind, {}))
    assert found.total == amount
    assert all(0 <= one.part <= one.amount for one in found.parts)


@for_all(st.lists(st.integers(0, 10**6), min_size=1, max_size=12), TYPES, st.integers(0, 100))
def test_the_true_up_makes_the_parts_sum_to_the_final_grant(
    amounts: list[int], kind: FinancingType, percent: int
) -> None:
    award = Award(amount=2_000_000, costs=2_400_000, own=240_000, other=160_000)
    found = parts_of(paid(*amounts, award=award), terms_of(kind, {}))
    final = sum(amounts) * percent // 100
    done = settled(found.parts, final)
    assert done.unplaced == 0
    assert sum(one.part for one in done.parts) == final
    assert done.true_up == final - found.total
    assert all(0 <= one.part <= one.amount for one in done.parts)
    assert [one.day for one in done.parts] == [one.day for one in found.parts]


def test_the_true_up_starts_with_the_newest_payment_and_heeds_refunds() -> None:
    payments = [*paid(100, 100), Paid(7, START + timedelta(9), -60, AWARD, refunds=1)]
    found = parts_of(payments, Terms())
    assert [one.part for one in found.parts] == [83, 83, -49]
    up = settled(found.parts, 130)
    assert [one.part for one in up.parts] == [90, 89, -49]
    down = settled(found.parts, 80)
    assert [one.part for one in down.parts] == [80, 49, -49]
    assert settled(found.parts, 200).unplaced == 60
