"""The states of a concern, and what each action makes of them: every cell is decided."""

from collections.abc import Iterable
from typing import Literal, get_args

from lotse_contracts.values import EnquiryStateName

State = Literal["received", "answered", "accepted", "referred", "closed"]
Action = Literal["accept", "answer", "write_again", "refer", "complete"]

STATES: tuple[State, ...] = get_args(State)
ACTIONS: tuple[Action, ...] = get_args(Action)
WAITING: State = "received"
"""The state in which a concern stands in the inbox."""
STAFF_ACTIONS: tuple[Action, ...] = ("accept", "answer")

TABLE: dict[State, dict[Action, State | None]] = {
    "received": {
        "accept": "accepted",
        "answer": "answered",
        "write_again": "received",
        "refer": "referred",
        "complete": "closed",
    },
    "answered": {
        "accept": "accepted",
        "answer": "answered",
        "write_again": "received",
        "refer": "referred",
        "complete": "closed",
    },
    "accepted": {
        "accept": None,
        "answer": "accepted",
        "write_again": "accepted",
        "refer": "referred",
        "complete": "closed",
    },
    "referred": {
        "accept": None,
        "answer": "referred",
        "write_again": "referred",
        "refer": "referred",
        "complete": "closed",
    },
    "closed": {
        "accept": None,
        "answer": "closed",
        "write_again": "received",
        "refer": "referred",
        "complete": "closed",
    },
}
"""None: not now. Whoever writes again after an end is looked at again, so that nobody is lost."""

_PUBLIC_ORDER: tuple[EnquiryStateName, ...] = ("received", "screened", "accepted", "answered", "referred", "closed")


def next_state(state: State, action: Action) -> State | None:
    """Where the action leads; None if it is not allowed now."""
    return TABLE[state][action]


def allowed_actions(state: State) -> tuple[Action, ...]:
    """What staff may do now."""
    return tuple(action for action in STAFF_ACTIONS if TABLE[state][action] is not None)


def state_after_referrals(completed: Iterable[bool]) -> State:
    """A concern is closed when all its referrals are, in whatever order they were heard."""
    return "closed" if all(completed) else "referred"


def public_state(states: Iterable[State], answers: int) -> EnquiryStateName:
    """What the person sees: the furthest that any concern has come; closed only when all are."""
    found = set(states)
    if found == {"closed"}:
        return "closed"
    reached: set[EnquiryStateName] = {state for state in found if state != "closed"}
    if "closed" in found:
        reached.add("referred")
    if answers:
        reached.add("answered")
    return max(reached or {"received"}, key=_PUBLIC_ORDER.index)
