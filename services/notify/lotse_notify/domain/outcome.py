"""How one try at a provider can end, what that makes of the notification, and when to try again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from lotse_contracts.values import NoticeChannel
from lotse_notify.domain.machine import AttemptEvent, Event

Ending = Literal["not_sent", "throttled", "rejected", "deferred", "accepted", "unknown", "withdrawn"]
"""The first four are definite: the provider does not have it. `rejected` is for good, the others may pass.
`unknown`: nobody can say. `withdrawn`: it was not to begin any more, and nothing has left."""
Stage = Literal["envelope", "data"]
"""How far a try has come, committed before it goes on: nothing can have been taken before `data`."""

PAUSE_SECONDS_MAX = 3_600.0
PAUSE_FACTOR = 4.0
RETRY_AFTER_SECONDS_MAX = 86_400.0  # a provider that asks for more is asked again after a day all the same

SETTLE_SECONDS: Mapping[NoticeChannel, float] = {"email": 900.0, "sms": 1_800.0, "telegram": 1_800.0}
"""How long a doubtful try waits for a receipt, a look-up or somebody who finds out, before the policy settles it."""
RECEIPT_SECONDS_MAX = 72 * 3_600.0
"""How long a receipt is waited for. Source: GOV.UK Notify, `timeout-sending-notifications`, 2026-08-20."""


@dataclass(frozen=True)
class Outcome:
    """What a provider's adapter reports of one try.

    `no_way`: the address itself was refused for good. `provider_id`: the provider's own name for it.
    `receipt_follows`: it will say later what became of it. `cost_e4`: 1/10,000 EUR; None: as was expected.
    """

    ending: Ending
    reason: str
    no_way: bool = False
    provider_id: str = ""
    retry_after_seconds: float | None = None
    cost_e4: int | None = None
    receipt_follows: bool = False


ATTEMPT_EVENTS: Mapping[Ending, AttemptEvent] = {
    "not_sent": "fail_early",
    "throttled": "throttle",
    "rejected": "reject",
    "deferred": "defer",
    "accepted": "accept",
    "unknown": "lose",
    "withdrawn": "withdraw",
}
"""What happens to the try."""


def event_of(outcome: Outcome) -> Event:
    """What happens to the notification."""
    match outcome.ending:
        case "accepted":
            return "take_with_receipt" if outcome.receipt_follows else "take"
        case "rejected":
            return "refuse_for_good"
        case "unknown":
            return "lose"
        case "withdrawn":
            return "withdraw"
        case _:
            return "refuse_for_now"


def after_lease(stage: Stage) -> Outcome:
    """The worker is gone: before `data` surely nothing was taken, after it nobody knows."""
    return Outcome("not_sent" if stage == "envelope" else "unknown", "worker_lost")


def next_try(
    now: datetime, *, tries: int, base_seconds: float, luck: float, retry_after_seconds: float | None = None
) -> datetime:
    """When to try again after a definite no: full jitter over a growing pause; `luck` is from 0 to 1.

    A provider that says when it wants to hear of us again is not asked before.
    """
    pause = min(PAUSE_SECONDS_MAX, base_seconds * PAUSE_FACTOR ** min(tries, 10))
    wished = min(retry_after_seconds or 0.0, RETRY_AFTER_SECONDS_MAX)
    return now + timedelta(seconds=max(base_seconds / 2, pause * luck, wished))
