"""Both machines are what was typed before they were written, cell by cell; what is not in them is refused."""

import csv
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotse_notify.domain.machine import (
    ATTEMPT_TABLE,
    DEFINITE_NO,
    ENDS,
    LIVE,
    PERHAPS_SEEN,
    TABLE,
    UNSENT,
    AttemptEvent,
    AttemptState,
    Event,
    Forbidden,
    Guard,
    State,
    next_attempt_state,
    next_state,
)

TYPED = list(csv.DictReader((Path(__file__).parent / "machine.csv").open()))
GUARDS: tuple[Guard, ...] = get_args(Guard)
STATES: tuple[State, ...] = get_args(State)
EVENTS: tuple[Event, ...] = get_args(Event)
ATTEMPT_STATES: tuple[AttemptState, ...] = get_args(AttemptState)
ATTEMPT_EVENTS: tuple[AttemptEvent, ...] = get_args(AttemptEvent)
guards = st.frozensets(st.sampled_from(GUARDS))


def typed(machine: str, state: str, event: str) -> list[tuple[str, str]]:
    """Guard and next state of each row of a cell, in their order."""
    rows = [row for row in TYPED if (row["machine"], row["state"], row["event"]) == (machine, state, event)]
    return [(row["guard"] or "always", row["next"]) for row in rows]


def test_every_cell_of_both_machines_is_typed() -> None:
    cells = {(row["machine"], row["state"], row["event"]) for row in TYPED}
    wanted: set[tuple[str, str, str]] = {("notification", state, event) for state in STATES for event in EVENTS}
    wanted |= {("attempt", state, event) for state in ATTEMPT_STATES for event in ATTEMPT_EVENTS}
    assert cells == wanted
    assert len(cells) == 13 * 20 + 15 * 15


@pytest.mark.parametrize("state", STATES)
def test_every_cell_of_a_notification_is_what_was_typed(state: State) -> None:
    for event in EVENTS:
        rules: list[tuple[str, str]] = [(rule.guard, rule.to) for rule in TABLE[state].get(event, ())]
        assert (rules or [("always", "refused")]) == typed("notification", state, event), event


@pytest.mark.parametrize("state", ATTEMPT_STATES)
def test_every_cell_of_a_try_is_what_was_typed(state: AttemptState) -> None:
    for event in ATTEMPT_EVENTS:
        rules: list[tuple[str, str]] = [(rule.guard, rule.to) for rule in ATTEMPT_TABLE[state].get(event, ())]
        assert (rules or [("always", "refused")]) == typed("attempt", state, event), event


@given(st.sampled_from(STATES), st.sampled_from(EVENTS), guards)
def test_the_first_rule_whose_guard_holds_decides(state: State, event: Event, holds: frozenset[Guard]) -> None:
    fitting = [to for guard, to in typed("notification", state, event) if guard == "always" or guard in holds]
    if fitting[:1] in ([], ["refused"]):
        with pytest.raises(Forbidden):
            next_state(state, event, holds)
    else:
        assert next_state(state, event, holds) == fitting[0]


@given(st.sampled_from(ATTEMPT_STATES), st.sampled_from(ATTEMPT_EVENTS), guards)
def test_the_same_for_a_try(state: AttemptState, event: AttemptEvent, holds: frozenset[Guard]) -> None:
    fitting = [to for guard, to in typed("attempt", state, event) if guard == "always" or guard in holds]
    if fitting[:1] in ([], ["refused"]):
        with pytest.raises(Forbidden):
            next_attempt_state(state, event, holds)
    else:
        assert next_attempt_state(state, event, holds) == fitting[0]


def test_an_end_is_left_only_for_a_late_receipt_or_a_replay() -> None:
    for state in ENDS:
        assert set(TABLE[state]) <= {"deliver", "bounce", "replay"}
    assert {state for state in ENDS if "bounce" in TABLE[state]} == {"delivered", "handed_over", "presumed_sent"}
    assert {state for state in ENDS if "replay" in TABLE[state]} == {"failed"}


@given(st.lists(st.tuples(st.sampled_from(ATTEMPT_EVENTS), guards), max_size=20))
def test_rule_1_no_way_leads_back_to_before_the_intent(walk: list[tuple[AttemptEvent, frozenset[Guard]]]) -> None:
    state: AttemptState = "submitting"
    left = False
    for event, holds in walk:
        try:
            state = next_attempt_state(state, event, holds)
        except Forbidden:
            continue
        left = True
        assert state != "submitting"
    assert left or state == "submitting"


def test_rule_2_what_occupies_a_channel_is_everything_that_may_have_arrived() -> None:
    ended = {"receipt_timeout", "abandoned"}  # their notification has ended, or its e-mail goes again by policy
    assert set(LIVE) | set(DEFINITE_NO) | ended == set(ATTEMPT_STATES)
    assert not set(LIVE) & set(DEFINITE_NO)


def test_every_state_is_unsent_or_perhaps_seen_or_an_end_without_her() -> None:
    assert set(UNSENT) | set(PERHAPS_SEEN) | {"failed", "cancelled", "expired", "suppressed"} == set(STATES)
    assert not set(UNSENT) & (set(PERHAPS_SEEN) | set(ENDS))
