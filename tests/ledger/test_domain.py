"""Money and law, without a database: what holds for any amounts, days and logs."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from lotse_contracts.notify import CostIncurred
from lotse_ledger.domain import bookings
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
from lotse_ledger.domain.bookings import NotADay
from lotse_ledger.domain.deadlines import GrantPeriod, ProofRules, deadlines_of, months_after, notice_at
from lotse_ledger.domain.instants import day_of, end_of_day, stamp
from lotse_ledger.domain.plans import CostsDifferFromFunding, Line, check_costs_equal_funding, line_rule, plan_use
from tests.ledger import given

CENTS = st.integers(min_value=0, max_value=10**12)
INSTANTS = st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
VECTOR = (("personnel", 40_000_00), ("fees", 5_000_00), ("material", 10_000_00), ("other", 5_000_00))


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


def test_the_worked_vector_of_the_line_rule_holds() -> None:
    costs = [Line(line, line, amount) for line, amount in VECTOR]
    actual = {"personnel": 41_000_00, "fees": 6_500_00, "material": 8_000_00, "other": 4_400_00}
    use = plan_use(costs, actual, line_rule("share"))
    assert use.actual == 59_900_00
    assert use.eligible == 59_400_00
    assert use.excess_uncovered == 0
    assert {line.line: line.eligible for line in use.lines}["fees"] == 6_000_00


def test_a_line_that_no_plan_had_counts_nothing() -> None:
    use = plan_use([Line("fees", "Honorare", 1_000_00)], {"travel": 500_00}, line_rule("share"))
    assert {line.line: (line.planned, line.eligible) for line in use.lines} == {"fees": (100000, 0), "travel": (0, 0)}


def test_a_fixed_grant_binds_no_line_unless_the_decision_says_so() -> None:
    assert line_rule("fixed").excess_percent is None
    assert line_rule("fixed").name == "none"
    assert line_rule("fixed", 20).excess_percent == 20
    assert line_rule("share", 30).excess_percent == 30
    assert line_rule(None).excess_percent == 20


@for_all(
    st.lists(st.tuples(st.sampled_from("abcd"), CENTS), max_size=4), st.dictionaries(st.sampled_from("abcdef"), CENTS)
)
def test_what_is_eligible_never_exceeds_plan_or_actual(planned: list[tuple[str, int]], actual: dict[str, int]) -> None:
    costs = [Line(line, line, amount) for line, amount in dict(planned).items()]
    use = plan_use(costs, actual, line_rule("share"))
    assert use.eligible <= min(use.planned, use.actual)
    assert sum(line.actual for line in use.lines) == sum(actual.values())
    assert all(line.left == line.planned - line.actual for line in use.lines)


def test_a_plan_whose_costs_differ_from_its_funding_is_refused() -> None:
    order = given.plan()
    check_costs_equal_funding(bookings.lines_of(order.costs), bookings.lines_of(order.funding))
    with pytest.raises(CostsDifferFromFunding):
        check_costs_equal_funding(bookings.lines_of(order.costs), bookings.lines_of(order.funding[:1]))


def test_the_case_has_its_two_deadlines() -> None:
    found = deadlines_of([GrantPeriod(date(2025, 10, 1), date(2026, 12, 31))])
    assert [(one.code, one.due_on, one.rule) for one in found] == [
        ("interim_proof_2025", date(2026, 4, 30), "R16"),
        ("final_proof", date(2027, 6, 30), "R15"),
    ]


def test_yearly_decisions_need_a_final_proof_each() -> None:
    years = [GrantPeriod(date(2025, 10, 1), date(2025, 12, 31)), GrantPeriod(date(2026, 1, 1), date(2026, 12, 31))]
    assert [(one.code, one.due_on) for one in deadlines_of(years)] == [
        ("final_proof", date(2026, 6, 30)),
        ("final_proof", date(2027, 6, 30)),
    ]


def test_a_decision_may_name_other_months() -> None:
    period = [GrantPeriod(date(2025, 10, 1), date(2026, 12, 31))]
    assert [one.due_on for one in deadlines_of(period, ProofRules(interim_months=3, final_months=3))] == [
        date(2026, 3, 31),
        date(2027, 3, 31),
    ]
    assert months_after(date(2026, 8, 30), 6) == date(2027, 2, 28)


def test_notice_is_given_thirty_days_before_in_the_morning() -> None:
    assert notice_at(date(2027, 6, 30)) == datetime(2027, 5, 31, 7, 0, tzinfo=UTC)


@for_all(st.integers(0, 10**9))
def test_the_cost_of_messages_is_rounded_up_to_the_cent_and_kept_exactly(amount_e4: int) -> None:
    fact = CostIncurred(provider="smtp", day="2026-11-25", messages=3, amount_e4=amount_e4)
    draft = bookings.message_costs(fact, fact_id=uuid4(), standing="own")
    booked = sum(one.amount for one in draft.postings if one.amount > 0)
    assert 0 <= booked * 100 - amount_e4 < 100
    assert draft.data["amount_e4"] == str(amount_e4)


def test_a_day_that_no_calendar_has_is_named_by_its_field() -> None:
    with pytest.raises(NotADay) as refused:
        bookings.voucher(given.voucher(paid_on="2026-02-30"))
    assert refused.value.field == "paid_on"


def test_an_empty_log_has_no_answers() -> None:
    with pytest.raises(NothingRecorded):
        as_of(valid_to=None, recorded_to=None, last_recorded_at=None, now=given.NOW)
