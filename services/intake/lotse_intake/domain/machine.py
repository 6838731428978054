"""The way of a concern as one table: state, action and role give the next state, its guards and the clock that runs.

Whatever is not in the table is refused. `tests/intake/machine.csv` was typed from the specification before this was.
"""

from collections.abc import Iterable
from typing import Literal, NamedTuple, get_args

from lotse_contracts.values import ConcernAction, ConcernClock, ConcernState, EnquiryStateName

State = ConcernState
OtherAction = Literal[
    "write_again",  # the person
    "refer",  # a referral of it is on its way
    "complete",  # all of its referrals have ended, and one with an outcome
    "return_to_counsellor",  # all of its referrals have ended, none with an outcome
    "return_to_team",  # the same, and nobody carries it
    "hand_over",  # whoever comes next has confirmed that it is theirs
]
Action = ConcernAction | OtherAction
Role = Literal["counsellor", "coordinator", "system", "person", "bot"]
Guard = Literal[
    "nobody",
    "carried",
    "own",
    "not_anothers",
    "offered",
    "on_offer",
    "takes_on",
    "reason",
    "outcome",
    "code",
    "team",
    "urgency",
    "tags",
    "original",
    "first_contact",
    "question_sent",
    "referrals_ended",
    "within_90_days",
    "no_emergency",
    "second_if_emergency",
    "second_person",
]
Clock = ConcernClock | Literal["kept", "none"]

STATES: tuple[State, ...] = get_args(ConcernState)
STAFF_ACTIONS: tuple[ConcernAction, ...] = get_args(ConcernAction)
ACTIONS: tuple[Action, ...] = (*STAFF_ACTIONS, *get_args(OtherAction))
ROLES: tuple[Role, ...] = get_args(Role)
GUARDS: tuple[Guard, ...] = get_args(Guard)
"""In the order in which they are looked at."""
ENDS: tuple[State, ...] = ("resolved", "handed_over", "spam", "duplicate", "withdrawn", "unreachable", "no_show")
OPEN: tuple[State, ...] = tuple(state for state in STATES if state not in (*ENDS, "answered"))
"""What somebody still has to do something about."""
WAITING: tuple[State, ...] = ("received", "screened")
"""What nobody has taken on: the inbox of everybody."""


class Rule(NamedTuple):
    """Where an action leads, what must hold, and which clock runs afterwards."""

    to: State
    guards: tuple[Guard, ...]
    clock: Clock


class _Row(NamedTuple):
    """Cells that are alike: names are parted by spaces, `=` is the state itself."""

    states: str
    action: Action
    roles: str
    to: State | Literal["="]
    guards: str
    clock: Clock


_STAFF = "counsellor coordinator"
_FRESH = "received screened answered accepted"
_CARRIED = "assigned in_advice waiting_for_client"
_LIVING = f"{_FRESH} {_CARRIED} referred"
_LEFT = "handed_over spam duplicate withdrawn unreachable no_show"
_ALL = f"{_LIVING} resolved {_LEFT}"
_SECOND = "second_if_emergency"

