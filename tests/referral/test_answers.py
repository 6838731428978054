"""The receiver's answers in any order, doubled and years late: each state is passed once, and an end stays."""

from itertools import pairwise, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotse_contracts.values import ReferralAnswerName, ReferralState
from lotse_referral.domain.answers import ANSWER_STATES, STEPS, states_passed
from lotse_referral.domain.machine import LEFT_THE_HOUSE, STATES

FIRST: ReferralState = "sent"

WAYS: dict[str, tuple[ReferralAnswerName, ...]] = {
    "completed": ("delivered", "accepted", "scheduled", "service_started", "completed"),
    "declined": ("delivered", "waitlisted", "declined"),
    "failed": ("delivered", "accepted", "failed"),
    "in_service": ("delivered", "accepted", "service_started"),
}


@pytest.mark.parametrize("end", sorted(WAYS))
@pytest.mark.parametrize("versioned", [True, False])
def test_answers_in_every_order_and_repeated_pass_each_state_at_most_once(end: str, versioned: bool) -> None:
    way = WAYS[end]
    for order in permutations(range(len(way))):
        state = FIRST
        heard, passed = 0, list[ReferralState]()
        for number in (*order, *order):
            version = number + 1 if versioned else 0
            for step in states_passed(state, way[number], version=version, heard_version=heard):
                passed.append(step)
                state = step
            heard = max(heard, version)
        assert state == ANSWER_STATES[way[-1]]
        assert len(passed) == len(set(passed))
        assert all(following in STEPS[one] for one, following in pairwise((FIRST, *passed)))


@given(st.data())
def test_whatever_a_receiver_did_the_newest_answer_wins_in_whichever_order_they_come(data: st.DataObject) -> None:
    """A receiver wanders through the table; its answers come shuffled and doubled."""
    state: ReferralState = "delivered"
    said: list[tuple[int, ReferralAnswerName]] = [(1, "delivered")]
    names = {wanted: name for name, wanted in ANSWER_STATES.items()}
    while STEPS.get(state) and len(said) < 8:
        state = data.draw(st.sampled_from(STEPS[state]))
        said.append((len(said) + 1, names[state]))
        if data.draw(st.booleans()):
            break
    order = data.draw(st.permutations(said * 2))
    held: ReferralState = "sent"
    heard = 0
    for version, answer in order:
        way = states_passed(held, answer, version=version, heard_version=heard)
        held = way[-1] if way else held
        heard = max(heard, version)
    assert held == state


@pytest.mark.parametrize("state", [state for state in STATES if state not in LEFT_THE_HOUSE])
def test_an_answer_to_a_referral_that_is_not_under_way_changes_nothing(state: ReferralState) -> None:
    for answer in ANSWER_STATES:
        assert states_passed(state, answer) == ()
        assert states_passed(state, answer, version=99) == ()


def test_a_receiver_cannot_decline_what_it_took() -> None:
    assert states_passed("accepted", "declined", version=9) == ()
    assert states_passed("in_service", "declined") == ()
