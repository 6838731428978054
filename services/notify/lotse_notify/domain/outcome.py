"""How one submission to a provider can end, and what becomes of the notification then."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from lotse_notify.domain.verdict import Verdict

Ending = Literal["accepted", "refused", "deferred", "unknown", "withdrawn"]
"""`refused` and `deferred` are definite: the provider does not have it. `unknown`: nobody can say."""
Stage = Literal["envelope", "data"]
"""How far a submission has come, committed before it goes on: nothing can have been taken before `data`."""
SubmissionState = Literal["submitting", "accepted", "refused", "unknown"]

PAUSE_SECONDS_MAX = 3_600.0
PAUSE_FACTOR = 4.0

COST_E4: dict[str, int] = {"smtp": 0}
"""1/10,000 EUR a message; the association's own mail server charges nothing a message."""


@dataclass(frozen=True)
class Outcome:
    """What a provider's line reports. `no_way` says that the address itself was refused for good."""

    ending: Ending
    reason: str
    no_way: bool = False


def state_of(outcome: Outcome) -> SubmissionState:
    """What stays written about the submission."""
    if outcome.ending == "accepted":
        return "accepted"
    return "unknown" if outcome.ending == "unknown" else "refused"


def verdict_of(outcome: Outcome) -> Verdict:
    """What the notification becomes."""
    match outcome.ending:
        case "accepted":
            return Verdict("sent", outcome.reason)
        case "refused":
            return Verdict("failed", outcome.reason)
        case "unknown":
            return Verdict("unresolved", outcome.reason)
        case _:
            return Verdict("queued", outcome.reason)


def after_lease(stage: Stage) -> Outcome:
    """The worker is gone: before `data` surely nothing was taken, after it nobody knows."""
    return Outcome("deferred", "worker_lost") if stage == "envelope" else Outcome("unknown", "worker_lost")


def next_try(now: datetime, *, tries: int, base_seconds: float, luck: float) -> datetime:
    """When to try again after a definite no: full jitter over a growing pause; `luck` is from 0 to 1."""
    pause = min(PAUSE_SECONDS_MAX, base_seconds * PAUSE_FACTOR ** min(tries, 10))
    return now + timedelta(seconds=max(base_seconds / 2, pause * luck))
