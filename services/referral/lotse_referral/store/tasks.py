"""Tasks to go along or to call."""

from dataclasses import asdict
from uuid import UUID

from sqlalchemy import case, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_contracts.values import TaskKind
from lotse_referral.domain.tasks import LIVE, Task
from lotse_referral.store.tables import referral
from lotse_referral.store.tables.delivering import delivery_task

_URGENT_FIRST = case((referral.c.urgency == "emergency", 0), (referral.c.urgency == "urgent", 1), else_=2)


async def load(tx: AsyncConnection, referral_id: UUID) -> Task | None:
    """The task of a referral, locked until the transaction ends, or None."""
    query = select(delivery_task).where(delivery_task.c.referral_id == referral_id).with_for_update()
    row = (await tx.execute(query)).mappings().first()
    return None if row is None else Task(**row)


async def save(tx: AsyncConnection, task: Task) -> None:
    """Write it, new or changed."""
    values = asdict(task)
    place = insert(delivery_task).values(values)
    await tx.execute(place.on_conflict_do_update(index_elements=["referral_id"], set_=values))


async def live(tx: AsyncConnection, *, kind: TaskKind | None, assignee: str | None, size: int) -> tuple[Task, ...]:
    """Those that are to be done: urgent ones first, then the oldest."""
    query = select(delivery_task).join(referral, referral.c.referral_id == delivery_task.c.referral_id)
    query = query.where(delivery_task.c.state.in_(sorted(LIVE)))
    if kind is not None:
        query = query.where(delivery_task.c.kind == kind)
    if assignee is not None:
        query = query.where(delivery_task.c.assignee == assignee)
    order = (_URGENT_FIRST, delivery_task.c.opened_at, delivery_task.c.referral_id)
    rows = await tx.execute(query.order_by(*order).limit(size))
    return tuple(Task(**row) for row in rows.mappings())
