"""Interest on late use: the vector, day counts, half-years, rates that are unknown or unconfirmed, the waiver."""

import json
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import example
from hypothesis import given as for_all
from hypothesis import strategies as st

import lotse_ledger
from lotse_ledger.domain.law.fifo import Disbursement, Repayment, Use, fifo
from lotse_ledger.domain.law.interest import (
    BaseRate,
    Claim,
    claims_of,
    days_of,
    half_years,
    interest_preview,
    rates_of,
)
from lotse_ledger.domain.law.terms import DayCount, Terms, terms_of

FILE = Path(lotse_ledger.__file__).parent / "data" / "base_rates.json"
RATES = rates_of(FILE.read_bytes())
COUNTS: tuple[DayCount, ...] = ("30/360", "act/365", "act/act")
DAYS = st.dates(date(2022, 7, 2), date(2026, 6, 30))
PAYOUT, USED = date(2025, 12, 1), date(2026, 3, 20)
FAR = date(2022, 7, 2)


def interest(amount: int, since: date, until: date, **stated: object) -> int | None:
    return interest_preview([Claim(0, amount, since, until)], RATES, terms_of("share", stated)).amount


def test_the_worked_vector() -> None:
    used = fifo(
        [Disbursement(0, "d", PAYOUT, 10_000_00)],
        [Use(1, "d", date(2026, 1, 10), 6_000_00), Use(2, "d", USED, 4_000_00)],
        [],
        Terms(),
    )
    claims = claims_of(used, Terms(), today=date(2026, 6, 1))
    assert claims == (Claim(0, 4_000_00, PAYOUT, USED),)
    found = interest_preview(claims, RATES, Terms())
    assert (found.amount, found.claimable, found.standing) == (75_94, 75_94, "risk_should_the_city_claim_it")
    assert [(one.first_day, one.last_day, one.days, one.rate_bp) for one in found.claims[0].segments] == [
        (date(2025, 12, 2), date(2025, 12, 31), 29, 627),
        (date(2026, 1, 1), date(2026, 3, 20), 80, 627),
    ]
    assert interest_preview(claims, RATES, terms_of("share", {"day_count": "act/365"})).amount == 74_90
    assert {one.rule for one in found.citations} == {"R27", "R28", "ZINS", "BGB247"}


def test_interest_may_begin_with_the_deadline_instead() -> None:
    terms = terms_of("share", {"interest_from": "deadline"})
    used = fifo([Disbursement(0, "d", PAYOUT, 4_000_00)], [Use(1, "d", USED, 4_000_00)], [], terms)
    assert claims_of(used, terms, today=USED) == (Claim(0, 4_000_00, date(2026, 2, 1), USED),)


def test_what_is_still_held_bears_interest_up_to_today_and_what_was_given_back_until_then() -> None:
    used = fifo([Disbursement(0, "d", PAYOUT, 100)], [], [Repayment(1, "d", date(2026, 3, 1), 40)], Terms())
    assert claims_of(used, Terms(), today=date(2026, 2, 1)) == ()
    late = Claim(0, 40, PAYOUT, date(2026, 3, 1))
    assert claims_of(used, Terms(), today=USED) == (late, Claim(0, 60, PAYOUT, USED, is_open=True))


@pytest.mark.parametrize(
    ("since", "until", "days"),
    [
        (PAYOUT, USED, 109),
        (date(2026, 1, 31), date(2026, 2, 28), 30),
        (date(2026, 1, 30), date(2026, 1, 31), 0),
        (date(2026, 2, 28), date(2026, 3, 1), 1),
        (date(2024, 2, 28), date(2024, 2, 29), 2),
        (date(2024, 2, 29), date(2024, 3, 31), 30),
        (date(2025, 1, 1), date(2026, 1, 1), 360),
        (date(2025, 12, 31), date(2026, 1, 1), 1),
    ],
)
def test_thirty_days_a_month(since: date, until: date, days: int) -> None:
    assert days_of(since, until, "30/360") == days


def test_act_act_counts_each_day_in_its_own_year() -> None:
    since, until = date(2023, 12, 1), date(2024, 1, 31)
    (claim,) = interest_preview(
        [Claim(0, 10**9, since, until)], RATES, terms_of("share", {"day_count": "act/act"})
    ).claims
    assert claim.exact == Fraction(10**9 * 812 * 30, 10_000 * 365) + Fraction(10**9 * 862 * 31, 10_000 * 366)


