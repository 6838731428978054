"""What becomes of a notification when something becomes of one of its tries; pure, and the same for every channel."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from lotse_contracts.values import NoticeChannel
from lotse_notify.domain.machine import (
    AttemptEvent,
    AttemptState,
    Event,
    Forbidden,
    Guard,
    State,
    next_attempt_state,
    next_state,
)
from lotse_notify.domain.outcome import (
    ATTEMPT_EVENTS,
    RECEIPT_SECONDS_MAX,
    SETTLE_SECONDS,
    Outcome,
    Stage,
    event_of,
)
from lotse_notify.domain.verdict import Verdict

COPIES_MAX = 2
"""Of one e-mail, all under one Message-ID: a doubtful one goes again once."""
TOO: frozenset[NoticeChannel] = frozenset({"email", "telegram"})
"""What may be sent beside a doubtful message about an appointment; never a second SMS."""
PERHAPS: frozenset[AttemptState] = frozenset(
    {"submitting", "unknown", "accepted", "buffered", "delivered", "receipt_timeout", "presumed_sent", "abandoned"}
)
"""Tries that may have reached her."""
TAKEN: frozenset[AttemptState] = frozenset(
    {"accepted", "buffered", "delivered", "undelivered", "receipt_timeout", "presumed_sent"}
)
"""The provider had it, or probably had, and wants to be paid."""
OCCUPIED: frozenset[AttemptState] = frozenset(
    {"submitting", "unknown", "accepted", "buffered", "delivered", "presumed_sent"}
)
DECIDES: frozenset[AttemptState] = OCCUPIED - {"presumed_sent"}
"""Another try has arrived or is still waited for. One that presumably left keeps its channel from a second copy, but is
no reason to believe that she knows."""
_AFTER_IT: frozenset[Event] = frozenset({"take", "take_with_receipt", "deliver"})
"""Good news of one try waits while another is under way: what becomes of that one moves the notification."""
DELIVERED: frozenset[AttemptState] = frozenset({"delivered"})
WAITED_FOR: frozenset[AttemptState] = frozenset({"accepted", "buffered"})
FOR_GOOD: frozenset[Event] = frozenset({"refuse_for_good", "bounce"})
"""A no that no time mends, which is about the address where it says so, and not about the channel."""


@dataclass(frozen=True)
class Other:
    """Another try of the same notification."""

    channel: NoticeChannel
    state: AttemptState


def is_closed(one: Other) -> bool:
    """Whether nothing more goes by the way of this try, since it was taken or may have been, and be it long ago.

    Of a mail that is in doubt for good another copy may go.
    """
    return one.state in PERHAPS and (one.channel, one.state) != ("email", "abandoned")


@dataclass(frozen=True)
class Standing:
    """How a notification and one of its tries stand. `frozen`: the content is kept and can go again as it was.

    `plan` begins with the channel of the try that is under way, which may be another one. `stage` is that of the
    try. `another`: its address is refused for good, and there is another one on this channel.
    """

    state: State
    attempt_state: AttemptState
    channel: NoticeChannel
    stage: Stage
    plan: tuple[NoticeChannel, ...]
    useful_by: datetime
    cancelled_because: str | None = None
    appointment: bool = False
    frozen: bool = False
    others: Sequence[Other] = ()
    another: bool = False


@dataclass(frozen=True)
class Consequence:
    """The state of the try, and what the notification becomes; None: nothing of it changes."""

    attempt_state: AttemptState
    verdict: Verdict | None


_OF_ATTEMPT: dict[AttemptEvent, Event] = {
    "accept": "take",
    "buffer": "take_with_receipt",
    "deliver": "deliver",
    "bounce": "bounce",
    "end_receipts": "end_receipts",
    "find_absent": "find_absent",
    "settle": "settle",
    "give_up": "give_up",
    "lose": "lose",
}


def of_outcome(at: Standing, outcome: Outcome, now: datetime) -> Consequence:
    """What the answer of a provider makes of both. Raises Forbidden."""
    return _consequence(at, ATTEMPT_EVENTS[outcome.ending], event_of(outcome), outcome.reason, now)


def of_event(
    at: Standing, event: AttemptEvent, because: str, now: datetime, *, receipt_follows: bool = False
) -> Consequence:
    """What a receipt, a look-up, a deadline or somebody who finds out makes of both. Raises Forbidden for the try.

    A notification that has gone on its way meanwhile, by another channel or to an end, stays as it is.
    """
    whole = "take_with_receipt" if event == "accept" and receipt_follows else _OF_ATTEMPT[event]
    return _consequence(at, event, whole, because, now)


def _consequence(at: Standing, event: AttemptEvent, whole: Event, because: str, now: datetime) -> Consequence:
    if at.plan[:1] != (at.channel,):  # the message has gone on by another way, which comes after this one again
        at = replace(at, plan=(at.channel, *(channel for channel in at.plan if channel != at.channel)))
    holds = _guards(at, whole, now)
    others = {one.state for one in at.others}
    attempt_state = next_attempt_state(at.attempt_state, event, holds)
    if whole in _AFTER_IT and "submitting" in others:
        return Consequence(attempt_state, None)
    if whole == "bounce" and others & DECIDES:
        return Consequence(attempt_state, None)
    try:
        state = next_state(at.state, whole, holds)
    except Forbidden:
        return Consequence(attempt_state, None)
    if state == at.state:
        return Consequence(attempt_state, None)
    reason = at.cancelled_because if state == "cancelled" and at.cancelled_because else because
    return Consequence(attempt_state, Verdict(state, reason, _due_at(at, state, now), _plan(at, whole, state, holds)))


def _guards(at: Standing, whole: Event, now: datetime) -> frozenset[Guard]:
    holds: set[Guard] = set()
    left, useful = _left(at), now < at.useful_by
    if at.cancelled_because:
        holds.add("cancel_recorded")
    if at.stage == "envelope":
        holds.add("envelope")
    if any(one.state in PERHAPS for one in at.others):
        holds.add("perhaps_seen")
    if _in(at, DELIVERED):
        holds.add("other_delivered")
    if _in(at, WAITED_FOR):
        holds.add("other_taken")
    if not any(one.channel == at.channel and one.state in OCCUPIED for one in at.others):
        holds.add("alone")
    if useful and left and (whole != "settle" or (at.appointment and left[0] in TOO)):
        holds.add("next_channel")
    if useful and at.another and whole in FOR_GOOD and "alone" in holds:
        holds.add("next_channel")
    if useful and at.frozen and at.channel == "email" and _copies(at) < COPIES_MAX:
        holds.add("may_go_again")
    return frozenset(holds - {"may_go_again"} if at.cancelled_because else holds)


def _left(at: Standing) -> tuple[NoticeChannel, ...]:
    """Where it may go after this one: never where another try was taken or may have been, also long ago."""
    perhaps = _in(at, PERHAPS)
    return tuple(channel for channel in at.plan[1:] if channel not in perhaps)


def _in(at: Standing, states: frozenset[AttemptState]) -> list[NoticeChannel]:
    """The channels of the other tries that are in one of these states."""
    return [one.channel for one in at.others if one.state in states]


def _told_by(at: Standing, whole: Event, state: State) -> NoticeChannel | None:
    """The channel of the other try by which she has it, or that is waited for again; None: it is about this one."""
    if state == "delivered":
        return next(iter(_in(at, DELIVERED)), None)
    if state == "awaiting_receipt" and whole != "take_with_receipt":
        return next(iter(_in(at, WAITED_FOR)), None)
    return None


def _copies(at: Standing) -> int:
    """How many of this channel may have left, with this one."""
    return 1 + sum(one.channel == at.channel and one.state in PERHAPS for one in at.others)


def _plan(at: Standing, whole: Event, state: State, holds: frozenset[Guard]) -> tuple[NoticeChannel, ...]:
    """What is left to try: the rest after a no for good, the same channel again where it may go again."""
    if at.state == "in_flight" and (told_by := _told_by(at, whole, state)) is not None:
        left = at.plan[1:] if whole == "refuse_for_good" else at.plan
        return (told_by, *(channel for channel in left if channel != told_by))
    if state != "ready":
        return at.plan
    if at.another and whole in FOR_GOOD:
        return at.plan
    again = whole == "find_absent" or (whole == "settle" and "may_go_again" in holds)
    return at.plan if again else _left(at)


def _due_at(at: Standing, state: State, now: datetime) -> datetime | None:
    """When it is looked at next; a doubtful one early enough that somebody can still call her."""
    if state == "unresolved":
        patience = timedelta(seconds=SETTLE_SECONDS[at.channel])
        return now + max(timedelta(), min(patience, (at.useful_by - now) / 2))
    if state == "awaiting_receipt":
        return max(now, min(now + timedelta(seconds=RECEIPT_SECONDS_MAX), at.useful_by))
    return None
