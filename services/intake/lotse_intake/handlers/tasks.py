"""Tasks of a case: given, moved, ended with a reason, and reminded of by timers that survive."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import timers
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_chassis.timers import Timer
from lotse_contracts.envelope import Message
from lotse_contracts.intake import AddTask, EndTask, LineContent, MoveTask, TaskDue, TaskSet
from lotse_contracts.intake.plans import TaskMark
from lotse_intake.domain.sight import Carried
from lotse_intake.domain.tasks import mark_now, next_mark
from lotse_intake.handlers.plans import (
    TASK_TIMER,
    changing,
    ended_before,
    known_before,
    open_case_of,
    require_reason,
    task_ended,
)
from lotse_intake.handlers.viewing import log, require_colleague
from lotse_intake.providers.content import opened, task_of
from lotse_intake.providers.office import Office
from lotse_intake.store import plans
from lotse_intake.store.tables.casework import goal, task

TASKS_OPEN_MAX = 50  # of one case


async def add_task(office: Office, order: AddTask, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """A task that is known changes nothing. Somebody for whom a conflict is marked is given none."""
    row, viewer, carried = await open_case_of(tx, context, order.case_id, order.person_id)
    if await plans.get(tx, task, order.task_id) is not None:
        return await known_before(tx, task, order.task_id, order.case_id)
    assignee = order.assignee or viewer.actor
    await _require_assignee(tx, context, assignee, carried)
    await _require_room_and_goal(tx, order)
    key, due = str(order.person_id), date.fromisoformat(order.due)
    content = opened(office, order.content, LineContent, type_name=AddTask.type_name(), key=key)
    values = {
        "task_id": order.task_id,
        "case_id": order.case_id,
        "person_id": row.person_id,
        "goal_id": order.goal_id,
        "content": office.keys.encrypt(row.person_id, task_of(order.task_id), content.text.encode()),
        "assignee": assignee,
        "due": due,
        "added_at": context.now,
        "added_by": viewer.actor,
    }
    if not await plans.add(tx, task, values):
        return await known_before(tx, task, order.task_id, order.case_id)
    await _remind(tx, context, order.task_id, due)
    await log(tx, context, "task", order.task_id, "planning")
    named = {"task_id": order.task_id, "case_id": order.case_id, "person_id": row.person_id}
    return [TaskSet(**named, version=1, assignee=assignee, due=order.due)]


async def move_task(order: MoveTask, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Somebody else does it, or until another day; its reminders follow."""
    row, carried = await changing(tx, context, task, order.task_id)
    if row.result is not None:
        raise Refused("already_ended", fields=("task_id",))
    due = date.fromisoformat(order.due) if order.due else row.due
    assignee = order.assignee or row.assignee
    if (assignee, due) == (row.assignee, row.due):
        return []
    await _require_assignee(tx, context, assignee, carried)
    moved = await plans.change(tx, task, order.task_id, assignee=assignee, due=due)
    await _remind(tx, context, order.task_id, due)
    await log(tx, context, "task", order.task_id, "planning")
    return [TaskSet(**_said(moved))]


async def end_task(order: EndTask, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Done, or dropped and why; nobody is reminded of it any more. Ended the same way already changes nothing."""
    require_reason(order.result, order.reason)
    row, _ = await changing(tx, context, task, order.task_id)
    if row.result is not None:
        return ended_before(row, order.result, order.reason, "task_id")
    values = {"result": order.result, "reason": order.reason, "ended_at": context.now}
    ended = await plans.change(tx, task, order.task_id, **values)
    await timers.cancel_timer(tx, kind=TASK_TIMER, key=str(order.task_id))
    await log(tx, context, "task", order.task_id, "planning")
    return [task_ended(ended)]


async def task_due(timer: Timer, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """A reminder is due: the desk is told, and the next one is set. What has ended meanwhile is not reminded of."""
    row = await plans.get(tx, task, UUID(timer.key), lock=True)
    if row is None or row.frozen or row.result is not None:
        return []
    mark = mark_now(row.due, context.now, timer.payload["mark"])
    await _remind(tx, context, row.task_id, row.due, after=mark)
    reminded = await plans.change(tx, task, row.task_id)
    return [TaskDue(**_said(reminded), mark=mark)]


async def _remind(
    tx: AsyncConnection, context: Context, task_id: UUID, due: date, *, after: TaskMark | None = None
) -> None:
    coming = next_mark(due, context.now, after)
    if coming is not None:
        mark, at = coming
        await timers.set_timer(tx, kind=TASK_TIMER, key=str(task_id), due_at=at, payload={"mark": mark})


async def _require_assignee(tx: AsyncConnection, context: Context, assignee: str, carried: Carried) -> None:
    await require_colleague(tx, context, assignee, "assignee")
    if assignee in carried.conflicted and assignee != carried.owner:
        raise Refused("conflict_of_interest", fields=("assignee",))


async def _require_room_and_goal(tx: AsyncConnection, order: AddTask) -> None:
    if await plans.count_open(tx, task, order.case_id) >= TASKS_OPEN_MAX:
        raise Refused("case_full", fields=("task_id",), rule=f"at most {TASKS_OPEN_MAX} open tasks of one case")
    if order.goal_id is not None:
        found = await plans.get(tx, goal, order.goal_id)
        if found is None or found.case_id != order.case_id:
            raise Refused("unknown_goal", fields=("goal_id",))


def _said(row: Row[Any]) -> dict[str, Any]:
    return {
        "task_id": row.task_id,
        "case_id": row.case_id,
        "person_id": row.person_id,
        "version": row.version,
        "assignee": row.assignee,
        "due": row.due.isoformat(),
    }
