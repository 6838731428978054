"""Whether it still makes sense to tell her that an appointment does not take place; pure."""

from collections.abc import Collection
from datetime import datetime, timedelta

from lotse_notify.domain.machine import PERHAPS_SEEN, State
from lotse_notify.domain.verdict import Verdict

LOOK_AGAIN = timedelta(seconds=15)
"""A try is under way no longer than its lease; most end within a second."""


def of_cancellation(others: Collection[State], now: datetime, *, told: bool = False) -> Verdict | None:
    """None: she may know of the appointment, so she is told that it is off.

    `others`: how everything else about it stands. While the only other one is with a provider, its answer is awaited:
    a yes needs the cancellation, a definite no makes it pointless. `told`: a try may have reached her,
    whatever became of its message since, or somebody was asked to call her about it.
    Source: section 4.4 of the specification of notify.
    """
    if told or any(state in PERHAPS_SEEN and state != "in_flight" for state in others):
        return None
    if "in_flight" in others:
        return Verdict("held", "under_way", now + LOOK_AGAIN)
    return Verdict("cancelled", "never_heard")
