"""The machine is what was typed before it was written, cell by cell; what is not in it is refused."""

import csv
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotse_contracts.values import DeliveryMode, ReferralAction, ReferralState
from lotse_referral.domain.machine import (
    ACTIONS,
    ENDS,
    GUARDS,
    ROLES,
    STATES,
    TABLE,
    TERMINAL,
    TO_BE_GIVEN,
    Action,
    Circumstances,
    Forbidden,
    Guard,
    Role,
    allowed_actions,
    holds,
    next_state,
    rule_of,
)
from lotse_referral.domain.referral import STAFF_ACTION_OF, Given, Referral, advance, desk_actions

TYPED = list(csv.DictReader((Path(__file__).parent / "machine.csv").open()))
MODES: tuple[DeliveryMode, ...] = get_args(DeliveryMode)
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
REASONS = ("no_capacity", "no_show", "client_request", None)

circumstances = st.builds(
    Circumstances,
    mode=st.sampled_from(MODES),
    named=st.booleans(),
    consent_covers=st.booleans(),
    reason=st.sampled_from(REASONS),
    outcome=st.none() | st.just("need_met"),
    question=st.none() | st.just("other"),
    more_fields=st.booleans(),
    times=st.booleans(),
    follower=st.booleans(),
    fresh_match=st.booleans(),
)
everything_given = st.builds(
    Given,
    reason=st.sampled_from(REASONS),
    outcome=st.none() | st.just("need_met"),
    question=st.none() | st.just("other"),
    consent_covers=st.booleans(),
    more_fields=st.booleans(),
    times=st.booleans(),
    follower=st.booleans(),
    fresh_match=st.booleans(),
)


def referral(mode: DeliveryMode = "connected", state: ReferralState = "draft") -> Referral:
    return Referral(UUID(int=1), "out", mode, UUID(int=2), "uk", "normal", NOW, NOW, state=state)


def test_every_cell_is_typed_once() -> None:
    cells = [(row["state"], row["action"], row["role"]) for row in TYPED]
    assert len(cells) == len(set(cells)) == len(STATES) * len(ACTIONS) * len(ROLES) == 2_040
    assert set(cells) == {(state, action, role) for state in STATES for action in ACTIONS for role in ROLES}


@pytest.mark.parametrize("state", STATES)
def test_every_cell_is_what_was_typed_and_every_illegal_one_is_refused(state: ReferralState) -> None:
    mine = {(row["action"], row["role"]): row for row in TYPED if row["state"] == state}
    for action in ACTIONS:
        for role in ROLES:
            row, rule = mine[action, role], rule_of(state, action, role)
            said = ("refused", "") if rule is None else (rule.to, "+".join(rule.guards))
            assert said == (row["next"], row["guard"]), (state, action, role)
            if row["next"] == "refused":
                for mode in MODES:
                    with pytest.raises(Forbidden):
                        next_state(state, action, role, generous(mode))


@given(st.sampled_from([row for row in TYPED if row["next"] != "refused"]), circumstances)
def test_a_typed_cell_leads_where_it_was_typed_exactly_where_its_guards_hold(
    row: dict[str, str], at: Circumstances
) -> None:
    guards: list[Guard] = [guard for guard in GUARDS if guard in row["guard"].split("+")]
    state, action, role = row["state"], row["action"], row["role"]
    if all(holds(guard, at) for guard in guards):
        assert next_state(state, action, role, at) == row["next"]  # type: ignore[arg-type]
        return
    with pytest.raises(Forbidden) as refused:
        next_state(state, action, role, at)  # type: ignore[arg-type]
    assert refused.value.guard == next(guard for guard in guards if not holds(guard, at))


def generous(mode: DeliveryMode) -> Circumstances:
    """Everything that can be given is given."""
    return Circumstances(mode, True, True, "no_capacity", "need_met", "other", True, True, True, True)


def test_the_states_are_those_of_the_contract() -> None:
    assert get_args(ReferralState) == STATES
    assert STATES[-len(ENDS) :] == ENDS
    assert set(GUARDS) == {guard for rule in TABLE.values() for guard in rule.guards}


def test_a_terminal_state_is_never_left() -> None:
    assert all(rule.to == state for (state, _, _), rule in TABLE.items() if state in TERMINAL)
    for state in ENDS:
        for mode in MODES:
            ended = referral(mode, state)
            for (_, action, role), rule in TABLE.items():
                if rule.to == state:
                    with suppress(Forbidden):
                        assert advance(ended, action, role, NOW, reason="client_request", follower=True) is ended


