"""Use of drawn money: oldest first, by decision, on the clock of each disbursement."""

from collections import Counter, defaultdict
from datetime import date, timedelta

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from lotse_ledger.domain.law.fifo import Disbursement, Fifo, Repayment, Returned, Use, Waiting, fifo
from lotse_ledger.domain.law.parts import UnknownVoucher
from lotse_ledger.domain.law.terms import Terms, terms_of

JAN_1 = date(2026, 1, 1)


def day(number: int) -> date:
    return JAN_1 + timedelta(number)


def money(index: int, amount: int, on: date, pool: str = "d1") -> Disbursement:
    return Disbursement(index, pool, on, amount)


def use(index: int, amount: int, on: date, pool: str = "d1", refunds: int | None = None) -> Use:
    return Use(index, pool, on, amount, refunds)


def taken(found: Fifo) -> list[tuple[int, int, int]]:
    return [(one.disbursement, one.ended_by, one.amount) for one in found.slices]


def test_the_vector_of_the_interest_rule_has_its_two_slices() -> None:
    found = fifo(
        [money(0, 10_000_00, date(2025, 12, 1))],
        [use(1, 6_000_00, date(2026, 1, 10)), use(2, 4_000_00, date(2026, 3, 20))],
        [],
        Terms(),
    )
    assert [(one.amount, one.use_by, one.is_late) for one in found.slices] == [
        (6_000_00, date(2026, 2, 1), False),
        (4_000_00, date(2026, 2, 1), True),
    ]
    assert found.unused == ()
    assert {one.parameter for one in found.citations} == {"use_within_months", "payout_day", None}


def test_the_last_day_is_in_time_and_is_never_shifted() -> None:
    sunday = date(2026, 2, 1)
    assert sunday.weekday() == 6
    found = fifo([money(0, 2, date(2025, 12, 1))], [use(1, 1, sunday), use(2, 1, date(2026, 2, 2))], [], Terms())
    assert [one.is_late for one in found.slices] == [False, True]


def test_the_oldest_goes_first_and_the_log_breaks_ties() -> None:
    found = fifo([money(5, 10, day(3)), money(4, 10, day(3)), money(6, 10, day(1))], [use(7, 25, day(9))], [], Terms())
    assert taken(found) == [(6, 7, 10), (4, 7, 10), (5, 7, 5)]
    assert [(one.disbursement, one.amount) for one in found.unused] == [(5, 5)]


def test_money_of_another_decision_is_not_touched() -> None:
    found = fifo(
        [money(0, 10, day(0), "2025"), money(1, 10, day(5), "2026")], [use(2, 15, day(9), "2026")], [], Terms()
    )
    assert taken(found) == [(1, 2, 10)]
    assert found.waiting == (Waiting(2, "2026", 5),)
    assert [(one.disbursement, one.amount) for one in found.unused] == [(0, 10)]


def test_what_was_paid_in_advance_takes_the_money_on_the_day_it_comes() -> None:
    found = fifo([money(1, 10, day(40))], [use(0, 4, day(1)), use(2, 8, day(41))], [], Terms())
    assert [(one.amount, one.since, one.ended_on) for one in found.slices] == [
        (4, day(40), day(40)),
        (6, day(40), day(41)),
    ]
    assert found.waiting == (Waiting(2, "d1", 2),)


def test_a_repayment_takes_the_oldest_first_or_the_one_it_names() -> None:
    held = [money(0, 10, day(0)), money(1, 10, day(1))]
    assert taken(fifo(held, [], [Repayment(2, "d1", day(5), 12)], Terms())) == [(0, 2, 10), (1, 2, 2)]
    named = fifo(held, [use(3, 5, day(6))], [Repayment(2, "d1", day(5), 4, disbursement=1)], Terms())
    assert taken(named) == [(1, 2, 4), (0, 3, 5)]
    assert fifo(held, [], [Repayment(2, "d1", day(5), 25)], Terms()).repaid_beyond == 5


def test_what_was_given_back_was_not_used_whatever_is_entered_afterwards() -> None:
    """A payment is entered late, with a day before the repayment of all that seemed unused."""
    found = fifo(
        [money(0, 10, day(0)), money(4, 3, day(9))],
        [use(3, 6, day(1))],
        [Repayment(2, "d1", day(5), 9)],
        Terms(),
    )
    assert [(one.disbursement, one.ended_by, one.amount, one.ended) for one in found.slices] == [
        (0, 3, 1, "used"),
        (0, 2, 4, "repaid"),
        (0, 2, 5, "repaid"),
        (4, 3, 3, "used"),
    ]
    assert found.waiting == (Waiting(3, "d1", 2),)
    assert found.repaid_beyond == 0


def test_a_refund_goes_back_to_the_disbursements_its_voucher_took() -> None:
    found = fifo(
        [money(0, 30, day(0)), money(1, 70, day(1))],
        [use(2, 100, day(2)), use(3, -51, day(90), refunds=2)],
        [],
        Terms(),
    )
    assert found.returned == (Returned(0, 15, day(90), 3), Returned(1, 36, day(90), 3))
    assert [(one.disbursement, one.amount, one.since) for one in found.unused] == [(0, 15, day(90)), (1, 36, day(90))]
    assert not found.late  # it was used in time; nobody held it meanwhile


