"""When somebody must call, since nobody can say that she was told about her appointment; pure, in opening hours."""

from datetime import datetime, timedelta

from lotse_chassis.calendar import add_working_hours
from lotse_notify.domain.machine import State

OPEN_HOURS_LEFT = 2.0
"""Opening hours that the desk needs to reach somebody: two tries with an hour between them."""
GRACE = timedelta(minutes=15)
"""A message that was asked for so late has this long to leave by itself."""
STEP = timedelta(minutes=15)
TOO_SHORT = timedelta(minutes=10)
"""Nobody is asked to call about what begins sooner: whoever has to go is on the way."""
DAYS_BACK = 14
"""No row of days off is longer; further back nobody would know yet whether the message left."""

TOLD: frozenset[State] = frozenset({"delivered", "handed_over", "awaiting_receipt"})
"""She was told, as far as anybody can know: a provider said yes."""
NOT_LEFT: frozenset[State] = frozenset({"scheduled", "held", "ready", "in_flight", "failed", "expired"})
"""It waited when it was looked at, or had ended before somebody let it go again: once a provider has said yes, nobody
need call any more."""
IN_DOUBT: frozenset[State] = frozenset({"presumed_sent", "failed", "expired"})
"""Ends after which nobody can say that she was told. What her contact forbade (`suppressed`) is no doubt."""
TRIED: frozenset[State] = frozenset({"unresolved", "presumed_sent", "failed"})
"""A provider was asked, and nobody can say that it arrived."""


def last_chance(until: datetime) -> datetime:
    """The last quarter of an hour in which the desk still has its opening hours before `until`, in UTC."""
    low, high = 0, int(timedelta(days=DAYS_BACK) / STEP)
    while low < high:  # the later the moment, the later the hours end: a search by halves
        middle = (low + high) // 2
        if add_working_hours(until - STEP * middle, OPEN_HOURS_LEFT) <= until:
            high = middle
        else:
            low = middle + 1
    return until - STEP * low


def look_at(now: datetime, until: datetime) -> datetime | None:
    """When to look whether she was told; None if then nobody could call any more."""
    moment = max(last_chance(until), now + GRACE)
    return moment if moment < until else None
