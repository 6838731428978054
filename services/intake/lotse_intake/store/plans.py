"""Goals and tasks of a case; what they are about is ciphertext, when and by whom is in the clear."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Row, Table, Text, cast, delete, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.timers import timer
from lotse_intake.domain.cursors import Place
from lotse_intake.store.tables import person
from lotse_intake.store.tables.casework import task

CASE_CLOSED = "case_closed"


async def get(tx: AsyncConnection, table: Table, item_id: UUID, *, lock: bool = False) -> Row[Any] | None:
    """One goal or task, with whether its person may be worked with."""
    query = select(table, person.c.frozen, person.c.restricted).join(person, person.c.person_id == table.c.person_id)
    query = query.where(_key(table) == item_id)
    return (await tx.execute(query.with_for_update(of=table) if lock else query)).one_or_none()


async def add(tx: AsyncConnection, table: Table, row: dict[str, Any]) -> bool:
    """A new goal or task; False if this id is known."""
    new = insert(table).values(version=1, **row).on_conflict_do_nothing().returning(_key(table))
    return (await tx.execute(new)).first() is not None


async def change(tx: AsyncConnection, table: Table, item_id: UUID, **values: Any) -> Row[Any]:
    """The goal or task as it is now; its version rises."""
    step = update(table).where(_key(table) == item_id).values(version=table.c.version + 1, **values)
    row: Row[Any] = (await tx.execute(step.returning(table))).one()
    return row


async def count_open(tx: AsyncConnection, table: Table, case_id: UUID) -> int:
    """How many goals or tasks of a case have not ended."""
    query = select(func.count()).select_from(table).where(table.c.case_id == case_id, table.c.result.is_(None))
    return int((await tx.execute(query)).scalar_one())


async def open_of_case(tx: AsyncConnection, table: Table, case_id: UUID) -> Sequence[Row[Any]]:
    """The goals or tasks of a case that have not ended; how many there may be is limited where they are added."""
    query = select(table).where(table.c.case_id == case_id, table.c.result.is_(None))
    return (await tx.execute(query.order_by(_key(table)))).all()


async def ended_of_case(
    tx: AsyncConnection, table: Table, case_id: UUID, *, limit: int, before: Place | None = None
) -> Sequence[Row[Any]]:
    """The goals or tasks of a case that ended last."""
    key = _key(table)
    query = select(table).where(table.c.case_id == case_id, table.c.result.is_not(None)).limit(limit)
    if before is not None:
        query = query.where(tuple_(table.c.ended_at, key) < tuple_(before.at, before.id))
    return (await tx.execute(query.order_by(table.c.ended_at.desc(), key.desc()))).all()


async def open_of(tx: AsyncConnection, assignee: str) -> Sequence[Row[Any]]:
    """The open tasks of a member of staff, locked in one order."""
    query = select(task).join(person, person.c.person_id == task.c.person_id)
    query = query.where(task.c.assignee == assignee, task.c.result.is_(None), person.c.frozen.is_(False))
    return (await tx.execute(query.order_by(task.c.task_id).with_for_update(of=task))).all()


async def drop_all(tx: AsyncConnection, table: Table, case_id: UUID, at: datetime) -> Sequence[Row[Any]]:
    """What is open of a case is dropped with it; returns those that were."""
    step = update(table).where(table.c.case_id == case_id, table.c.result.is_(None))
    ended = step.values(version=table.c.version + 1, result="dropped", reason=CASE_CLOSED, ended_at=at)
    rows: Sequence[Row[Any]] = (await tx.execute(ended.returning(table))).all()
    return rows


async def forget_timers(tx: AsyncConnection, kind: str, case_id: UUID) -> int:
    """Nobody is reminded of the tasks of a case; returns how many timers of this kind there were."""
    keys = select(cast(task.c.task_id, Text)).where(task.c.case_id == case_id)
    return (await tx.execute(delete(timer).where(timer.c.kind == kind, timer.c.key.in_(keys)))).rowcount


def _key(table: Table) -> Column[UUID]:
    (key,) = table.primary_key.columns
    return key
