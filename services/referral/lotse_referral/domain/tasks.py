"""A task for somebody of ours: to go along, or to make a call."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from lotse_contracts.values import DeliveryMode, TaskKind, TaskResult, TaskState

KIND_OF: dict[DeliveryMode, TaskKind] = {"accompanied": "accompany", "call": "call"}
LIVE: frozenset[TaskState] = frozenset({"open", "assigned"})


@dataclass(frozen=True)
class Task:
    """One for each referral that needs one; `tries` counts the calls that nobody answered."""

    referral_id: UUID
    person_id: UUID
    kind: TaskKind
    opened_at: datetime
    changed_at: datetime
    state: TaskState = "open"
    assignee: str | None = None
    tries: int = 0


class TaskOver(Exception):
    """It is settled, or its referral has ended."""


def assigned(task: Task, assignee: str, now: datetime) -> Task:
    """The same with somebody who does it; after a failure somebody else may try. Raises TaskOver."""
    if task.state not in (*LIVE, "failed"):
        raise TaskOver
    return replace(task, state="assigned", assignee=assignee, changed_at=now)


def settled(task: Task, result: TaskResult, now: datetime) -> Task:
    """What became of it; where nobody answered it stays with whoever has it. Raises TaskOver."""
    if task.state not in LIVE:
        raise TaskOver
    if result == "no_answer":
        return replace(task, tries=task.tries + 1, changed_at=now)
    return replace(task, state="done" if result == "done" else "failed", changed_at=now)


def stopped(task: Task, now: datetime) -> Task:
    """The referral has ended before; what is settled stays as it is."""
    return replace(task, state="stopped", changed_at=now) if task.state in LIVE else task
