"""The line rule (R3, R4): the worked vector, what counts under which plan, and what a line can still take."""

from datetime import date

from hypothesis import given as for_all
from hypothesis import strategies as st

from lotse_ledger.domain.law.headroom import ApprovedPlan, LinePayment, headroom, judged, use_of
from lotse_ledger.domain.law.lines import Line, PlanUse, plan_use
from lotse_ledger.domain.law.terms import Terms, terms_of

PLAN = {"P": 40_000_00, "H": 5_000_00, "M": 10_000_00, "S": 5_000_00}
SPENT = {"P": 41_000_00, "H": 6_500_00, "M": 8_000_00, "S": 4_400_00}
CENTS = st.integers(0, 10**9)
AMOUNTS = st.dictionaries(st.sampled_from("abcdef"), CENTS)


def lines(amounts: dict[str, int]) -> list[Line]:
    return [Line(line, line, amount) for line, amount in amounts.items()]


def by_line(use: PlanUse) -> dict[str, tuple[int | None, int]]:
    return {one.line: (one.allowed, one.eligible) for one in use.lines}


def test_the_worked_vector() -> None:
    use = plan_use(lines(PLAN), SPENT, Terms())
    assert by_line(use)["H"] == (6_000_00, 6_000_00)
    assert (use.actual, use.counted, use.eligible, use.excess_uncovered) == (59_900_00, 59_400_00, 59_400_00, 0)
    assert {one.line: one.rejected for one in use.lines} == {"P": 0, "H": 500_00, "M": 0, "S": 0}


def test_the_limit_is_rounded_down_to_the_cent() -> None:
    assert by_line(plan_use(lines({"a": 3, "b": 100}), {"a": 9}, Terms()))["a"] == (3, 3)
    assert by_line(plan_use(lines({"a": 5, "b": 100}), {"a": 9}, Terms()))["a"] == (6, 6)


def test_a_line_planned_with_nothing_takes_nothing() -> None:
    assert by_line(plan_use(lines({"a": 0, "b": 100}), {"a": 1}, Terms()))["a"] == (0, 0)
    assert by_line(plan_use(lines({"b": 100}), {"a": 1}, Terms()))["a"] == (0, 0)
    assert by_line(plan_use(lines({"b": 100}), {"a": 1}, terms_of("fixed", {})))["a"] == (0, 0)


def test_what_other_lines_did_not_save_does_not_count() -> None:
    use = plan_use(lines({"a": 100_00, "b": 100_00}), {"a": 120_00, "b": 95_00}, Terms())
    assert (use.counted, use.excess_uncovered, use.eligible) == (215_00, 15_00, 200_00)
    # The excess beyond the line's limit was cut before: it needs no savings.
    use = plan_use(lines({"a": 100_00, "b": 100_00}), {"a": 170_00, "b": 80_00}, Terms())
    assert (use.counted, use.excess_uncovered, use.eligible) == (200_00, 0, 200_00)


def test_a_fixed_grant_counts_all_that_its_plan_has_a_line_for() -> None:
    use = plan_use(lines(PLAN), {**SPENT, "H": 20_000_00}, terms_of("fixed", {}))
    assert (use.eligible, use.excess_uncovered, use.total_binding) == (73_400_00, 13_400_00, False)
    assert plan_use([], {"a": 5}, terms_of("fixed", {})).eligible == 5
    assert plan_use([], {"a": 5}, Terms()).eligible == 0
    assert plan_use(lines(PLAN), SPENT, terms_of("fixed", {"excess_percent": 20})).eligible == 59_400_00


def test_an_approved_excess_lifts_the_limit_but_not_the_total() -> None:
    spent = {"P": 30_000_00, "H": 9_000_00, "M": 8_000_00, "S": 4_400_00}
    assert by_line(plan_use(lines(PLAN), spent, Terms(), approvals={"H": 8_000_00}))["H"] == (8_000_00, 8_000_00)
    use = plan_use(lines(PLAN), spent, Terms(), approvals={"H": None})
    assert by_line(use)["H"] == (None, 9_000_00)
    assert {one.rule for one in use.citations} == {"R3", "R4"}
    use = plan_use(lines(PLAN), {**spent, "H": 30_000_00}, Terms(), approvals={"H": None})
    assert use.eligible == 60_000_00


