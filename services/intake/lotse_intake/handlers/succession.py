"""Somebody works here no more: her cases and tasks go to whoever carries on, or wait where everybody sees them."""

from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_contracts.envelope import Message
from lotse_contracts.intake import CaseAssigned, TaskSet
from lotse_intake.handlers.viewing import log
from lotse_intake.store import cases, plans
from lotse_intake.store.tables.casework import task


async def handed_on(tx: AsyncConnection, context: Context, actor: str, successor: str | None) -> list[Message]:
    """Her open cases go to the successor, or to nobody where there is none or a conflict is marked for her; her open
    tasks to the successor, else to the case's owner, else to whoever gives the order. Notes for herself stay hers."""
    said: list[Message] = []
    for row in await cases.owned_by(tx, actor):
        marked = {mark.actor for mark in await cases.conflicts_of(tx, row.case_id)}
        said.append(await _case(tx, context, row, None if successor in marked else successor))
    return [*said, *[await _task(tx, context, row, successor) for row in await plans.open_of(tx, actor)]]


async def _case(tx: AsyncConnection, context: Context, row: Row[Any], owner: str | None) -> CaseAssigned:
    moved = await cases.change(tx, row.case_id, owner=owner, **cases.NOTHING_PROPOSED)
    by = context.actor or context.sender
    await cases.tell(tx, row.case_id, at=context.now, by=by, event="assigned", actor=owner)
    await log(tx, context, "case", row.case_id, "succession")
    return CaseAssigned(case_id=row.case_id, person_id=row.person_id, version=moved.version, owner=owner, team=row.team)


async def _task(tx: AsyncConnection, context: Context, row: Row[Any], successor: str | None) -> TaskSet:
    case = await cases.get(tx, row.case_id)
    marked = {mark.actor for mark in await cases.conflicts_of(tx, row.case_id)}
    wanted = (successor, case.owner if case is not None else None, context.actor, context.sender)
    assignee = next(one for one in wanted if one is not None and one not in marked)
    moved = await plans.change(tx, task, row.task_id, assignee=assignee)
    await log(tx, context, "task", row.task_id, "succession")
    return TaskSet(
        task_id=row.task_id,
        case_id=row.case_id,
        person_id=row.person_id,
        version=moved.version,
        assignee=assignee,
        due=row.due.isoformat(),
    )
