"""Money and law, without a database: what holds for any amounts, days and logs."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from lotse_contracts.notify import CostIncurred
from lotse_ledger.domain import reading as leaves
from lotse_ledger.domain.asof import NothingRecorded, as_of
from lotse_ledger.domain.availability import (
    READINGS,
    Appropriation,
    Freeze,
    NothingKnown,
    Reading,
    Split,
    available,
    factor_for,
)
from lotse_ledger.domain.booking import plans, vouchers
from lotse_ledger.domain.booking.heard import CostTold, message_costs
from lotse_ledger.domain.booking.known import Known
from lotse_ledger.domain.entries import Recorded
from lotse_ledger.domain.instants import day_of, end_of_day, stamp
from lotse_ledger.domain.refusals import RULE_OF, NotAllowed
from lotse_ledger.problems import PROBLEM_TEXTS
from tests.ledger import given

CENTS = st.integers(min_value=0, max_value=10**12)
INSTANTS = st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@for_all(st.dates(min_value=date(2020, 1, 1), max_value=date(2100, 1, 1)))
def test_a_day_is_a_day_in_berlin(day: date) -> None:
    end = end_of_day(day)
    assert day_of(end) == day
    assert day_of(end + timedelta(microseconds=1)) == day + timedelta(days=1)
    assert stamp(end).endswith("59.999999Z")


@for_all(CENTS, CENTS, st.integers(0, 10_000))
def test_shares_never_exceed_what_is_available_and_lose_no_cent(amount: int, asked: int, factor: int) -> None:
    appropriation = [Appropriation(0, date(2025, 3, 31), amount, "EUR")]
    freezes = [Freeze(1, date(2025, 9, 26), (("every_field", factor),))]
    split = Split((2,), "one", min(asked, amount), "other")
    for reading in READINGS:
        found = available(appropriation, freezes, split, split_standing="known", reading=reading)
        assert found.available == amount * factor // 10_000
        assert sum(share.amount for share in found.shares) == found.available
        assert all(share.amount >= 0 for share in found.shares)


def test_a_freeze_that_does_not_name_a_field_leaves_it_as_it_was() -> None:
    freezes = [
        Freeze(4, date(2025, 9, 26), (("every_field", 5_000), ("education", 7_500))),
        Freeze(9, date(2025, 12, 11), (("social", 9_000), ("education", 9_000))),
    ]
    assert factor_for(freezes, "social") == (9_000, (4, 9))
    assert factor_for(freezes, "roads") == (5_000, (4,))
    assert factor_for(list(reversed(freezes)), "education") == (9_000, (4, 9))
    assert factor_for([], "social") == (10_000, ())


def test_without_an_appropriation_nothing_is_said() -> None:
    with pytest.raises(NothingKnown):
        available([], [], Split((), "a", 0, "b"), split_standing="known", reading=Reading("remainder", "social"))


def test_a_plan_whose_costs_differ_from_its_funding_is_refused() -> None:
    order = given.plan()
    plans.submitted(order, Known(given.NOW.date()))
    with pytest.raises(NotAllowed) as refused:
        plans.submitted(given.plan(funding=order.funding[:1]), Known(given.NOW.date()))
    assert (refused.value.code, refused.value.rule) == ("plan_not_balanced", "I5")


def cost(amount_e4: int, *, said_at: datetime = given.NOW) -> CostTold:
    fact = CostIncurred(provider="smtp", day="2026-11-25", messages=3, amount_e4=amount_e4)
    return CostTold(fact, uuid4(), said_at, "own")


@for_all(st.integers(0, 10**9))
def test_the_cost_of_messages_is_rounded_up_to_the_cent_and_kept_exactly(amount_e4: int) -> None:
    draft = message_costs(cost(amount_e4))
    booked = sum(one.amount for one in draft.postings if one.amount > 0)
    assert 0 <= booked * 100 - amount_e4 < 100
    assert draft.data["amount_e4"] == str(amount_e4)


def test_every_refusal_has_texts() -> None:
    assert sorted(RULE_OF.keys() - PROBLEM_TEXTS.keys()) == []


def test_a_day_that_no_calendar_has_is_named_by_its_field() -> None:
    with pytest.raises(NotAllowed) as refused:
        vouchers.voucher(given.voucher(paid_on="2026-02-30"), Known(given.NOW.date()))
    assert (refused.value.code, refused.value.fields) == ("not_a_day", ("paid_on",))


def test_an_empty_log_has_no_answers() -> None:
    with pytest.raises(NothingRecorded):
        as_of(valid_to=None, recorded_to=None, last_recorded_at=None, now=given.NOW)


def test_a_voucher_of_an_earlier_leaf_is_read_as_its_grants_alone() -> None:
    grant_id, voucher_id = uuid4(), uuid4()
    before = Recorded(
        log_index=7,
        key=f"voucher:{voucher_id}",
        kind="voucher",
        standing="demo",
        valid_on=date(2026, 2, 3),
        recorded_at=given.NOW,
        known_at=given.NOW,
        reconstructed=False,
        grant_id=grant_id,
        budget_year=None,
        reverses=None,
        data={
            "voucher_id": str(voucher_id),
            "line": "rent",
            "amount": "45000",
            "reason": "DEMO",
            "document_sha256": "0" * 64,
        },
        postings=(),
        leaf_sha256=b"",
    )
    (part,) = leaves.voucher_parts(before, grant_id, ())
    assert (part.line, part.paid, part.gross, part.eligible, part.ineligible) == ("rent", 45_000, 45_000, 45_000, 0)
    assert leaves.grants_named(before) == [grant_id]
