"""Who must be called, as it was said; one open call for each appointment."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, exists, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_notify.store.tables.when import call


@dataclass(frozen=True)
class Call:
    """For which message somebody calls, until when, and why."""

    notification_id: UUID
    person_id: UUID
    appointment_id: UUID
    until: datetime
    reason: str


async def open_one(tx: AsyncConnection, fresh: Call, now: datetime) -> bool:
    """False if somebody is still asked to call for this appointment. Her person must be locked.

    A call for this message that was ended is opened again: what ended it has come to nothing.
    """
    open_now = exists().where(call.c.appointment_id == fresh.appointment_id, call.c.ended_at.is_(None))
    if await tx.scalar(select(open_now)):
        return False
    values = asdict(fresh) | {"said_at": now, "ended_at": None}
    row = insert(call).values(values).on_conflict_do_update(index_elements=[call.c.notification_id], set_=values)
    await tx.execute(row)
    return True


async def end_of_notice(
    tx: AsyncConnection, notification_id: UUID, now: datetime, reasons: Collection[str] | None = None
) -> list[Call]:
    """The open call for this message, ended now, if there is one; with `reasons` only one that was for one of them."""
    mine = update(call).where(call.c.notification_id == notification_id, call.c.ended_at.is_(None))
    if reasons is not None:
        mine = mine.where(call.c.reason.in_(reasons))
    return [_call(row) for row in await tx.execute(mine.values(ended_at=now).returning(call))]


async def end_of_appointment(tx: AsyncConnection, appointment_id: UUID, now: datetime) -> list[Call]:
    """The open call for this appointment, ended now, if there is one."""
    mine = update(call).where(call.c.appointment_id == appointment_id, call.c.ended_at.is_(None))
    return [_call(row) for row in await tx.execute(mine.values(ended_at=now).returning(call))]


async def end_of_person(tx: AsyncConnection, person_id: UUID, now: datetime) -> list[Call]:
    """Her open calls, ended now."""
    mine = update(call).where(call.c.person_id == person_id, call.c.ended_at.is_(None))
    return [_call(row) for row in await tx.execute(mine.values(ended_at=now).returning(call))]


def _call(row: Row[tuple[object, ...]]) -> Call:
    return Call(row.notification_id, row.person_id, row.appointment_id, row.until, row.reason)