def test_a_refund_of_what_no_money_covered_yet_just_ends_the_wait() -> None:
    found = fifo([], [use(0, 10, day(0)), use(1, -4, day(1), refunds=0)], [], Terms())
    assert found.waiting == (Waiting(0, "d1", 6),)


def test_returned_money_serves_who_was_waiting() -> None:
    found = fifo(
        [money(0, 10, day(0))],
        [use(1, 10, day(1)), use(2, 5, day(2)), use(3, -6, day(3), refunds=1)],
        [],
        Terms(),
    )
    assert taken(found) == [(0, 1, 10), (0, 2, 5)]
    assert [one.amount for one in found.unused] == [1]


@pytest.mark.parametrize(("refunds", "amount"), [(None, -1), (9, -1), (1, -11)])
def test_a_refund_without_its_use_is_refused(refunds: int | None, amount: int) -> None:
    with pytest.raises(UnknownVoucher):
        fifo([money(0, 10, day(0))], [use(1, 10, day(1)), use(2, amount, day(2), refunds=refunds)], [], Terms())


def test_days_instead_of_months_and_the_third_day_after_the_order() -> None:
    terms = terms_of("share", {"use_within_days": 42, "payout_day": "third_day_after_order"})
    found = fifo([Disbursement(0, "d1", date(2026, 1, 5), 1, ordered_on=date(2026, 1, 1))], [], [], terms)
    assert (found.unused[0].since, found.unused[0].use_by) == (date(2026, 1, 4), date(2026, 2, 15))
    assert not found.unused[0].is_overdue(date(2026, 2, 15))
    assert found.unused[0].is_overdue(date(2026, 2, 16))
    assert {one.parameter for one in found.citations} == {"use_within_days", "payout_day", None}


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(("money", "use", "repay")), st.integers(1, 12), st.integers(0, 20), st.sampled_from(("a", "b"))
    ),
    max_size=14,
)


def run(events: list[tuple[str, int, int, str]]) -> Fifo:
    numbered = list(enumerate(events))
    return fifo(
        [money(i, amount, day(at), pool) for i, (kind, amount, at, pool) in numbered if kind == "money"],
        [use(i, amount, day(at), pool) for i, (kind, amount, at, pool) in numbered if kind == "use"],
        [Repayment(i, pool, day(at), amount) for i, (kind, amount, at, pool) in numbered if kind == "repay"],
        Terms(),
    )


def by_the_cent(events: list[tuple[str, int, int, str]]) -> dict[tuple[int, int], int]:
    """The same, the slow way: every cent is one coin in a row, every use and repayment takes coins one by one."""
    coins: defaultdict[str, list[int]] = defaultdict(list)
    wanting: defaultdict[str, list[int]] = defaultdict(list)
    moves: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    given_back: list[tuple[int, int]] = []
    for i, (kind, amount, _, pool) in sorted(enumerate(events), key=lambda one: (one[1][2], one[0])):
        for _ in range(amount):
            if kind == "money" and wanting[pool]:
                moves[pool].append((i, wanting[pool].pop(0)))
            elif kind == "money":
                coins[pool].append(i)
            elif kind == "use" and coins[pool]:
                moves[pool].append((coins[pool].pop(0), i))
            elif kind == "use":
                wanting[pool].append(i)
            elif coins[pool]:
                given_back.append((coins[pool].pop(0), i))
            elif moves[pool]:
                coin, use_of_it = moves[pool].pop()
                given_back.append((coin, i))
                wanting[pool].append(use_of_it)
                wanting[pool].sort(key=lambda one: (events[one][2], one))
    return Counter([*given_back, *(move for its in moves.values() for move in its)])


@for_all(EVENTS)
def test_it_agrees_with_moving_every_cent_by_hand(events: list[tuple[str, int, int, str]]) -> None:
    summed: defaultdict[tuple[int, int], int] = defaultdict(int)
    for one in run(events).slices:
        summed[(one.disbursement, one.ended_by)] += one.amount
    assert summed == by_the_cent(events)


@for_all(EVENTS, st.data())
def test_no_cent_is_made_or_lost(events: list[tuple[str, int, int, str]], data: st.DataObject) -> None:
    numbered = list(enumerate(events))
    uses = [use(i, amount, day(at), pool) for i, (kind, amount, at, pool) in numbered if kind == "use"]
    refunds = []
    for one in uses:
        back = data.draw(st.integers(0, one.amount))
        if back:
            refunds.append(use(100 + one.log_index, -back, one.used_on + timedelta(3), one.pool, one.log_index))
    disbursed = [money(i, amount, day(at), pool) for i, (kind, amount, at, pool) in numbered if kind == "money"]
    repaid = [Repayment(i, pool, day(at), amount) for i, (kind, amount, at, pool) in numbered if kind == "repay"]
    found = fifo(disbursed, [*uses, *refunds], repaid, Terms())
    used = sum(one.amount for one in found.slices if one.ended == "used")
    given_back = sum(one.amount for one in found.slices if one.ended == "repaid")
    returned = sum(one.amount for one in found.returned)
    assert sum(one.amount for one in disbursed) + returned == used + given_back + found.unused_total
    assert sum(one.amount for one in [*uses, *refunds]) == used - returned + sum(one.amount for one in found.waiting)
    assert sum(one.amount for one in repaid) == given_back + found.repaid_beyond
    assert all(one.amount > 0 and one.ended_on >= one.since for one in found.slices)