def test_every_open_state_has_a_way_to_an_end_by_the_sender_and_by_what_the_office_does() -> None:
    for state in set(STATES) - TERMINAL:
        ends = {rule.to for (start, _, _), rule in TABLE.items() if start == state} & TERMINAL
        assert "withdrawn" in ends
        assert len(ends) > 1


def test_who_may_not() -> None:
    deciding = ("accept", "waitlist", "decline", "request_info", "start_service", "schedule", "unschedule")
    assert not [key for key in TABLE if key[1] in deciding and key[2] not in ("receiver", "receiver_by_staff")]
    assert not [key for key in TABLE if key[1] == "withdraw" and key[2] not in ("sender", "person")]
    assert {key[2] for key in TABLE if key[0] == "in_service" and key[1] == "withdraw"} == {"person"}
    assert all({"outcome"} <= set(rule.guards) for key, rule in TABLE.items() if key[1] == "complete")
    system = {key[1] for key in TABLE if key[2] == "system"}
    assert system == {"send", "refuse_fields", "lose_consent", "deliver", "remind", "expire", "give_up"}


def test_nothing_that_names_her_is_sent_without_a_consent_that_covers() -> None:
    for action, at in ((action, at) for action in ACTIONS for at in _all_circumstances()):
        for role in ROLES:
            with suppress(Forbidden):
                if next_state("consent_pending", action, role, at) == "sent":
                    assert at.consent_covers
                if next_state("draft", action, role, at) == "sent":
                    assert at.mode in ("self", "accompanied") or (at.mode != "connected" and not at.named)


def _all_circumstances() -> list[Circumstances]:
    return [
        Circumstances(mode, named=named, consent_covers=covers, more_fields=more)
        for mode in MODES
        for named in (True, False)
        for covers in (True, False)
        for more in (True, False)
    ]


@given(st.lists(st.tuples(st.sampled_from(ACTIONS), st.sampled_from(ROLES), everything_given), max_size=60))
def test_any_sequence_of_actions_ends_in_at_most_one_closed_state(steps: list[tuple[Action, Role, Given]]) -> None:
    """With doubles and in any order; a version is given to each change and to nothing else."""
    for mode in MODES:
        held, closed = referral(mode), set[str]()
        for action, role, with_it in steps:
            before = held
            with suppress(Forbidden):
                held = advance(held, action, role, NOW, with_it)
            assert held.version == before.version + (held is not before)
            if not held.open:
                closed.add(held.state)
        assert len(closed) <= 1


def test_each_change_raises_the_version_and_a_state_counts_from_when_it_was_entered() -> None:
    pending = advance(referral(), "ask_consent", "sender", NOW)
    later = NOW.replace(hour=13)
    again = advance(pending, "ask_consent", "sender", later)
    sent = advance(again, "send", "system", later, consent_covers=True)
    assert [pending.version, again.version, sent.version] == [1, 2, 3]
    assert [pending.since, again.since, sent.since] == [NOW, NOW, later]


def test_the_names_of_what_staff_may_do_are_those_of_the_order() -> None:
    assert set(STAFF_ACTION_OF.values()) == set(get_args(ReferralAction))
    unnamed = set(ACTIONS) - set(STAFF_ACTION_OF)
    assert unnamed == {
        "send",
        "refuse_fields",
        "lose_consent",
        "schedule",
        "unschedule",
        "expire",
        "give_up",
        "remind",
    }


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("mode", MODES)
def test_the_desk_is_offered_what_the_table_allows(state: ReferralState, mode: DeliveryMode) -> None:
    held = referral(mode, state)
    offered = set(desk_actions(held))
    roles: tuple[Role, ...] = ("sender", "receiver_by_staff", "person")
    allowed = {action for role in roles for action in allowed_actions(state, role, mode)}
    named = {STAFF_ACTION_OF[action] for action in allowed if action in STAFF_ACTION_OF}
    assert offered - {"fix_appointment", "answer_checkback"} == named - (
        {"send"} if state == "info_requested" else set()
    )
    if mode == "connected":
        assert not {"accept", "decline", "waitlist", "complete", "fail", "deliver"} & offered


def test_what_is_still_to_be_given_is_no_obstacle_to_offering_an_action() -> None:
    assert "decline" in allowed_actions("delivered", "receiver", "connected")
    assert "decline" in allowed_actions("delivered", "receiver", "letter"), "by the link that stands in the letter"
    assert "decline" not in allowed_actions("delivered", "receiver", "call")
    assert {"consent", "outcome", "follower"} <= TO_BE_GIVEN
