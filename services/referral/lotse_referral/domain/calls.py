"""A call to her, since a message about her appointment may not have reached her."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from lotse_contracts.values import TaskResult, TaskState

LIVE: frozenset[TaskState] = frozenset({"open", "assigned"})


@dataclass(frozen=True)
class Call:
    """One for each message in doubt; `until`: later it is of no use. `tries` counts the calls that nobody answered.

    `opened_at`, and `changed_at` of one that is stopped by a fact, are when that was said, so that the order in which
    facts arrive does not matter.
    """

    call_id: UUID
    person_id: UUID
    referral_id: UUID
    appointment_id: UUID
    reason: str
    until: datetime
    opened_at: datetime
    changed_at: datetime
    state: TaskState = "open"
    assignee: str | None = None
    tries: int = 0


class CallOver(Exception):
    """It is settled, not needed any more, or too late."""


def assigned(call: Call, assignee: str, now: datetime) -> Call:
    """The same with somebody who calls; after a failure somebody else may try. Raises CallOver."""
    if call.state not in (*LIVE, "failed") or now >= call.until:
        raise CallOver
    return replace(call, state="assigned", assignee=assignee, changed_at=now)


def settled(call: Call, result: TaskResult, now: datetime) -> Call:
    """What became of it; where nobody answered it stays with whoever has it. Raises CallOver."""
    if call.state not in LIVE:
        raise CallOver
    if result == "no_answer":
        return replace(call, tries=call.tries + 1, changed_at=now)
    return replace(call, state="done" if result == "done" else "failed", changed_at=now)


def stopped(call: Call, now: datetime) -> Call:
    """Not needed any more, or too late; what is settled stays as it is."""
    return replace(call, state="stopped", changed_at=now) if call.state in LIVE else call


def outdone(call: Call, said_at: datetime) -> bool:
    """Whether it was stopped before this was said: she has to be called all the same. What staff has settled stays."""
    return call.state == "stopped" and call.changed_at < said_at