def test_an_approval_never_lowers_a_limit() -> None:
    assert by_line(plan_use(lines(PLAN), SPENT, Terms(), approvals={"H": 100_00}))["H"][0] == 6_000_00


FIRST = ApprovedPlan(1, date(2026, 1, 1), tuple(lines({"a": 100_00, "b": 100_00})))
SECOND = ApprovedPlan(2, date(2026, 6, 1), tuple(lines({"a": 50_00, "c": 150_00})))


def test_both_limits_are_shown_that_of_the_day_and_that_of_today() -> None:
    paid = [LinePayment(1, date(2026, 3, 1), "a", 110_00), LinePayment(2, date(2026, 7, 1), "c", 10_00)]
    first, second = judged([SECOND, FIRST], paid, Terms())
    assert (first.version_then, first.limit_then, first.limit_now) == (1, 120_00, 60_00)
    assert (first.within_then, first.within_now) == (True, False)
    assert (second.version_then, second.limit_then, second.limit_now) == (2, 180_00, 180_00)


def test_before_any_approval_the_first_plan_is_taken_and_the_answer_says_so() -> None:
    (early,) = judged([FIRST], [LinePayment(1, date(2025, 11, 1), "a", 130_00)], Terms())
    assert (early.version_then, early.limit_then, early.counted_then) == (None, 120_00, 120_00)
    (none,) = judged([], [LinePayment(1, date(2025, 11, 1), "a", 1)], Terms())
    assert (none.limit_then, none.limit_now, none.counted_then) == (0, 0, 0)


def test_a_line_that_an_earlier_plan_had_counts_what_was_within_that_plan() -> None:
    paid = [
        LinePayment(1, date(2026, 3, 1), "b", 40_00),
        LinePayment(2, date(2026, 7, 1), "b", 5_00),
        LinePayment(3, date(2026, 7, 2), "never", 5_00),
    ]
    assert by_line(use_of([FIRST, SECOND], paid, Terms())) == {
        "a": (60_00, 0),
        "c": (180_00, 0),
        "b": (40_00, 40_00),
        "never": (0, 0),
    }


def test_headroom_says_what_one_more_payment_would_count() -> None:
    use = plan_use(lines(PLAN), {"P": 30_000_00, "H": 4_900_00}, Terms(), committed={"H": 50_00})
    room = headroom(use, "H", 2_000_00, Terms())
    assert (room.within_plan, room.within_excess, room.counts, room.needs_approval) == (50_00, 1_000_00, 1_050_00, True)
    assert headroom(use, "new", 1, Terms()).counts == 0
    assert headroom(use, "H", 50_00, Terms()).needs_approval is False


def test_headroom_ends_with_the_plans_total() -> None:
    use = plan_use(lines({"a": 100_00, "b": 100_00}), {"b": 95_00}, Terms(), committed={"b": 4_00})
    assert headroom(use, "a", 120_00, Terms()).counts == 101_00


@for_all(AMOUNTS, AMOUNTS)
def test_what_counts_never_exceeds_plan_or_actual(planned: dict[str, int], actual: dict[str, int]) -> None:
    use = plan_use(lines(planned), actual, Terms())
    assert use.eligible <= min(use.planned, use.actual)
    assert sum(one.actual for one in use.lines) == sum(actual.values())
    excess = sum(max(0, one.eligible - one.planned) for one in use.lines)
    savings = sum(max(0, one.planned - one.actual) for one in use.lines)
    assert use.excess_uncovered == max(0, excess - savings)
    assert use.counted - use.excess_uncovered == use.eligible


@for_all(AMOUNTS, AMOUNTS, st.sampled_from("abcdef"), st.integers(1, 10**9))
def test_headroom_keeps_its_word(planned: dict[str, int], actual: dict[str, int], line: str, amount: int) -> None:
    """What it says will count does count once it is paid, where the books were in order before."""
    before = plan_use(lines(planned), actual, Terms())
    room = headroom(before, line, amount, Terms())
    after = plan_use(lines(planned), {**actual, line: actual.get(line, 0) + room.counts}, Terms())
    if before.actual == before.eligible:
        assert after.eligible == before.eligible + room.counts
    assert 0 <= room.counts <= amount
    assert room.within_plan + room.within_excess == room.counts
