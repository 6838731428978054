"""Warnings on vouchers, notices that are due, and what a freeze leaves of an award."""

from dataclasses import replace
from datetime import date

import pytest

from lotse_ledger.domain.availability import Freeze
from lotse_ledger.domain.law.fifo import Disbursement, fifo
from lotse_ledger.domain.law.freezes import frozen_award
from lotse_ledger.domain.law.notices import ThirdPartyIncome, notices_due
from lotse_ledger.domain.law.terms import Terms, terms_of
from lotse_ledger.domain.law.vouchers import VoucherFacts, warnings_of

TODAY = date(2026, 6, 1)
ORDERLY = VoucherFacts(
    paid_on=date(2026, 2, 1),
    recorded_on=date(2026, 2, 11),
    gross=119_00,
    vat=19_00,
    paid=119_00,
    eligible=119_00,
    delivered_on=date(2026, 1, 31),
    has_payee=True,
    has_reason=True,
    has_document=True,
    has_payment_evidence=True,
    has_project=True,
)


def codes(facts: VoucherFacts, **stated: object) -> list[tuple[str, str]]:
    return [(one.code, one.citations[0].rule) for one in warnings_of(facts, terms_of("share", stated))]


def test_an_orderly_voucher_has_no_warning() -> None:
    assert codes(ORDERLY) == []


def test_each_oddity_has_its_rule_and_its_measure() -> None:
    assert codes(replace(ORDERLY, delivered_on=date(2026, 2, 2))) == [("prepaid", "R9")]
    assert codes(replace(ORDERLY, gross=121_00)) == [("discount_taken", "R29")]
    assert codes(replace(ORDERLY, recorded_on=date(2026, 2, 12))) == [("recorded_late", "GOBD10")]
    (late,) = warnings_of(replace(ORDERLY, recorded_on=date(2026, 2, 12)), Terms())
    assert late.days == 11
    bare = replace(ORDERLY, has_payee=False, has_payment_evidence=False, has_project=False)
    (missing,) = warnings_of(bare, Terms())
    assert (missing.code, missing.missing) == ("evidence_missing", ("payee", "payment_evidence", "project"))


def test_input_tax_that_can_be_deducted_is_no_expenditure() -> None:
    (found,) = warnings_of(ORDERLY, terms_of("share", {"vat_deductible": True}))
    assert (found.code, found.amount, found.citations[0].rule) == ("vat_charged", 19_00, "R19")
    assert codes(replace(ORDERLY, eligible=100_00), vat_deductible=True) == []


def test_an_object_from_the_net_price_on_is_inventoried() -> None:
    desk = replace(ORDERLY, gross=952_00, vat=152_00, paid=952_00, eligible=952_00, is_object=True)
    assert codes(desk) == [("inventory", "R12")]
    assert codes(replace(desk, is_object=False)) == []
    assert codes(desk, inventory_cents=800_01) == []


def notices(**changed: object) -> list[tuple[str, str, date, int]]:
    given: dict[str, object] = {
        "incomes": [],
        "used": fifo([], [], [], Terms()),
        "planned_costs": 100_000_00,
        "expected_costs": 100_000_00,
        "told": (),
        "terms": Terms(),
        "today": TODAY,
    }
    return [(one.type, one.about, one.since, one.amount) for one in notices_due(**(given | changed))]  # type: ignore[arg-type]


def test_third_party_money_beyond_the_plan_is_told() -> None:
    incomes = [
        ThirdPartyIncome(4, date(2026, 3, 1), "land", 100, planned=150),
        ThirdPartyIncome(5, date(2026, 4, 1), "land", 100, planned=150),
        ThirdPartyIncome(3, date(2026, 2, 1), "donor", 7, planned=0),
        ThirdPartyIncome(6, date(2026, 5, 1), "land", 10, planned=150),
    ]
    expected = [
        ("further_funding", "3", date(2026, 2, 1), 7),
        ("further_funding", "5", date(2026, 4, 1), 50),
        ("further_funding", "6", date(2026, 5, 1), 10),
    ]
    assert notices(incomes=incomes) == expected
    assert notices(incomes=incomes, told=[("further_funding", "3")]) == expected[1:]


def test_money_held_too_long_is_told() -> None:
    used = fifo([Disbursement(8, "d", date(2026, 3, 31), 500), Disbursement(9, "d", TODAY, 5)], [], [], Terms())
    assert notices(used=used) == [("money_not_used", "8", date(2026, 5, 31), 500)]
    assert notices(used=used, today=date(2026, 5, 31)) == []


def test_falling_costs_are_told_only_where_the_decision_names_how_far() -> None:
    assert notices(expected_costs=0) == []
    terms = terms_of("share", {"notify_costs_fall_bp": 750, "notify_costs_fall_cents": 10_000_00})
    assert notices(expected_costs=92_500_00, terms=terms) == []
    assert notices(expected_costs=92_499_99, terms=terms) == [("purpose_changed", "costs", TODAY, 7_500_01)]
    only_sum = terms_of("share", {"notify_costs_fall_cents": 10_000_00})
    assert notices(expected_costs=90_000_00, terms=only_sum) == []
    assert len(notices(expected_costs=89_999_99, terms=only_sum)) == 1


FREEZE = Freeze(4, date(2025, 9, 26), (("every_field", 5_000), ("education", 7_500)))
RELAXED = Freeze(9, date(2025, 12, 11), (("social", 9_000),))


@pytest.mark.parametrize(
    ("reserved", "decided_on", "field", "at_risk"),
    [
        (False, date(2025, 9, 1), "social", 0),
        (True, date(2025, 9, 1), "social", 5_000_00),
        (True, date(2025, 9, 1), "education", 12_500_00),
        (True, date(2025, 12, 12), "social", 0),
    ],
)
def test_a_freeze_never_cuts_an_award_that_was_final_before_it_without_reservation(
    reserved: bool, decided_on: date, field: str, at_risk: int
) -> None:
    terms = terms_of("share", {"budget_reservation": reserved})
    found = frozen_award(50_000_00, decided_on=decided_on, field=field, freezes=[FREEZE, RELAXED], terms=terms)
    assert found.at_risk == at_risk
    assert found.citations[0].parameter == "budget_reservation"
