"""How much may go in a day, the kill switch, and when somebody must call; all of it pure."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lotse_chassis.calendar import ZONE, add_working_hours, is_open
from lotse_contracts.values import NoticeChannel
from lotse_notify.domain.calls import DAYS_BACK, GRACE, OPEN_HOURS_LEFT, STEP, last_chance, look_at
from lotse_notify.domain.caps import Caps, Sent, capped, limit_of, midnight, reached, tomorrow
from lotse_notify.domain.quiet import decent
from lotse_notify.domain.switches import LOOK_AGAIN, switched_off
from lotse_notify.domain.waits import Wait

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
counts = st.integers(0, 50)
caps_set = st.builds(Caps, to_person=st.integers(0, 20), identical=st.integers(0, 20), segments=st.integers(0, 100))


def here(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZONE).astimezone(UTC)


@settings(deadline=None)
@given(caps=caps_set, segments=st.integers(1, 6), urgent=st.booleans())
def test_a_storm_never_passes_the_cap_of_a_day(caps: Caps, segments: int, urgent: bool) -> None:
    """Trap 28: one after the other, as fast as they come, to as many people as there are."""
    spent = 0
    for _ in range(200):
        if reached(caps, Sent(segments=spent), segments=segments, urgent=urgent) == "segments":
            break
        spent += segments
    assert spent <= caps.segments


def test_a_storm_of_receipts_leaves_room_for_what_is_urgent() -> None:
    """Trap 28: whoever floods us with enquiries must not silence that an appointment is off."""
    caps, flooded = Caps(segments=100), Sent(segments=80)
    assert reached(caps, flooded, segments=2) == "segments"
    assert reached(caps, flooded, segments=2, urgent=True) is None
    assert reached(caps, Sent(segments=99), segments=2, urgent=True) == "segments"


def test_an_e_mail_is_not_held_by_the_segments_of_others() -> None:
    assert reached(Caps(segments=10), Sent(segments=1_000)) is None


@pytest.mark.parametrize(
    ("sent", "urgent", "full"),
    [
        (Sent(to_person=15), False, None),
        (Sent(to_person=16), False, "person"),
        (Sent(to_person=16), True, None),
        (Sent(to_person=20), True, "person"),
        (Sent(to_person=8, identical=7), False, None),
        (Sent(to_person=8, identical=8), False, "person"),
        (Sent(to_person=8, identical=8), True, "person"),
    ],
)
def test_one_person_is_not_flooded(sent: Sent, urgent: bool, full: str | None) -> None:
    assert reached(Caps(), sent, urgent=urgent) == full


@settings(deadline=None)
@given(caps=caps_set, sent=st.builds(Sent, counts, counts, counts), urgent=st.booleans())
def test_what_a_cap_holds_waits_until_the_next_morning(caps: Caps, sent: Sent, urgent: bool) -> None:
    wait, full = capped(caps, sent, NOW, segments=1, urgent=urgent), reached(caps, sent, segments=1, urgent=urgent)
    assert (wait is None) == (full is None)
    assert wait in (None, Wait("cap", here(2026, 11, 26, 8)))


@settings(deadline=None)
@given(caps=caps_set, sent=st.builds(Sent, counts, counts, counts), segments=st.integers(0, 5))
def test_urgent_is_never_held_where_the_rest_goes(caps: Caps, sent: Sent, segments: int) -> None:
    if reached(caps, sent, segments=segments) is None:
        assert reached(caps, sent, segments=segments, urgent=True) is None


def test_a_cap_of_one_lets_one_through_and_a_cap_of_none_nobody() -> None:
    assert reached(Caps(to_person=1), Sent()) is None
    assert reached(Caps(to_person=1), Sent(to_person=1)) == "person"
    assert reached(Caps(to_person=0), Sent(), urgent=True) == "person"
    assert (limit_of(Caps(segments=7), "segments"), limit_of(Caps(to_person=5), "person")) == (7, 5)


@settings(deadline=None)
@given(minutes=st.integers(0, 2 * 365 * 24 * 60))
def test_a_day_is_one_of_dresden_and_ends_in_decent_hours(minutes: int) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    begun, over = midnight(now), tomorrow(now)
    assert begun <= now < over
    assert begun.astimezone(ZONE).date() == now.astimezone(ZONE).date()
    assert (over.astimezone(ZONE).date() - begun.astimezone(ZONE).date()).days == 1
    assert decent(over)


@pytest.mark.parametrize("channel", ["email", "sms", "telegram"])
def test_a_switch_holds_its_channel_and_the_main_one_all(channel: NoticeChannel) -> None:
    waits = Wait("kill_switch", NOW + LOOK_AGAIN)
    assert switched_off(frozenset(), channel, NOW) is None
    assert switched_off({"all"}, channel, NOW) == waits
    assert switched_off({channel}, channel, NOW) == waits
    assert switched_off({"email", "sms", "telegram"} - {channel}, channel, NOW) is None


@pytest.mark.parametrize(
    ("until", "chance"),
    [
        (here(2026, 11, 25, 14), here(2026, 11, 25, 12)),  # a Wednesday
        (here(2026, 11, 25, 9, 30), here(2026, 11, 24, 15, 30)),
        (here(2026, 11, 30, 9), here(2026, 11, 27, 15)),  # Monday at nine: Friday at three
        (here(2026, 11, 18, 15), here(2026, 11, 17, 15)),  # Buß- und Bettag: nobody is there
        (here(2026, 12, 28, 9), here(2026, 12, 24, 15)),  # both days of Christmas and a Sunday
    ],
)
def test_the_last_chance_to_call_leaves_two_hours_in_which_somebody_is_there(until: datetime, chance: datetime) -> None:
    assert last_chance(until) == chance


@settings(deadline=None)
@given(minutes=st.integers(0, 2 * 365 * 24 * 60))
def test_at_the_last_chance_there_is_just_time_enough(minutes: int) -> None:
    until = datetime(2026, 1, 15, tzinfo=UTC) + timedelta(minutes=minutes)
    chance = last_chance(until)
    assert until - timedelta(days=DAYS_BACK) <= chance < until
    assert add_working_hours(chance, OPEN_HOURS_LEFT) <= until < add_working_hours(chance + STEP, OPEN_HOURS_LEFT)


@settings(deadline=None)
@given(minutes=st.integers(0, 30 * 24 * 60))
def test_it_is_looked_in_time_or_not_at_all(minutes: int) -> None:
    until = NOW + timedelta(minutes=minutes)
    moment = look_at(NOW, until)
    if moment is None:
        assert until <= NOW + GRACE
    else:
        assert NOW + GRACE <= moment < until
        assert moment == NOW + GRACE or is_open(moment) or moment == last_chance(until)
