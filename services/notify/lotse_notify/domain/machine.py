"""Both state machines of a message: what one intention may become, and what one try at a provider may become."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

State = Literal[
    "scheduled",
    "held",
    "ready",
    "in_flight",
    "awaiting_receipt",
    "unresolved",
    "delivered",
    "handed_over",
    "presumed_sent",
    "failed",
    "cancelled",
    "expired",
    "suppressed",
]
Event = Literal[
    "schedule",
    "hold",
    "release",
    "suppress",
    "cancel",
    "expire",
    "claim",
    "take_with_receipt",
    "take",
    "refuse_for_now",
    "refuse_for_good",
    "lose",
    "withdraw",
    "deliver",
    "bounce",
    "end_receipts",
    "settle",
    "find_absent",
    "give_up",
    "replay",
]
AttemptState = Literal[
    "submitting",
    "not_sent",
    "throttled",
    "rejected",
    "deferred",
    "withdrawn",
    "accepted",
    "buffered",
    "delivered",
    "undelivered",
    "receipt_timeout",
    "unknown",
    "confirmed_absent",
    "presumed_sent",
    "abandoned",
]
AttemptEvent = Literal[
    "accept",
    "fail_early",
    "throttle",
    "reject",
    "defer",
    "withdraw",
    "lose",
    "expire_lease",
    "buffer",
    "deliver",
    "bounce",
    "end_receipts",
    "find_absent",
    "settle",
    "give_up",
]
Guard = Literal[
    "always",
    "cancel_recorded",
    "next_channel",
    "perhaps_seen",
    "other_delivered",
    "other_taken",
    "may_go_again",
    "envelope",
    "alone",
]
"""`perhaps_seen`: another try of the same notification may have arrived. `may_go_again`: an e-mail with the same
Message-ID, while it is of use. `alone`: no other try of the channel was taken or may have been. `other_delivered` and
`other_taken`: an earlier try that was in doubt has turned out to be so meanwhile."""

UNSENT: tuple[State, ...] = ("scheduled", "held", "ready")
"""Nothing of it is with a provider now; the policy decides what is next."""
PERHAPS_SEEN: tuple[State, ...] = (
    "in_flight",
    "awaiting_receipt",
    "unresolved",
    "delivered",
    "handed_over",
    "presumed_sent",
)
"""She may have it already."""
ENDS: tuple[State, ...] = (
    "delivered",
    "handed_over",
    "presumed_sent",
    "failed",
    "cancelled",
    "expired",
    "suppressed",
)
LIVE: tuple[AttemptState, ...] = ("submitting", "unknown", "accepted", "buffered", "delivered", "presumed_sent")
"""A try that was taken, may have been, or still runs: the database allows one of them for each channel."""
DEFINITE_NO: tuple[AttemptState, ...] = (
    "not_sent",
    "throttled",
    "rejected",
    "deferred",
    "withdrawn",
    "undelivered",
    "confirmed_absent",
)
"""The provider does not have it, or says that it did not arrive: only these make room for another way."""

S = TypeVar("S", State, AttemptState)
E = TypeVar("E", Event, AttemptEvent)


class Forbidden(Exception):
    """The machine does not allow this."""


@dataclass(frozen=True)
class Rule(Generic[S]):
    """Where it leads, if its guard holds."""

    to: S
    guard: Guard = "always"


def _decided(*more: tuple[Event, State]) -> dict[Event, tuple[Rule[State], ...]]:
    """What the policy may make of something of which nothing is with a provider."""
    policy: tuple[tuple[Event, State], ...] = (
        ("schedule", "scheduled"),
        ("hold", "held"),
        ("release", "ready"),
        ("suppress", "suppressed"),
        ("cancel", "cancelled"),
        ("expire", "expired"),
        ("deliver", "delivered"),  # a receipt of an earlier channel
        ("take_with_receipt", "awaiting_receipt"),  # what was thought absent is there after all
    )
    return {event: (Rule(to),) for event, to in (*policy, *more)}


_REFUSED: tuple[Rule[State], ...] = (
    Rule("cancelled", "cancel_recorded"),
    Rule("ready", "next_channel"),
    Rule("presumed_sent", "perhaps_seen"),
    Rule("failed"),
)
_SETTLED: tuple[Rule[State], ...] = (
    Rule("presumed_sent", "cancel_recorded"),
    Rule("ready", "may_go_again"),
    Rule("ready", "next_channel"),
    Rule("presumed_sent"),
)
_MEANWHILE: tuple[Rule[State], ...] = (Rule("delivered", "other_delivered"), Rule("awaiting_receipt", "other_taken"))
"""Where this one is not taken, the earlier one that was counts as it would have if nothing else had been under way."""
_BOUNCED: dict[Event, tuple[Rule[State], ...]] = {"bounce": _REFUSED}
"""A late bounce leads where an early one does, so that the order in which receipts come does not matter."""
_ARRIVED: dict[Event, tuple[Rule[State], ...]] = {"deliver": (Rule("delivered"),)}
"""A late yes outdoes whatever was concluded without it, also an earlier no that only time explains."""

TABLE: Mapping[State, Mapping[Event, tuple[Rule[State], ...]]] = {
    "scheduled": _decided(),
    "held": _decided(),
    "ready": _decided(("claim", "in_flight")),
    "in_flight": {
        "take_with_receipt": (Rule("delivered", "other_delivered"), Rule("awaiting_receipt")),
        "take": (Rule("delivered", "other_delivered"), Rule("handed_over")),
        "refuse_for_now": (*_MEANWHILE, Rule("cancelled", "cancel_recorded"), Rule("scheduled")),
        "refuse_for_good": (*_MEANWHILE, *_REFUSED),
        "lose": (*_MEANWHILE, Rule("unresolved")),
        "withdraw": (*_MEANWHILE, Rule("scheduled")),
        "cancel": (Rule("in_flight"),),
    },
    "awaiting_receipt": {
        "deliver": (Rule("delivered"),),
        "bounce": _REFUSED,
        "end_receipts": (Rule("handed_over"),),
        "settle": _SETTLED,  # of another way, after the one that was waited for has said no
        "find_absent": (Rule("awaiting_receipt", "other_taken"), Rule("cancelled", "cancel_recorded"), Rule("ready")),
        "give_up": (Rule("awaiting_receipt", "other_taken"), Rule("presumed_sent")),
        "cancel": (Rule("awaiting_receipt"),),
    },
    "unresolved": {
        "take_with_receipt": (Rule("awaiting_receipt"),),
        "take": (Rule("handed_over"),),
        "deliver": (Rule("delivered"),),
        "bounce": _REFUSED,
        "find_absent": (Rule("cancelled", "cancel_recorded"), Rule("ready")),
        "settle": _SETTLED,
        "end_receipts": (Rule("handed_over"),),  # of another way, after the doubtful one has turned out a no
        "give_up": (Rule("presumed_sent"),),
        "cancel": (Rule("unresolved"),),
    },
    "delivered": _BOUNCED,
    "handed_over": _ARRIVED | _BOUNCED,
    "presumed_sent": _ARRIVED | _BOUNCED,
    "failed": _ARRIVED | {"replay": (Rule("scheduled"),)},
    "cancelled": _ARRIVED,
    "expired": _ARRIVED,
    "suppressed": _ARRIVED,
}
"""Source: section 4.2 of the specification of notify; `cancel` of what is under way is only written down (4.4)."""

_RECEIPTS: dict[AttemptEvent, tuple[Rule[AttemptState], ...]] = {
    "deliver": (Rule("delivered"),),
    "bounce": (Rule("undelivered"),),
}
_LATE: dict[AttemptEvent, tuple[Rule[AttemptState], ...]] = {
    "accept": (Rule("accepted", "alone"),),
    "deliver": (Rule("delivered", "alone"),),
}

ATTEMPT_TABLE: Mapping[AttemptState, Mapping[AttemptEvent, tuple[Rule[AttemptState], ...]]] = {
    "submitting": {
        "accept": (Rule("accepted"),),
        "fail_early": (Rule("not_sent"),),
        "throttle": (Rule("throttled"),),
        "reject": (Rule("rejected"),),
        "defer": (Rule("deferred"),),
        "withdraw": (Rule("withdrawn"),),
        "lose": (Rule("unknown"),),
        "expire_lease": (Rule("not_sent", "envelope"), Rule("unknown")),
    },
    "accepted": _RECEIPTS | {"buffer": (Rule("buffered"),), "end_receipts": (Rule("receipt_timeout"),)},
    "buffered": _RECEIPTS | {"end_receipts": (Rule("receipt_timeout"),)},
    "delivered": {"bounce": (Rule("undelivered"),)},
    "undelivered": {"deliver": (Rule("delivered", "alone"),)},
    "receipt_timeout": {"deliver": (Rule("delivered", "alone"),), "bounce": (Rule("undelivered"),)},
    "unknown": _RECEIPTS
    | {
        "accept": (Rule("accepted"),),
        "buffer": (Rule("buffered"),),
        "find_absent": (Rule("confirmed_absent"),),
        "settle": (Rule("abandoned", "may_go_again"), Rule("presumed_sent")),
        "give_up": (Rule("abandoned"),),
    },
    "presumed_sent": _RECEIPTS | {"accept": (Rule("accepted"),), "buffer": (Rule("buffered"),)},
    "confirmed_absent": _LATE | {"bounce": (Rule("undelivered"),)},
    "abandoned": _LATE | {"bounce": (Rule("undelivered"),)},
    "not_sent": {},
    "throttled": {},
    "rejected": {},
    "deferred": {},
    "withdrawn": {},
}
"""Source: section 4.3; nothing leads back to before the intent (rule 1)."""


def next_state(state: State, event: Event, holds: Set[Guard] = frozenset()) -> State:
    """What a notification becomes: the first rule whose guard holds. Raises Forbidden."""
    return _first(TABLE[state].get(event, ()), holds)


def next_attempt_state(state: AttemptState, event: AttemptEvent, holds: Set[Guard] = frozenset()) -> AttemptState:
    """What a try becomes. Raises Forbidden."""
    return _first(ATTEMPT_TABLE[state].get(event, ()), holds)


def _first(rules: tuple[Rule[S], ...], holds: Set[Guard]) -> S:
    for rule in rules:
        if rule.guard == "always" or rule.guard in holds:
            return rule.to
    raise Forbidden
