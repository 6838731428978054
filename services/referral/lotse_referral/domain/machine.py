"""The way of a referral as one table: state, action and role give the next state, where the guard holds."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from lotse_contracts.values import DeliveryMode, ReferralState

Action = Literal[
    "hand_over",  # the person gets her card
    "ask_consent",  # a connected referral waits for a consent and for the fields
    "send",  # intake released the fields
    "refuse_fields",  # intake's guard said no
    "lose_consent",  # withdrawn before anything left
    "deliver",
    "accept",
    "decline",
    "complete",
    "withdraw",
]
Role = Literal["sender", "receiver", "person", "system"]
Guard = Literal["self", "connected", "consent", "decline_reason", "outcome", "self_outcome", "none"]

STATES: tuple[ReferralState, ...] = (
    "draft",
    "consent_pending",
    "sent",
    "delivered",
    "accepted",
    "declined",
    "completed",
    "withdrawn",
)
TERMINAL: frozenset[ReferralState] = frozenset({"declined", "completed", "withdrawn"})
LEFT_THE_HOUSE: frozenset[ReferralState] = frozenset({"sent", "delivered", "accepted"})


class Rule(NamedTuple):
    """Where an action leads, and what must hold."""

    to: ReferralState
    guard: Guard


TABLE: dict[tuple[ReferralState, Action, Role], Rule] = {
    ("draft", "hand_over", "sender"): Rule("sent", "self"),
    ("draft", "ask_consent", "sender"): Rule("consent_pending", "connected"),
    ("draft", "withdraw", "sender"): Rule("withdrawn", "none"),
    ("draft", "withdraw", "person"): Rule("withdrawn", "none"),
    ("consent_pending", "ask_consent", "sender"): Rule("consent_pending", "connected"),
    ("consent_pending", "send", "system"): Rule("sent", "consent"),
    ("consent_pending", "refuse_fields", "system"): Rule("consent_pending", "connected"),
    ("consent_pending", "lose_consent", "system"): Rule("consent_pending", "connected"),
    ("consent_pending", "withdraw", "sender"): Rule("withdrawn", "none"),
    ("consent_pending", "withdraw", "person"): Rule("withdrawn", "none"),
    ("sent", "deliver", "system"): Rule("delivered", "none"),
    ("sent", "withdraw", "sender"): Rule("withdrawn", "none"),
    ("sent", "withdraw", "person"): Rule("withdrawn", "none"),
    ("delivered", "accept", "receiver"): Rule("accepted", "connected"),
    ("delivered", "decline", "receiver"): Rule("declined", "decline_reason"),
    ("delivered", "complete", "sender"): Rule("completed", "self_outcome"),
    ("delivered", "complete", "person"): Rule("completed", "self_outcome"),
    ("delivered", "withdraw", "sender"): Rule("withdrawn", "none"),
    ("delivered", "withdraw", "person"): Rule("withdrawn", "none"),
    ("accepted", "complete", "receiver"): Rule("completed", "outcome"),
    ("accepted", "withdraw", "sender"): Rule("withdrawn", "none"),
    ("accepted", "withdraw", "person"): Rule("withdrawn", "none"),
}
"""Whatever is not here is refused. A terminal state is never edited."""


@dataclass(frozen=True)
class Circumstances:
    """What the guards look at."""

    mode: DeliveryMode
    consent_covers: bool = False
    decline_reason: str | None = None
    outcome: str | None = None


class Forbidden(Exception):
    """The table or a guard says no; `allowed` is what this role may do instead."""

    def __init__(self, allowed: tuple[Action, ...], guard: Guard | None = None) -> None:
        super().__init__(guard or "not in the table")
        self.allowed = allowed
        self.guard = guard


def next_state(state: ReferralState, action: Action, role: Role, circumstances: Circumstances) -> ReferralState:
    """Raises Forbidden if the table does not have it, or its guard does not hold."""
    rule = TABLE.get((state, action, role))
    if rule is None:
        raise Forbidden(allowed_actions(state, role, circumstances.mode))
    if not holds(rule.guard, circumstances):
        raise Forbidden(allowed_actions(state, role, circumstances.mode), rule.guard)
    return rule.to


def holds(guard: Guard, circumstances: Circumstances) -> bool:
    """Whether what must be true is true."""
    connected = circumstances.mode == "connected"
    return {
        "none": True,
        "self": not connected,
        "connected": connected,
        "consent": connected and circumstances.consent_covers,
        "decline_reason": connected and circumstances.decline_reason is not None,
        "outcome": connected and circumstances.outcome is not None,
        "self_outcome": not connected and circumstances.outcome is not None,
    }[guard]


def allowed_actions(state: ReferralState, role: Role, mode: DeliveryMode) -> tuple[Action, ...]:
    """What this role may try now; reason, outcome and consent are still to be given with it."""
    generous = Circumstances(mode, consent_covers=True, decline_reason="other", outcome="unknown")
    return tuple(
        action
        for (at, action, who), rule in TABLE.items()
        if at == state and who == role and holds(rule.guard, generous)
    )


ANSWER_STATES: dict[str, ReferralState] = {
    "delivered": "delivered",
    "accepted": "accepted",
    "declined": "declined",
    "completed": "completed",
}
_WAY: dict[ReferralState, tuple[ReferralState, ...]] = {
    "delivered": ("sent", "delivered"),
    "accepted": ("sent", "delivered", "accepted"),
    "declined": ("sent", "delivered", "declined"),
    "completed": ("sent", "delivered", "accepted", "completed"),
}


def states_passed(state: ReferralState, answer: str) -> tuple[ReferralState, ...]:
    """What the other side went through since we last heard of it; empty for old news.

    Its answers come in any order. It follows the same table, so "completed" tells that it was delivered and accepted.
    """
    way = _WAY[ANSWER_STATES[answer]]
    return way[way.index(state) + 1 :] if state in way[:-1] else ()
