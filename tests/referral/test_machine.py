"""The table of a referral: every cell decided, and the answers of the other side in any order."""

from contextlib import suppress
from datetime import UTC, datetime
from itertools import permutations
from typing import get_args
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotse_contracts.values import DeliveryMode, ReferralState
from lotse_referral.domain.machine import (
    STATES,
    TABLE,
    TERMINAL,
    Action,
    Circumstances,
    Forbidden,
    Guard,
    Role,
    allowed_actions,
    holds,
    next_state,
    states_passed,
)
from lotse_referral.domain.referral import Referral, advance, desk_actions

ACTIONS: tuple[Action, ...] = get_args(Action)
ROLES: tuple[Role, ...] = get_args(Role)
MODES: tuple[DeliveryMode, ...] = get_args(DeliveryMode)
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
WAYS = {
    "completed": ("delivered", "accepted", "completed"),
    "declined": ("delivered", "declined"),
    "accepted": ("delivered", "accepted"),
}

circumstances = st.builds(
    Circumstances,
    mode=st.sampled_from(MODES),
    consent_covers=st.booleans(),
    decline_reason=st.none() | st.just("no_capacity"),
    outcome=st.none() | st.just("need_met"),
)


def referral(mode: DeliveryMode = "connected", state: ReferralState = "draft") -> Referral:
    return Referral(UUID(int=1), "out", mode, UUID(int=2), "uk", "normal", NOW, NOW, state=state)


def test_the_states_are_those_of_the_contract() -> None:
    assert STATES == get_args(ReferralState)


@given(st.sampled_from(STATES), st.sampled_from(ACTIONS), st.sampled_from(ROLES), circumstances)
def test_every_cell_is_decided_and_what_is_not_in_the_table_is_refused(
    state: ReferralState, action: Action, role: Role, given_circumstances: Circumstances
) -> None:
    rule = TABLE.get((state, action, role))
    if rule is not None and holds(rule.guard, given_circumstances):
        assert next_state(state, action, role, given_circumstances) == rule.to
        return
    with pytest.raises(Forbidden) as refused:
        next_state(state, action, role, given_circumstances)
    assert refused.value.allowed == allowed_actions(state, role, given_circumstances.mode)


@pytest.mark.parametrize("state", sorted(TERMINAL))
def test_a_terminal_state_is_never_edited(state: ReferralState) -> None:
    assert not [key for key in TABLE if key[0] == state]


def test_who_may_not() -> None:
    assert not [key for key in TABLE if key[1] in ("accept", "decline") and key[2] != "receiver"]
    assert not [key for key in TABLE if key[1] == "withdraw" and key[2] in ("receiver", "system")]
    system = {key[1] for key in TABLE if key[2] == "system"}
    assert system == {"send", "refuse_fields", "lose_consent", "deliver"}


def test_a_connected_referral_is_never_sent_without_a_consent_that_covers() -> None:
    sending = {key: rule for key, rule in TABLE.items() if rule.to == "sent"}
    assert {rule.guard for rule in sending.values()} == {"consent", "self"}


def test_every_guard_is_known() -> None:
    assert {rule.guard for rule in TABLE.values()} <= set(get_args(Guard))


@pytest.mark.parametrize("end", sorted(WAYS))
def test_answers_in_every_order_and_repeated_pass_each_state_once(end: str) -> None:
    for order in permutations((*WAYS[end], *WAYS[end])):
        state: ReferralState = "sent"
        passed: list[str] = []
        for answer in order:
            for step in states_passed(state, answer):
                passed.append(step)
                state = step
        assert passed == list(WAYS[end])


@pytest.mark.parametrize("state", ["draft", "consent_pending", "withdrawn", "declined", "completed"])
def test_an_answer_to_a_referral_that_is_not_under_way_changes_nothing(state: ReferralState) -> None:
    assert not any(states_passed(state, answer) for answer in ("delivered", "accepted", "declined", "completed"))


@given(st.lists(st.tuples(st.sampled_from(ACTIONS), st.sampled_from(ROLES), circumstances), max_size=60))
def test_any_sequence_of_actions_ends_in_at_most_one_closed_state(
    steps: list[tuple[Action, Role, Circumstances]],
) -> None:
    """With doubles and in any order; a version is given to each change and to nothing else."""
    for mode in MODES:
        held, closed = referral(mode), set[str]()
        for action, role, given_circumstances in steps:
            before = held
            with suppress(Forbidden):
                held = advance(
                    held,
                    action,
                    role,
                    NOW,
                    consent_covers=given_circumstances.consent_covers,
                    reason=given_circumstances.decline_reason,
                    outcome=given_circumstances.outcome,
                )
            assert held.version == before.version + (held is not before)
            if not held.open:
                closed.add(held.state)
        assert len(closed) <= 1


def test_each_change_raises_the_version() -> None:
    pending = advance(referral(), "ask_consent", "sender", NOW)
    sent = advance(pending, "send", "system", NOW, consent_covers=True)
    assert [pending.version, sent.version] == [1, 2]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("mode", MODES)
def test_the_desk_is_offered_what_the_table_allows(state: ReferralState, mode: DeliveryMode) -> None:
    offered = desk_actions(referral(mode, state))
    assert ("complete" in offered) == ("complete" in allowed_actions(state, "sender", mode))
    assert not {"accept", "decline"} & set(offered)
