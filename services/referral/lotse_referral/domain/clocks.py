"""What an open referral waits for, until when, and what happens then: pure, so that a restart changes nothing.

Each timer follows from the state, when it was entered, the urgency and the way: a lost one could be set again.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Literal

from lotse_chassis.calendar import OFFICE_HOURS, OpeningHours, add_working_hours
from lotse_contracts.values import ReferralClock, Urgency
from lotse_referral.domain.machine import PERSON_GOES, Action, State
from lotse_referral.domain.referral import Referral

TimerKind = Literal["remind", "consent", "acknowledge", "decide", "expire", "waitlist_review", "service_ping"]
KINDS: tuple[TimerKind, ...] = (
    "remind",
    "consent",
    "acknowledge",
    "decide",
    "expire",
    "waitlist_review",
    "service_ping",
)
"""Kinds of the timers of a referral; the key is its id."""
REMATCH = "rematch"
"""Kind of the timer that matches its concern afresh."""

WHOLE_DAYS = OpeningHours((*((time(0), time.max),) * 5, None, None))
"""Around the clock on the working days of Saxony; only an emergency counts opening hours."""
ACKNOWLEDGE_HOURS: dict[Urgency, int] = {"emergency": 4, "urgent": 24, "normal": 72}
"""Until the other side has it: in an emergency 4 opening hours, a working day, three of them. Source: specification."""
DECIDE_HOURS: dict[Urgency, int] = {"emergency": 24, "urgent": 72, "normal": 240}
"""Until it decides: 24 hours, 72 hours, two weeks. Source: inter-agency referral form, as of 2026-11-22."""
WAITLIST_REVIEW = timedelta(days=14)
SERVICE_PING = timedelta(days=30)
UNCONFIRMED_AFTER = timedelta(days=44)
"""Since she has her card: the last check-back is on day 30, and its message stays useful for two weeks."""
LATE = timedelta(hours=1)
"""A timer that is later than this finds us back from being away: what came meanwhile is heard first."""
GRACE = timedelta(days=1)
CACHED_MAX = 4_096  # moments; each save asks for the same few

WAITS_FOR: dict[State, ReferralClock] = {
    "draft": "consent",
    "consent_pending": "consent",
    "sent": "acknowledge",
    "delivered": "decide",
    "info_requested": "decide",
    "accepted": "service_ping",
    "waitlisted": "waitlist_review",
    "scheduled": "service_ping",
    "in_service": "service_ping",
}
_AGAIN: dict[ReferralClock, timedelta] = {"waitlist_review": WAITLIST_REVIEW, "service_ping": SERVICE_PING}


@dataclass(frozen=True)
class Due:
    """One timer, and when it is due."""

    kind: TimerKind
    at: datetime


@dataclass(frozen=True)
class Strike:
    """What a due timer does: what the desk hears, how the referral ends, and when it is due again."""

    reminds: bool = False
    escalates: bool = False
    action: Action | None = None
    again: Due | None = None


NOTHING = Strike()


def clock_of(held: Referral) -> ReferralClock | None:
    """What it waits for; None once it has ended, and for somebody on her own way, who is asked herself."""
    if held.state == "delivered" and held.mode in PERSON_GOES:
        return None
    return WAITS_FOR.get(held.state)


def due_at(held: Referral) -> datetime | None:
    """Until when somebody should have acted; later it is overdue."""
    clock = clock_of(held)
    if clock is None:
        return None
    pause = _AGAIN.get(clock)
    return held.since + pause if pause is not None else _after(held, 1)


def timers_of(held: Referral) -> tuple[Due, ...]:
    """All timers of a referral in the state that it has entered: at least one as long as it is open."""
    if not held.open:
        return ()
    clock = clock_of(held)
    if clock is None:
        return (Due("expire", held.since + UNCONFIRMED_AFTER),)
    if clock in ("waitlist_review", "service_ping"):
        return (Due(clock, held.since + _AGAIN[clock]),)
    whole = _after(held, 1)
    end = Due("expire", _after(held, 2)) if held.direction == "out" else Due("service_ping", whole + SERVICE_PING)
    return (Due("remind", _after(held, 0.5)), Due(clock, whole), end)


def strike(held: Referral, due: Due, now: datetime, *, postponed: bool = False) -> Strike:
    """What happens when this timer is due now. `postponed`: it was late before, and the grace is over."""
    if not held.open:
        return NOTHING
    if due.kind == "remind":
        whole = due_at(held)
        return NOTHING if whole is not None and now >= whole else Strike(reminds=True)
    if due.kind in ("waitlist_review", "service_ping"):
        return Strike(reminds=True, again=Due(due.kind, now + _AGAIN[due.kind]))
    if due.kind == "expire":
        return _ended(held, due, now, postponed=postponed)
    return Strike(reminds=True, escalates=True)


def _ended(held: Referral, due: Due, now: datetime, *, postponed: bool) -> Strike:
    if now - due.at > LATE and not postponed:
        return Strike(again=Due("expire", now + GRACE))
    person_goes = held.state == "delivered" and held.mode in PERSON_GOES
    return Strike(action="give_up" if person_goes else "expire")


def _after(held: Referral, share: float) -> datetime:
    """When that share of its time has passed. Who goes along with somebody has the time of a decision."""
    acknowledging = held.state == "sent" and held.mode not in PERSON_GOES
    hours = (ACKNOWLEDGE_HOURS if acknowledging else DECIDE_HOURS)[held.urgency]
    return _working_hours(held.since, hours * share, acknowledging and held.urgency == "emergency")


@lru_cache(maxsize=CACHED_MAX)
def _working_hours(at: datetime, hours: float, opening_hours: bool) -> datetime:
    return add_working_hours(at, hours, OFFICE_HOURS if opening_hours else WHOLE_DAYS)
