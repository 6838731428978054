"""Which timer is due when: in working hours of Saxony, from the state, its beginning, the urgency and the way."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotse_contracts.values import DeliveryMode, ReferralState, Urgency
from lotse_referral.domain.clocks import (
    GRACE,
    LATE,
    UNCONFIRMED_AFTER,
    Due,
    Strike,
    due_at,
    strike,
    timers_of,
)
from lotse_referral.domain.machine import STATES, TERMINAL, rule_of
from lotse_referral.domain.referral import Direction, Referral

TUESDAY = datetime(2026, 11, 24, 11, tzinfo=UTC)  # noon in Dresden
MODES: tuple[DeliveryMode, ...] = get_args(DeliveryMode)
moments = st.integers(0, 365 * 48).map(lambda halves: datetime(2026, 5, 1, tzinfo=UTC) + timedelta(minutes=30 * halves))


def held(
    state: ReferralState = "sent",
    *,
    mode: DeliveryMode = "connected",
    urgency: Urgency = "normal",
    at: datetime = TUESDAY,
    direction: Direction = "out",
) -> Referral:
    referral = Referral(UUID(int=1), direction, mode, UUID(int=2), "uk", urgency, at, at, state=state)
    return replace(referral, entered_at=at)


@pytest.mark.parametrize(
    ("state", "urgency", "half", "whole", "twice"),
    [
        ("sent", "emergency", "2026-11-24T13:00", "2026-11-24T15:00", "2026-11-25T11:00"),
        ("sent", "urgent", "2026-11-24T23:00", "2026-11-25T11:00", "2026-11-26T11:00"),
        ("sent", "normal", "2026-11-25T23:00", "2026-11-27T11:00", "2026-12-02T11:00"),
        ("delivered", "emergency", "2026-11-24T23:00", "2026-11-25T11:00", "2026-11-26T11:00"),
        ("delivered", "urgent", "2026-11-25T23:00", "2026-11-27T11:00", "2026-12-02T11:00"),
        ("delivered", "normal", "2026-12-01T11:00", "2026-12-08T11:00", "2026-12-22T11:00"),
    ],
)
def test_reminder_at_half_escalation_at_the_whole_end_at_twice_the_time(
    state: ReferralState, urgency: Urgency, half: str, whole: str, twice: str
) -> None:
    """Weekends do not count, nor do nights for the receipt of an emergency; 25 November is no holiday in Saxony."""
    clock = "acknowledge" if state == "sent" else "decide"
    timers = {due.kind: f"{due.at:%Y-%m-%dT%H:%M}" for due in timers_of(held(state, urgency=urgency))}
    assert timers == {"remind": half, clock: whole, "expire": twice}


def test_buss_und_bettag_counts_in_no_clock() -> None:
    before = datetime(2026, 11, 17, 11, tzinfo=UTC)  # the day before it in 2026
    whole = next(due for due in timers_of(held(urgency="urgent", at=before)) if due.kind == "acknowledge")
    assert abs(whole.at - (before + timedelta(days=2))) < timedelta(seconds=1)


@given(
    st.sampled_from(STATES),
    st.sampled_from(MODES),
    st.sampled_from(get_args(Urgency)),
    moments,
    st.sampled_from(get_args(Direction)),
)
def test_whatever_is_open_has_a_timer_and_what_has_ended_has_none(
    state: ReferralState, mode: DeliveryMode, urgency: Urgency, at: datetime, direction: Direction
) -> None:
    way = mode if direction == "out" else "connected"  # nobody else refers somebody to us
    referral = held(state, mode=way, urgency=urgency, at=at, direction=direction)
    timers = timers_of(referral)
    assert bool(timers) == (state not in TERMINAL)
    assert all(due.at > at for due in timers)
    assert [due.at for due in timers] == sorted(due.at for due in timers)
    assert len({due.kind for due in timers}) == len(timers)
    if direction == "in":
        assert "expire" not in {due.kind for due in timers}


@given(
    st.sampled_from([state for state in STATES if state not in TERMINAL]),
    st.sampled_from(MODES),
    st.sampled_from(get_args(Urgency)),
    moments,
)
def test_what_a_timer_does_is_in_the_table(
    state: ReferralState, mode: DeliveryMode, urgency: Urgency, at: datetime
) -> None:
    referral = held(state, mode=mode, urgency=urgency, at=at)
    for due in timers_of(referral):
        struck = strike(referral, due, due.at)
        assert struck.reminds or struck.action
        if struck.action is not None:
            assert rule_of(state, struck.action, "system") is not None
        if struck.again is not None:
            assert struck.again.at > due.at


def test_whoever_was_away_for_half_of_the_time_is_not_told_of_it_after_the_whole() -> None:
    referral = held()
    half, whole, _ = timers_of(referral)
    assert strike(referral, half, half.at) == Strike(reminds=True)
    assert strike(referral, half, whole.at) == Strike()
    assert strike(referral, whole, whole.at + timedelta(days=9)) == Strike(reminds=True, escalates=True)


def test_an_end_that_is_late_waits_once_for_what_came_meanwhile() -> None:
    referral = held("delivered")
    *_, end = timers_of(referral)
    late = end.at + LATE + timedelta(seconds=1)
    assert strike(referral, end, end.at + LATE) == Strike(action="expire")
    assert strike(referral, end, late) == Strike(again=Due("expire", late + GRACE))
    assert strike(referral, end, late + timedelta(days=99), postponed=True) == Strike(action="expire")


def test_somebody_on_her_own_way_is_asked_and_in_the_end_unconfirmed() -> None:
    for mode in ("self", "accompanied"):
        referral = held("delivered", mode=mode)
        assert timers_of(referral) == (Due("expire", TUESDAY + UNCONFIRMED_AFTER),)
        assert strike(referral, Due("expire", TUESDAY), TUESDAY) == Strike(action="give_up")
        assert due_at(referral) is None


@pytest.mark.parametrize(
    ("state", "days"), [("waitlisted", 14), ("accepted", 30), ("scheduled", 30), ("in_service", 30)]
)
def test_a_place_on_a_list_is_looked_at_every_fortnight_and_a_service_every_month(
    state: ReferralState, days: int
) -> None:
    referral = held(state)
    (due,) = timers_of(referral)
    for turn in range(1, 4):
        assert due.at == TUESDAY + timedelta(days=days * turn)
        struck = strike(referral, due, due.at)
        assert struck.reminds
        assert struck.again is not None
        due = struck.again
