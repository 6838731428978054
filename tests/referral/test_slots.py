"""When somebody can next be received, by Dresden's clock and calendar."""

from datetime import UTC, date, datetime

import pytest

from lotse_referral.domain.needs import Free
from lotse_referral.domain.offers import Opening
from lotse_referral.domain.slots import NONE_FITS, UNKNOWN, Next, next_open

MONDAY = Opening(0, 9 * 60, 12 * 60)
THURSDAY = Opening(3, 14 * 60, 17 * 60)
WEDNESDAY_NOON = datetime(2026, 11, 25, 11, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("openings", "free", "found"),
    [
        ((), (), UNKNOWN),
        ((THURSDAY,), (), Next("slot_within_three_days", "TH 14:00")),
        ((MONDAY,), (), Next("slot_within_a_week", "MO 09:00")),
        ((MONDAY, THURSDAY), (), Next("slot_within_three_days", "TH 14:00")),
        ((Opening(2, 8 * 60, 13 * 60),), (), Next("slot_within_a_day", "WE 12:00")),
        ((Opening(2, 8 * 60, 12 * 60),), (), Next("slot_within_a_week", "WE 08:00")),
        ((MONDAY, THURSDAY), (Free(0),), Next("slot_within_a_week", "MO 09:00")),
        ((THURSDAY,), (Free(3, 16 * 60, 20 * 60),), Next("slot_within_three_days", "TH 16:00")),
        ((THURSDAY,), (Free(5), Free(6)), NONE_FITS),
    ],
)
def test_the_next_time_that_both_have(openings: tuple[Opening, ...], free: tuple[Free, ...], found: Next) -> None:
    assert next_open(openings, WEDNESDAY_NOON, free) == found


def test_a_public_holiday_of_saxony_is_closed() -> None:
    """Buß- und Bettag, the Wednesday before 23 November, is a holiday in Saxony alone."""
    before = datetime(2026, 11, 17, 18, 0, tzinfo=UTC)
    assert next_open((Opening(2, 540, 720),), before).when == "WE 09:00"
    assert next_open((Opening(2, 540, 720),), before).level == "slot_within_two_weeks"


def test_hours_of_a_season_hold_in_it_alone() -> None:
    summer = Opening(3, 540, 720, valid_to=date(2026, 9, 30))
    assert next_open((summer,), WEDNESDAY_NOON) == NONE_FITS
    later = Opening(3, 540, 720, valid_from=date(2026, 12, 1))
    assert next_open((later,), WEDNESDAY_NOON).level == "slot_within_two_weeks"


def test_the_change_of_the_clock_moves_no_hour() -> None:
    sunday = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02:30 in summer time; it comes a second time
    assert next_open((MONDAY,), sunday).when == "MO 09:00"
