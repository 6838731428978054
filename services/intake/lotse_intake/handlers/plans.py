"""What goals and tasks have in common: an open case that somebody may see, a reason where one is dropped, one end."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Table
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.envelope import Message
from lotse_contracts.intake import GoalEnded, TaskEnded
from lotse_intake.domain.sight import Carried, Viewer
from lotse_intake.handlers.viewing import case_to_see, require_open
from lotse_intake.store import plans
from lotse_intake.store.tables.casework import goal, task

DROPPED = "dropped"
TASK_TIMER = "task"
"""The kind of the timers that remind of tasks; their key is the task."""


@dataclass(frozen=True)
class Dropped:
    """What ended with its case."""

    goals: int
    tasks: int
    facts: tuple[Message, ...]


async def open_case_of(
    tx: AsyncConnection, context: Context, case_id: UUID, person_id: UUID
) -> tuple[Row[Any], Viewer, Carried]:
    """The open case that something is added to, locked. Raises Refused if it is another person's."""
    row, viewer, carried = await case_to_see(tx, context, case_id)
    if row.person_id != person_id:
        raise Refused("unknown_case", fields=("case_id",))
    require_open(row)
    return row, viewer, carried


async def changing(tx: AsyncConnection, context: Context, table: Table, item_id: UUID) -> tuple[Row[Any], Carried]:
    """A goal or task, its case locked first as everywhere. Raises Refused if it is unknown, or its case not hers."""
    found = await plans.get(tx, table, item_id)
    if found is None:
        raise Refused(f"unknown_{table.name}", fields=(f"{table.name}_id",))
    _, _, carried = await case_to_see(tx, context, found.case_id)
    row = await plans.get(tx, table, item_id, lock=True)
    if row is None:
        raise Refused(f"unknown_{table.name}", fields=(f"{table.name}_id",))
    return row, carried


def require_reason(result: str, reason: str | None) -> None:
    """Raises Refused unless what is dropped says why, and only that does."""
    if (result == DROPPED) != (reason is not None):
        raise Refused("reason_for_dropping", fields=("reason",))


async def known_before(tx: AsyncConnection, table: Table, item_id: UUID, case_id: UUID) -> Sequence[Message]:
    """The same id is the same goal or task. Raises Refused if it is another case's."""
    found = await plans.get(tx, table, item_id)
    if found is None or found.case_id != case_id:
        raise Refused("id_taken", fields=(f"{table.name}_id",))
    return []


def ended_before(row: Row[Any], result: str, reason: str | None, field: str) -> Sequence[Message]:
    """Ended the same way already changes nothing. Raises Refused if it ended otherwise."""
    if (row.result, row.reason) != (result, reason):
        raise Refused("already_ended", fields=(field,))
    return []


async def drop_all(tx: AsyncConnection, context: Context, case_id: UUID) -> Dropped:
    """What is open of a case ends with it, and nobody is reminded."""
    await plans.forget_timers(tx, TASK_TIMER, case_id)
    goals = await plans.drop_all(tx, goal, case_id, context.now)
    tasks = await plans.drop_all(tx, task, case_id, context.now)
    facts = (*(goal_ended(row) for row in goals), *(task_ended(row) for row in tasks))
    return Dropped(len(goals), len(tasks), facts)


def goal_ended(row: Row[Any]) -> GoalEnded:
    """The fact of a goal that has ended."""
    return GoalEnded(
        goal_id=row.goal_id,
        case_id=row.case_id,
        person_id=row.person_id,
        version=row.version,
        result=row.result,
        reason=row.reason,
    )


def task_ended(row: Row[Any]) -> TaskEnded:
    """The fact of a task that has ended."""
    return TaskEnded(
        task_id=row.task_id,
        case_id=row.case_id,
        person_id=row.person_id,
        version=row.version,
        assignee=row.assignee,
        due=row.due.isoformat(),
        result=row.result,
        reason=row.reason,
    )
