"""The way of a referral as one table: state, action and role give the next state and its guards.

Whatever is not in the table is refused. `tests/referral/machine.csv` was typed from the specification before this was.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

from lotse_contracts.values import (
    DeclineReason,
    DeliveryMode,
    EndReason,
    FailureReason,
    ReferralState,
)

State = ReferralState
Action = Literal[
    "hand_over",  # what needs no consent leaves: her card, a letter without her name, a task
    "ask_consent",  # it waits for a consent, and for the fields or only the leave to name her
    "send",  # the consent covers it, and intake released the fields
    "refuse_fields",  # intake's guard said no
    "lose_consent",  # withdrawn or expired before anything left
    "deliver",
    "request_info",
    "answer_info",
    "accept",
    "waitlist",
    "decline",
    "schedule",
    "unschedule",
    "start_service",
    "complete",
    "fail",
    "withdraw",
    "reroute",
    "sub",
    "reopen",
    "mark_error",
    "expire",
    "give_up",  # she was asked back for the last time, and said nothing
    "remind",
]
Role = Literal["sender", "receiver", "receiver_by_staff", "person", "system"]
"""`receiver_by_staff`: an office said it on the phone, and our desk wrote it down."""
Guard = Literal[
    "no_consent_needed",
    "consent_needed",
    "consent",
    "by_hand",
    "person_goes",
    "office_answers",
    "answers_itself",
    "answers_by_phone",
    "no_partner",
    "question",
    "more_fields",
    "no_more_fields",
    "times",
    "decline_reason",
    "failure_reason",
    "withdrawal_reason",
    "outcome",
    "follower",
    "fresh_match",
]

STATES: tuple[State, ...] = get_args(ReferralState)
ACTIONS: tuple[Action, ...] = get_args(Action)
ROLES: tuple[Role, ...] = get_args(Role)
GUARDS: tuple[Guard, ...] = get_args(Guard)
"""In the order in which they are looked at: first what cannot be changed, then what is still to be given."""
ENDS: tuple[State, ...] = (
    "completed",
    "declined",
    "failed",
    "withdrawn",
    "expired",
    "rerouted",
    "unconfirmed",
    "error",
)
TERMINAL: frozenset[State] = frozenset(ENDS)
LEFT_THE_HOUSE: frozenset[State] = frozenset(
    {"sent", "delivered", "info_requested", "accepted", "waitlisted", "scheduled", "in_service"}
)
REMATCHED: frozenset[State] = frozenset({"declined", "failed", "expired"})
"""After these the concern is matched afresh: somebody has to think again."""
LEAVING_AS_IT_IS: frozenset[Action] = frozenset({"sub", "reopen", "remind"})
"""What never edits the referral itself; `reroute` does not edit one that has ended."""

PERSON_GOES: frozenset[DeliveryMode] = frozenset({"self", "accompanied"})
BY_HAND: frozenset[DeliveryMode] = frozenset({"letter", "accompanied", "call"})
"""Somebody of ours brings it there, and says so."""
ANSWERS_ITSELF: frozenset[DeliveryMode] = frozenset({"connected", "link", "letter"})
BY_PHONE: frozenset[DeliveryMode] = frozenset({"link", "letter", "call"})


class Rule(NamedTuple):
    """Where an action leads, and what must hold."""

    to: State
    guards: tuple[Guard, ...]


class _Row(NamedTuple):
    """Cells that are alike: names are parted by spaces, `=` is the state itself."""

    states: str
    action: Action
    roles: str
    to: State | Literal["="]
    guards: str = ""


_OPEN = "draft consent_pending sent delivered info_requested accepted waitlisted scheduled in_service"
_TAKEN_BACK = "draft consent_pending sent delivered info_requested accepted waitlisted scheduled"
_ASKING = "draft consent_pending"
_DECIDING = "delivered info_requested"
_TAKEN = "accepted scheduled in_service"
_LIVE = "delivered info_requested accepted waitlisted scheduled in_service"
_FOLLOWED = "follower fresh_match"


def _answers(states: str, action: Action, to: State | Literal["="], guards: str = "") -> tuple[_Row, _Row]:
    """What a receiver says: itself, or on the phone to our desk."""
    return (
        _Row(states, action, "receiver", to, f"answers_itself {guards}"),
        _Row(states, action, "receiver_by_staff", to, f"answers_by_phone {guards}"),
    )


_ROWS: tuple[_Row, ...] = (
    _Row("draft", "hand_over", "sender", "sent", "no_consent_needed"),
    _Row(_ASKING, "ask_consent", "sender", "consent_pending", "consent_needed"),
    _Row("info_requested", "ask_consent", "sender", "=", "consent_needed more_fields"),
    _Row("consent_pending", "send", "system", "sent", "consent"),
    _Row("info_requested", "send", "system", "delivered", "consent"),
    _Row("consent_pending info_requested", "refuse_fields", "system", "=", "consent_needed"),
    _Row("consent_pending info_requested", "lose_consent", "system", "=", "consent_needed"),
    _Row("sent", "deliver", "system", "delivered"),
    _Row("sent", "deliver", "sender", "delivered", "by_hand"),
    *_answers("delivered", "request_info", "info_requested", "question"),
    _Row("info_requested", "answer_info", "sender", "delivered", "no_more_fields"),
    *_answers(f"{_DECIDING} waitlisted", "accept", "accepted"),
    *_answers(_DECIDING, "waitlist", "waitlisted"),
    *_answers(f"{_DECIDING} waitlisted", "decline", "declined", "decline_reason"),
    *_answers("accepted scheduled", "schedule", "scheduled", "times"),
    *_answers("scheduled", "unschedule", "accepted"),
    *_answers("accepted scheduled", "start_service", "in_service"),
    *_answers(_TAKEN, "complete", "completed", "outcome"),
    _Row(_LIVE, "complete", "sender person", "completed", "no_partner outcome"),
    *_answers(_TAKEN, "fail", "failed", "failure_reason"),
    _Row("sent delivered", "fail", "sender", "failed", "person_goes failure_reason"),
    _Row(_TAKEN_BACK, "withdraw", "sender person", "withdrawn", "withdrawal_reason"),
    _Row("in_service", "withdraw", "person", "withdrawn", "withdrawal_reason"),
    _Row(_TAKEN_BACK, "reroute", "sender", "rerouted", _FOLLOWED),
    _Row("declined failed expired", "reroute", "sender", "=", _FOLLOWED),
    _Row(f"sent {_LIVE}", "sub", "sender", "=", "follower"),
    _Row(_LIVE, "sub", "receiver", "=", "answers_itself follower"),
    _Row("completed declined failed withdrawn expired unconfirmed", "reopen", "sender", "=", "follower"),
    _Row(_TAKEN_BACK, "mark_error", "sender", "error"),
    _Row("draft consent_pending sent info_requested", "expire", "system", "expired"),
    _Row("delivered", "expire", "system", "expired", "office_answers"),
    _Row("delivered", "give_up", "system", "unconfirmed", "person_goes"),
    _Row(_OPEN, "remind", "system", "="),
)


def _cells() -> dict[tuple[State, Action, Role], Rule]:
    """Every cell that is allowed. Raises ValueError if two rows claim one."""
    found: dict[tuple[State, Action, Role], Rule] = {}
    for row in _ROWS:
        guards: tuple[Guard, ...] = tuple(one for one in GUARDS if one in row.guards.split())
        for state in (one for one in STATES if one in row.states.split()):
            for role in (one for one in ROLES if one in row.roles.split()):
                if (state, row.action, role) in found:
                    raise ValueError(f"two cells: {state}, {row.action}, {role}")
                found[state, row.action, role] = Rule(state if row.to == "=" else row.to, guards)
    return found


TABLE = _cells()


@dataclass(frozen=True)
class Circumstances:
    """What the guards look at. `named`: with field groups, or the leave to name her on the phone."""

    mode: DeliveryMode
    named: bool = False
    consent_covers: bool = False
    reason: str | None = None
    outcome: str | None = None
    question: str | None = None
    more_fields: bool = False
    times: bool = False
    follower: bool = False
    fresh_match: bool = False


_CHECKS: dict[Guard, Callable[[Circumstances], bool]] = {
    "no_consent_needed": lambda at: not needs_consent(at.mode, at.named),
    "consent_needed": lambda at: needs_consent(at.mode, at.named or at.more_fields),
    "consent": lambda at: needs_consent(at.mode, at.named or at.more_fields) and at.consent_covers,
    "by_hand": lambda at: at.mode in BY_HAND,
    "person_goes": lambda at: at.mode in PERSON_GOES,
    "office_answers": lambda at: at.mode not in PERSON_GOES,
    "answers_itself": lambda at: at.mode in ANSWERS_ITSELF,
    "answers_by_phone": lambda at: at.mode in BY_PHONE,
    "no_partner": lambda at: at.mode != "connected",
    "question": lambda at: at.question is not None,
    "more_fields": lambda at: at.more_fields,
    "no_more_fields": lambda at: not at.more_fields,
    "times": lambda at: at.times,
    "decline_reason": lambda at: at.reason in get_args(DeclineReason),
    "failure_reason": lambda at: at.reason in get_args(FailureReason),
    "withdrawal_reason": lambda at: at.reason in get_args(EndReason),
    "outcome": lambda at: at.outcome is not None,
    "follower": lambda at: at.follower,
    "fresh_match": lambda at: at.fresh_match,
}

TO_BE_GIVEN: frozenset[Guard] = frozenset(
    {
        "consent",
        "question",
        "more_fields",
        "no_more_fields",
        "times",
        "decline_reason",
        "failure_reason",
        "withdrawal_reason",
        "outcome",
        "follower",
        "fresh_match",
    }
)
"""What comes with an action; the others are what the referral is."""


class Forbidden(Exception):
    """The table or a guard says no; `allowed` is what this role may do instead."""

    def __init__(self, allowed: tuple[Action, ...], guard: Guard | None = None) -> None:
        super().__init__(guard or "not in the table")
        self.allowed = allowed
        self.guard = guard


def needs_consent(mode: DeliveryMode, named: bool) -> bool:
    """Whether an office gets to know who she is.

    With a card in her hand, or a volunteer beside her, she says so herself.
    """
    return mode == "connected" or (named and mode in BY_PHONE)


def rule_of(state: State, action: Action, role: Role) -> Rule | None:
    """The cell; None if it is refused."""
    return TABLE.get((state, action, role))


def next_state(state: State, action: Action, role: Role, at: Circumstances) -> State:
    """Raises Forbidden if the table does not have it, or one of its guards does not hold."""
    rule = rule_of(state, action, role)
    if rule is None:
        raise Forbidden(allowed_actions(state, role, at.mode, named=at.named))
    for guard in rule.guards:
        if not holds(guard, at):
            raise Forbidden(allowed_actions(state, role, at.mode, named=at.named), guard)
    return rule.to


def holds(guard: Guard, at: Circumstances) -> bool:
    """Whether what must be true is true."""
    return _CHECKS[guard](at)


def allowed_actions(state: State, role: Role, mode: DeliveryMode, *, named: bool = False) -> tuple[Action, ...]:
    """What this role may try now; what comes with an action is still to be given."""
    at = Circumstances(mode, named=named)
    possible = []
    for action in ACTIONS:
        rule = rule_of(state, action, role)
        if rule is not None and all(holds(guard, at) for guard in rule.guards if guard not in TO_BE_GIVEN):
            possible.append(action)
    return tuple(possible)
