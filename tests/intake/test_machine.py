"""The machine is what was typed before it was written, cell by cell, and from nowhere is there no way on."""

import csv
from pathlib import Path
from typing import get_args

import pytest

from lotse_contracts.values import ConcernState
from lotse_intake.domain.machine import ACTIONS, ENDS, ROLES, STAFF_ACTIONS, STATES, TABLE, after_referrals, rule_of

TYPED = list(csv.DictReader((Path(__file__).parent / "machine.csv").open()))


def test_every_cell_is_typed_once() -> None:
    cells = [(row["state"], row["action"], row["role"]) for row in TYPED]
    assert len(cells) == len(set(cells)) == len(STATES) * len(ACTIONS) * len(ROLES) == 2_325
    assert set(cells) == {(state, action, role) for state in STATES for action in ACTIONS for role in ROLES}


@pytest.mark.parametrize("state", STATES)
def test_every_cell_is_what_was_typed(state: ConcernState) -> None:
    mine = {(row["action"], row["role"]): row for row in TYPED if row["state"] == state}
    for action in ACTIONS:
        for role in ROLES:
            row, rule = mine[action, role], rule_of(state, action, role)
            said = ("refused", "", "") if rule is None else (rule.to, "+".join(rule.guards), rule.clock)
            assert said == (row["next"], row["guard"], row["clock"]), (state, action, role)


def test_every_open_state_can_end_and_every_end_can_begin_again() -> None:
    reached = {state: {rule.to for (start, _, _), rule in TABLE.items() if start == state} for state in STATES}
    for state in STATES:
        assert reached[state] - {state}
        assert state in ENDS or reached[state] & set(ENDS)
        if state in ENDS:
            assert "screened" in reached[state]
            assert "received" in reached[state]


def test_no_end_has_a_clock_and_every_open_state_that_is_entered_has_one() -> None:
    for (start, _, _), rule in TABLE.items():
        if rule.to in (*ENDS, "answered"):
            assert rule.clock in (("kept",) if start == rule.to else ("none",))
        elif start != rule.to:
            assert rule.clock not in ("kept", "none")


def test_staff_may_do_only_what_they_may_order_and_all_of_it_somewhere() -> None:
    done = {action for (_, action, role) in TABLE if role in ("counsellor", "coordinator")}
    assert done == set(STAFF_ACTIONS)


def test_a_coordinator_may_do_all_that_a_counsellor_may() -> None:
    for (state, action, role), rule in TABLE.items():
        if role == "counsellor":
            allowed = rule_of(state, action, "coordinator")
            assert allowed is not None
            assert allowed.to == rule.to


def test_every_state_is_in_the_contract() -> None:
    assert get_args(ConcernState) == STATES


def test_referrals_come_to_the_same_however_they_are_ordered() -> None:
    assert after_referrals([None, True], carried=True) == after_referrals([True, None], carried=True) == "refer"
    assert after_referrals([False, True], carried=False) == "complete"
    assert after_referrals([False, False], carried=True) == "return_to_counsellor"
    assert after_referrals([False], carried=False) == "return_to_team"
