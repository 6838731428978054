"""How much may go in a day: to one person, of one text, and in segments that cost money for the whole association."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from lotse_chassis.calendar import ZONE
from lotse_contracts.notify import CapName
from lotse_notify.domain.waits import Wait

KEPT_FOR_URGENT = 0.2
"""The share of a cap that is left to urgent messages: a storm of receipts must not silence an appointment's change."""
FIRST_HOUR = time(8)
"""Where a day's cap ends: the next morning, when the night's rest is over."""


@dataclass(frozen=True)
class Caps:
    """The most of a day in Dresden. Phone networks block 20 identical texts, or 100 of any, to a number in an hour.

    Source of those figures: GOV.UK Notify's documentation, as of 2026-11-22; ours are far below.
    """

    to_person: int = 20
    identical: int = 8
    segments: int = 3_000


@dataclass(frozen=True)
class Sent:
    """What has gone since midnight, or may have: to her, to her with the same words, and segments to anybody."""

    to_person: int = 0
    identical: int = 0
    segments: int = 0


def reached(caps: Caps, sent: Sent, *, segments: int = 0, urgent: bool = False) -> CapName | None:
    """Which cap this one would pass; None: it may go. `segments`: how many it takes, 0 where nothing is counted.

    A cap of 0 stops everything.
    """
    share = 1.0 if urgent else 1.0 - KEPT_FOR_URGENT
    if segments > 0 and sent.segments + segments > caps.segments * share:
        return "segments"
    if sent.to_person >= _of(caps.to_person, share) or sent.identical >= caps.identical:
        return "person"
    return None


def capped(caps: Caps, sent: Sent, now: datetime, *, segments: int = 0, urgent: bool = False) -> Wait | None:
    """Until when this one waits for a cap; None: it may go."""
    full = reached(caps, sent, segments=segments, urgent=urgent)
    return Wait("cap", tomorrow(now)) if full else None


def limit_of(caps: Caps, cap: CapName) -> int:
    """The number that was reached."""
    return caps.segments if cap == "segments" else caps.to_person


def midnight(now: datetime) -> datetime:
    """When today began in Dresden, in UTC."""
    return datetime.combine(now.astimezone(ZONE).date(), time.min, ZONE).astimezone(UTC)


def tomorrow(now: datetime) -> datetime:
    """When a day's caps are over and anything may go again, in UTC."""
    day = now.astimezone(ZONE).date() + timedelta(days=1)
    return datetime.combine(day, FIRST_HOUR, ZONE).astimezone(UTC)


def _of(cap: int, share: float) -> int:
    """A cap's share, at least one: a cap of one must let somebody through."""
    return max(min(cap, 1), int(cap * share))