_ROWS: tuple[_Row, ...] = (
    _Row("received", "screen", _STAFF, "screened", "", "assignment"),
    _Row("received screened", "answer", _STAFF, "answered", "", "none"),
    _Row("assigned", "answer", _STAFF, "in_advice", "", "look_again"),
    _Row("answered accepted in_advice waiting_for_client referred", "answer", _STAFF, "=", "", "kept"),
    _Row("resolved handed_over duplicate withdrawn unreachable no_show", "answer", _STAFF, "=", "", "kept"),
    _Row("received screened answered", "accept", _STAFF, "accepted", "", "assignment"),
    _Row(_FRESH, "claim", _STAFF, "assigned", "takes_on", "first_answer"),
    _Row("referred", "claim", _STAFF, "referred", "nobody takes_on", "kept"),
    _Row(f"{_FRESH} assigned", "assign", "coordinator", "assigned", "takes_on", "first_answer"),
    _Row("in_advice waiting_for_client referred", "assign", "coordinator", "=", "takes_on", "kept"),
    _Row(f"{_CARRIED} referred", "offer", _STAFF, "=", "own takes_on", "kept"),
    _Row(f"{_CARRIED} referred", "take_over", _STAFF, "=", "offered takes_on", "kept"),
    _Row(f"{_CARRIED} referred", "decline_offer", _STAFF, "=", "offered", "kept"),
    _Row(f"{_CARRIED} referred", "take_back", _STAFF, "=", "own on_offer", "kept"),
    _Row(_CARRIED, "give_back", "counsellor", "accepted", "own reason", "assignment"),
    _Row(_CARRIED, "give_back", "coordinator", "accepted", "carried reason", "assignment"),
    _Row(_CARRIED, "give_back", "system", "accepted", "carried", "assignment"),
    _Row("referred", "give_back", "counsellor", "referred", "own reason", "kept"),
    _Row("referred", "give_back", "coordinator", "referred", "carried reason", "kept"),
    _Row("referred", "give_back", "system", "referred", "carried", "kept"),
    _Row("assigned", "begin", "counsellor", "in_advice", "not_anothers first_contact", "look_again"),
    _Row("assigned", "begin", "coordinator", "in_advice", "first_contact", "look_again"),
    _Row("in_advice", "wait", "counsellor", "waiting_for_client", "not_anothers question_sent", "client"),
    _Row("in_advice", "wait", "coordinator", "waiting_for_client", "question_sent", "client"),
    _Row("waiting_for_client", "resume", "counsellor", "in_advice", "not_anothers", "look_again"),
    _Row("waiting_for_client", "resume", "coordinator", "in_advice", "", "look_again"),
    _Row(
        "answered in_advice waiting_for_client referred",
        "resolve",
        "counsellor",
        "resolved",
        "not_anothers outcome referrals_ended",
        "none",
    ),
    _Row(
        "answered in_advice waiting_for_client referred",
        "resolve",
        "coordinator",
        "resolved",
        "outcome referrals_ended",
        "none",
    ),
    _Row(_LIVING, "withdraw", _STAFF, "withdrawn", _SECOND, "none"),
    _Row(_LIVING, "withdraw", "person", "withdrawn", "", "none"),
    _Row("received screened", "mark_spam", _STAFF, "spam", _SECOND, "none"),
    _Row("received", "mark_spam", "bot", "spam", "no_emergency", "none"),
    _Row(_FRESH, "mark_duplicate", _STAFF, "duplicate", f"original {_SECOND}", "none"),
    _Row("assigned in_advice", "mark_duplicate", "counsellor", "duplicate", f"not_anothers original {_SECOND}", "none"),
    _Row("assigned in_advice", "mark_duplicate", "coordinator", "duplicate", f"original {_SECOND}", "none"),
    _Row(_CARRIED, "mark_unreachable", "counsellor", "unreachable", f"not_anothers {_SECOND}", "none"),
    _Row(_CARRIED, "mark_unreachable", "coordinator", "unreachable", _SECOND, "none"),
    _Row("waiting_for_client", "mark_unreachable", "system", "unreachable", "no_emergency", "none"),
    _Row(_CARRIED, "mark_no_show", "counsellor", "no_show", f"not_anothers {_SECOND}", "none"),
    _Row(_CARRIED, "mark_no_show", "coordinator", "no_show", _SECOND, "none"),
    _Row(
        "resolved spam duplicate withdrawn unreachable no_show",
        "reopen",
        _STAFF,
        "screened",
        "within_90_days",
        "assignment",
    ),
    _Row("handed_over", "reopen", _STAFF, "screened", "within_90_days second_person", "assignment"),
    _Row(_LIVING, "recode", _STAFF, "=", "code", "kept"),
    _Row(_FRESH, "route", _STAFF, "=", "team", "kept"),
    _Row(f"{_CARRIED} referred", "route", "coordinator", "=", "team", "kept"),
    _Row("received", "prioritise", _STAFF, "=", f"urgency {_SECOND}", "look"),
    _Row("screened accepted", "prioritise", _STAFF, "=", f"urgency {_SECOND}", "assignment"),
    _Row("assigned", "prioritise", _STAFF, "=", f"urgency {_SECOND}", "first_answer"),
    _Row("in_advice referred", "prioritise", _STAFF, "=", f"urgency {_SECOND}", "look_again"),
    _Row("waiting_for_client", "prioritise", _STAFF, "=", f"urgency {_SECOND}", "kept"),
    _Row(_ALL, "tag", _STAFF, "=", "tags", "kept"),
    _Row(_ALL, "untag", _STAFF, "=", "tags", "kept"),
    _Row("received screened accepted assigned in_advice referred", "write_again", "person", "=", "", "kept"),
    _Row("waiting_for_client", "write_again", "person", "in_advice", "", "look_again"),
    _Row(f"answered resolved {_LEFT}", "write_again", "person", "received", "", "look"),
    _Row(f"{_FRESH} {_CARRIED} resolved", "refer", "system", "referred", "", "look_again"),
    _Row(f"referred {_LEFT}", "refer", "system", "=", "", "kept"),
    _Row(_LIVING, "complete", "system", "resolved", "", "none"),
    _Row(f"resolved {_LEFT}", "complete", "system", "=", "", "kept"),
    _Row(
        "assigned waiting_for_client referred", "return_to_counsellor", "system", "in_advice", "carried", "look_again"
    ),
    _Row("in_advice", "return_to_counsellor", "system", "in_advice", "carried", "kept"),
    _Row("received screened answered referred", "return_to_team", "system", "accepted", "nobody", "assignment"),
    _Row("accepted", "return_to_team", "system", "accepted", "nobody", "kept"),
    _Row(_LIVING, "hand_over", "system", "handed_over", "", "none"),
)


