"""What a concern waits for, until when, and what happens on the way: pure, so that a restart changes nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from lotse_chassis.calendar import OFFICE_HOURS, add_working_hours
from lotse_contracts.values import ConcernClock, Urgency
from lotse_intake.domain.due import WHOLE_DAYS
from lotse_intake.domain.triage import DUE_HOURS

Step = Literal["half", "due", "first_reminder", "second_reminder", "unreachable", "look_again"]

ASSIGNED_HOURS: dict[Urgency, int] = {"emergency": 1, "urgent": 24, "normal": 24}
"""Hours until somebody carries it: one working day, and then a coordinator hears of it."""
FIRST_REMINDER = timedelta(days=3)
SECOND_REMINDER = timedelta(days=7)
UNREACHABLE = timedelta(days=21)  # after our question, if she says nothing at all
LOOK_AGAIN = timedelta(days=30)  # as a service is asked how it goes with whoever was referred to it
HELD_WAITS = timedelta(days=1)  # what no clock may close: a coordinator hears of it each day


Said = Literal["reminded", "overdue", "escalated"]


@dataclass(frozen=True)
class Ticking:
    """A clock that runs: until when, and its next step."""

    clock: ConcernClock
    started_at: datetime
    due_at: datetime
    step: Step
    step_at: datetime


def started(clock: ConcernClock, urgency: Urgency, now: datetime, *, due_at: datetime | None = None) -> Ticking:
    """The clock from its beginning; `due_at` where a deadline makes it earlier than usual."""
    if clock == "client":
        return Ticking(clock, now, now + UNREACHABLE, "first_reminder", now + FIRST_REMINDER)
    if clock == "look_again":
        return Ticking(clock, now, now + LOOK_AGAIN, "look_again", now + LOOK_AGAIN)
    hours = _hours(clock, urgency)
    usual = _after(now, hours, urgency)
    if due_at is not None and due_at < usual:
        return Ticking(clock, now, due_at, "half", now + max(due_at - now, timedelta(0)) / 2)
    return Ticking(clock, now, usual, "half", _after(now, hours / 2, urgency))


def hurried(
    clock: ConcernClock, urgency: Urgency, now: datetime, *, running_to: datetime, due_at: datetime | None = None
) -> Ticking | None:
    """The clock of something that is more urgent than it was; None where it would run no shorter.

    What waited for the person or for nobody waits for a look now.
    """
    hastens = clock in ("look", "assignment", "first_answer")
    fresh = started(clock if hastens else "look", urgency, now, due_at=due_at)
    return None if hastens and fresh.due_at >= running_to else fresh


def overtaken(ticking: Ticking, now: datetime) -> Ticking:
    """The step that is due now: whoever was not there for half of the time is not told of it after the whole."""
    if ticking.step == "half" and now >= ticking.due_at:
        return _at(ticking, "due", ticking.due_at)
    return ticking


def following(ticking: Ticking, urgency: Urgency, now: datetime, *, held: bool) -> Ticking | None:
    """After a step was taken: the clock with its next one; None when it has run out.

    The person's reminders keep their distance however late the one before was, so that nobody is given up who was not
    reminded in time. `held`: an emergency, or a record that is read-only, is never closed by a clock.
    """
    started_at = ticking.started_at
    match ticking.step:
        case "half":
            return _at(ticking, "due", ticking.due_at)
        case "first_reminder":
            second = max(started_at + SECOND_REMINDER, now + (SECOND_REMINDER - FIRST_REMINDER))
            return _at(ticking, "second_reminder", second)
        case "second_reminder":
            end = max(started_at + UNREACHABLE, now + (UNREACHABLE - SECOND_REMINDER))
            return Ticking(ticking.clock, started_at, end, "unreachable", end)
        case "unreachable" if held:
            return _at(ticking, "unreachable", now + HELD_WAITS)
        case "look_again":
            return started("look_again", urgency, now)
    return None


@dataclass(frozen=True)
class Strike:
    """What a step does: what the desk hears, whether the person is told, whether she is given up, and what follows."""

    ticking: Ticking
    says: tuple[Said, ...] = ()
    tells: bool = False
    gives_up: bool = False
    after: Ticking | None = None


def strike(ticking: Ticking, urgency: Urgency, now: datetime, *, restricted: bool) -> Strike:
    """The step that is due now. An emergency, or a record that is read-only, is never closed by a clock."""
    due = overtaken(ticking, now)
    held = restricted or urgency == "emergency"
    after = following(due, urgency, now, held=held)
    match due.step:
        case "due":
            return Strike(due, ("overdue", "escalated"), after=after)
        case "first_reminder" | "second_reminder":
            return Strike(due, tells=True, after=after)
        case "unreachable" if held:
            return Strike(due, ("escalated",), after=after)
        case "unreachable":
            return Strike(due, gives_up=True)
    return Strike(due, ("reminded",), after=after)


def _at(ticking: Ticking, step: Step, at: datetime) -> Ticking:
    return Ticking(ticking.clock, ticking.started_at, ticking.due_at, step, at)


def _hours(clock: ConcernClock, urgency: Urgency) -> float:
    return (ASSIGNED_HOURS if clock == "assignment" else DUE_HOURS)[urgency]


def _after(now: datetime, hours: float, urgency: Urgency) -> datetime:
    """Around the clock on working days; only an emergency counts opening hours."""
    return add_working_hours(now, hours, OFFICE_HOURS if urgency == "emergency" else WHOLE_DAYS)
