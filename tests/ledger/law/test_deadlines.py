"""Days: proofs, use-by, retention. The calendar date is the date; a weekend is a remark."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from lotse_ledger.domain.law.deadlines import GrantPeriod, deadlines_of, notice_at
from lotse_ledger.domain.law.drawdowns import Due, expiry_of, need_of
from lotse_ledger.domain.law.periods import is_working_day, month_end_after, months_after, remark_on, use_by
from lotse_ledger.domain.law.retention import retention_of
from lotse_ledger.domain.law.terms import Terms, terms_of

CASE = GrantPeriod(date(2025, 10, 1), date(2026, 12, 31))


def test_one_award_over_both_years_needs_an_interim_proof_and_a_final_one() -> None:
    found = deadlines_of([CASE], Terms())
    assert [(one.code, one.due_on, one.rule) for one in found] == [
        ("interim_proof_2025", date(2026, 4, 30), "R16"),
        ("final_proof", date(2027, 6, 30), "R15"),
    ]
    assert [(one.citations[0].parameter, one.citations[0].stated) for one in found] == [
        ("interim_months", False),
        ("final_months", False),
    ]


def test_yearly_awards_need_a_final_proof_each() -> None:
    years = [GrantPeriod(date(2025, 10, 1), date(2025, 12, 31)), GrantPeriod(date(2026, 1, 1), date(2026, 12, 31))]
    assert [(one.code, one.due_on, one.budget_year) for one in deadlines_of(years, Terms())] == [
        ("final_proof", date(2026, 6, 30), 2025),
        ("final_proof", date(2027, 6, 30), 2026),
    ]


def test_a_day_that_the_decision_names_is_the_day() -> None:
    terms = terms_of("share", {"final_due_on": date(2027, 3, 28), "interim_due": ((2025, date(2026, 3, 31)),)})
    interim, final = deadlines_of([CASE], terms)
    assert (interim.due_on, interim.remark_on) == (date(2026, 3, 31), None)
    assert (final.due_on, final.remark_on) == (date(2027, 3, 28), date(2027, 3, 30))  # Easter Sunday, then Monday
    assert final.citations[0].stated
    assert final.citations[-1].rule == "BGB193"


def test_other_months_and_a_period_that_ends_within_a_month() -> None:
    terms = terms_of("share", {"interim_months": 3, "final_months": 3})
    assert [one.due_on for one in deadlines_of([CASE], terms)] == [date(2026, 3, 31), date(2027, 3, 31)]
    period = GrantPeriod(date(2026, 1, 1), date(2026, 5, 15))
    assert [one.due_on for one in deadlines_of([period], Terms())] == [date(2026, 11, 30)]


def test_a_purpose_fulfilled_earlier_brings_the_final_proof_forward() -> None:
    early = GrantPeriod(CASE.first, CASE.last, fulfilled_on=date(2025, 12, 20))
    assert [(one.code, one.due_on) for one in deadlines_of([early], Terms())] == [("final_proof", date(2026, 6, 20))]


@pytest.mark.parametrize(
    ("day", "moved"),
    [
        (date(2026, 4, 30), None),
        (date(2026, 5, 1), date(2026, 5, 4)),  # Labour Day, a Friday
        (date(2026, 10, 31), date(2026, 11, 2)),  # Reformation Day, a Saturday
        (date(2026, 11, 18), date(2026, 11, 19)),  # Day of Repentance, in Saxony only
        (date(2025, 12, 25), date(2025, 12, 29)),
    ],
)
def test_saxonys_holidays_are_a_remark(day: date, moved: date | None) -> None:
    assert remark_on(day) == moved


@pytest.mark.parametrize(
    ("since", "until"),
    [
        (date(2025, 12, 1), date(2026, 2, 1)),
        (date(2025, 12, 31), date(2026, 2, 28)),
        (date(2023, 12, 30), date(2024, 2, 29)),
        (date(2026, 2, 28), date(2026, 4, 28)),
    ],
)
def test_months_end_on_the_day_of_the_same_number(since: date, until: date) -> None:
    assert use_by(since, Terms()) == until


def test_days_are_counted_from_the_day_after() -> None:
    assert use_by(date(2026, 1, 1), terms_of("share", {"use_within_days": 42})) == date(2026, 2, 12)


@for_all(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(0, 60))
def test_months_never_leave_their_month_and_never_go_back(day: date, months: int) -> None:
    found = months_after(day, months)
    assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == months
    assert found.day <= day.day
    assert found <= month_end_after(day, months)
    assert (month_end_after(day, months) + timedelta(1)).day == 1


@for_all(st.dates(date(2020, 1, 1), date(2060, 1, 1)))
def test_a_remark_is_the_next_working_day(day: date) -> None:
    moved = remark_on(day)
    assert (moved is None) == is_working_day(day)
    if moved is not None:
        assert is_working_day(moved)
        assert day < moved <= day + timedelta(6)


def test_notice_is_given_thirty_days_before_in_the_morning() -> None:
    assert notice_at(date(2027, 6, 30)) == datetime(2027, 5, 31, 7, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kept", "years", "until"),
    [
        ("book", 5, date(2036, 12, 31)),
        ("voucher", 5, date(2034, 12, 31)),
        ("other", 5, date(2032, 12, 31)),
        ("voucher", 10, date(2037, 6, 30)),
        ("other", 6, date(2033, 6, 30)),
    ],
)
def test_what_must_be_kept_is_kept_by_the_longest_rule(kept: str, years: int, until: date) -> None:
    terms = terms_of("share", {"retention_years": years})
    found = retention_of(kept, made_on=date(2026, 2, 1), proof_submitted_on=date(2027, 6, 30), terms=terms)  # type: ignore[arg-type]
    assert found.until == until == max(one.until for one in found.because)
    assert [one.citation.rule for one in found.because] == ["AO147", "R23"]


def test_retention_has_no_end_before_the_proof_is_handed_in() -> None:
    found = retention_of("book", made_on=date(2026, 2, 1), proof_submitted_on=None, terms=Terms())
    assert found.until is None
    assert [one.until for one in found.because] == [date(2036, 12, 31)]


def test_only_what_falls_due_in_time_and_is_not_in_hand_is_needed() -> None:
    due = [Due(date(2026, 2, 1), 30), Due(date(2026, 3, 1), 40), Due(date(2026, 3, 2), 50)]
    need = need_of(100, payout_on=date(2026, 1, 1), due=due, in_hand=20, terms=Terms())
    assert (need.until, need.needed, need.beyond_need) == (date(2026, 3, 1), 50, 50)
    assert need.citations[0].parameter == "use_within_months"
    assert need_of(10, payout_on=date(2026, 1, 1), due=due, in_hand=99, terms=Terms()).needed == 0


def test_a_drawdown_ends_with_its_budget_year() -> None:
    expiry = expiry_of(2026)
    assert (expiry.on, expiry.citations[0].source) == (date(2026, 12, 31), "§ 21 SächsKomHVO")