def test_a_year_at_one_rate() -> None:
    flat = [BaseRate(date(2025, month, 1), 0, True, "test") for month in (1, 7)]
    for count, expected in (("30/360", 500_00), ("act/365", 500_00), ("act/act", 500_00)):
        claim = Claim(0, 10_000_00, date(2024, 12, 31), date(2025, 12, 31))
        assert interest_preview([claim], flat, terms_of("share", {"day_count": count})).amount == expected


def test_an_unknown_half_year_is_named_and_nothing_is_guessed() -> None:
    found = interest_preview([Claim(0, 100, date(2026, 6, 29), date(2026, 7, 1))], RATES, Terms())
    assert (found.amount, found.claimable, found.claims) == (None, None, ())
    assert found.unknown == (date(2026, 7, 1),)
    assert not found.is_waived
    assert interest_preview([Claim(0, 100, date(2021, 1, 1), date(2021, 2, 1))], RATES, Terms()).unknown == (
        date(2021, 1, 1),
    )


def test_a_rate_that_nobody_confirmed_is_used_with_a_mark() -> None:
    found = interest_preview([Claim(0, 10_000_00, date(2025, 5, 1), date(2025, 8, 1))], RATES, Terms())
    assert found.unconfirmed == (date(2025, 1, 1),)
    assert [one.confirmed for one in found.claims[0].segments] == [False, True]


def test_small_interest_is_waived_after_rounding_per_notice() -> None:
    def notice(*amounts: int) -> tuple[int | None, int | None, bool]:
        claims = [Claim(0, amount, date(2026, 1, 1), date(2026, 1, 11)) for amount in amounts]
        found = interest_preview(claims, RATES, Terms())
        return found.amount, found.claimable, found.is_waived

    # 10 days at 6.27 per cent are 209/120,000 of the amount.
    assert notice(2_870_81) == (5_00, 0, True)
    assert notice(2_873_69) == (5_01, 5_01, False)
    assert notice(1_500_00, 1_500_00) == (5_23, 5_23, False)
    assert notice() == (0, 0, False)


def test_the_table_has_a_source_in_every_row_and_a_row_for_every_half_year() -> None:
    assert all(one.source for one in RATES)
    starts = [one.valid_from for one in RATES]
    assert starts == sorted(set(starts))
    assert starts == [start for start, _, _ in half_years(date(2022, 6, 30), date(2026, 12, 31))]
    assert [one.bp for one in RATES if one.valid_from == date(2026, 7, 1)] == [None]
    assert [one.bp for one in RATES if one.valid_from == date(2026, 1, 1) and one.confirmed] == [127]
    assert json.loads(FILE.read_text())["what"]


@for_all(DAYS, DAYS, DAYS, st.sampled_from(COUNTS))
def test_days_add_up(one: date, two: date, three: date, count: DayCount) -> None:
    first, middle, last = sorted((one, two, three))
    assert days_of(first, middle, count) + days_of(middle, last, count) == days_of(first, last, count)


@for_all(DAYS, DAYS, st.integers(0, 10**9), st.sampled_from(COUNTS))
def test_the_half_years_sum_to_the_whole(one: date, two: date, amount: int, count: DayCount) -> None:
    since, until = sorted((one, two))
    (claim,) = interest_preview([Claim(0, amount, since, until)], RATES, terms_of("share", {"day_count": count})).claims
    assert sum(segment.days for segment in claim.segments) == days_of(since, until, count)
    assert sum(segment.exact for segment in claim.segments) == claim.exact
    if claim.segments:
        assert (claim.segments[0].first_day, claim.segments[-1].last_day) == (since + timedelta(1), until)


@for_all(st.lists(st.tuples(st.integers(0, 10**8), DAYS, st.integers(0, 400)), max_size=6))
@example([(0, FAR, 0), (35, date(2026, 5, 27), 45), (20, date(2022, 10, 1), 128), (89, date(2024, 4, 1), 143)])
def test_the_claims_sum_to_what_the_notice_says(given: list[tuple[int, date, int]]) -> None:
    last = date(2026, 6, 30)
    claims = [Claim(0, amount, since, min(last, since + timedelta(days))) for amount, since, days in given]
    found = interest_preview(claims, RATES, Terms())
    assert found.amount is not None
    assert sum(one.amount for one in found.claims) == found.amount
    assert abs(found.amount - sum((one.exact for one in found.claims), Fraction(0))) <= Fraction(1, 2)
    for one in found.claims:
        assert 0 <= one.amount <= one.exact + 1