def _cells() -> dict[tuple[State, Action, Role], Rule]:
    """Every cell that is allowed. Raises ValueError if two rows claim one."""
    found: dict[tuple[State, Action, Role], Rule] = {}
    for row in _ROWS:
        for state in (one for one in STATES if one in row.states.split()):
            for role in (one for one in ROLES if one in row.roles.split()):
                if (state, row.action, role) in found:
                    raise ValueError(f"two cells: {state}, {row.action}, {role}")
                guards: tuple[Guard, ...] = tuple(one for one in GUARDS if one in row.guards.split())
                found[state, row.action, role] = Rule(state if row.to == "=" else row.to, guards, row.clock)
    return found


TABLE = _cells()


def rule_of(state: State, action: Action, role: Role) -> Rule | None:
    """The cell; None if it is refused."""
    return TABLE.get((state, action, role))


def after_referrals(ended: Iterable[bool | None], *, carried: bool) -> OtherAction:
    """What all that was heard about a concern's referrals comes to, in whatever order it was heard.

    Each is None while it is open, then whether it ended with an outcome.
    """
    found = set(ended)
    if None in found:
        return "refer"
    if True in found:
        return "complete"
    return "return_to_counsellor" if carried else "return_to_team"


_SHOWN: dict[State, EnquiryStateName] = {
    "received": "received",
    "screened": "screened",
    "answered": "answered",
    "accepted": "accepted",
    "assigned": "accepted",
    "in_advice": "accepted",
    "waiting_for_client": "accepted",
    "referred": "referred",
    **dict.fromkeys(ENDS, "closed"),
}
_PUBLIC_ORDER: tuple[EnquiryStateName, ...] = ("received", "screened", "accepted", "answered", "referred", "closed")


def shown(state: State) -> EnquiryStateName:
    """What the person sees of one concern."""
    return _SHOWN[state]


def public_state(states: Iterable[State], answers: int) -> EnquiryStateName:
    """What the person sees: the furthest that any concern has come; closed only when all are."""
    found = {_SHOWN[state] for state in states}
    if found == {"closed"}:
        return "closed"
    reached: set[EnquiryStateName] = found - {"closed"}
    if "closed" in found:
        reached.add("referred")
    if answers:
        reached.add("answered")
    return max(reached or {"received"}, key=_PUBLIC_ORDER.index)
