"""Who has seen what: read from the access log, for the person it is about."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.accesslog import access_log
from lotse_chassis.context import Context
from lotse_intake.store.tables.rights import incident_lookup

LOOKS_MAX = 500  # in one answer, newest first
INCIDENT_LOOKS_MAX = 1_000  # of one lookup; more days or more looks are a second lookup with a reason of its own


async def note_arrivals(tx: AsyncConnection, arrived: Sequence[tuple[UUID, Context]]) -> None:
    """Note who wrote each enquiry of a batch, as `accesslog.record` does for one."""
    rows = [
        {
            "at": context.now,
            "actor": context.actor or context.sender,
            "role": context.role or "service",
            "action": "write",
            "object_kind": "enquiry",
            "object_id": str(enquiry_id),
            "purpose": "intake",
        }
        for enquiry_id, context in arrived
    ]
    if rows:
        await tx.execute(insert(access_log), rows)


async def note_reads(tx: AsyncConnection, context: Context, persons: Sequence[UUID], purpose: str) -> None:
    """Note that somebody was shown these persons, as `accesslog.record` does for one."""
    rows = [
        {
            "at": context.now,
            "actor": context.actor or context.sender,
            "role": context.role or "service",
            "action": "read",
            "object_kind": "person",
            "object_id": str(person_id),
            "purpose": purpose,
        }
        for person_id in persons
    ]
    if rows:
        await tx.execute(insert(access_log), rows)


async def at(tx: AsyncConnection, objects: Sequence[str]) -> Sequence[Row[Any]]:
    """The looks at these objects, newest first."""
    query = select(access_log).where(access_log.c.object_id.in_(objects))
    return (await tx.execute(query.order_by(access_log.c.id.desc()).limit(LOOKS_MAX))).all()


async def of_incident(
    tx: AsyncConnection, actor: str, begin: datetime, end: datetime, object_id: str | None
) -> Sequence[Row[Any]]:
    """What one actor did in [begin, end): for `handlers/incidents.py` alone, which asks for two and a reason."""
    query = select(access_log).where(access_log.c.actor == actor, access_log.c.at >= begin, access_log.c.at < end)
    if object_id is not None:
        query = query.where(access_log.c.object_id == object_id)
    return (await tx.execute(query.order_by(access_log.c.id).limit(INCIDENT_LOOKS_MAX))).all()


async def note_lookup(tx: AsyncConnection, **row: Any) -> None:
    """Keep that somebody looked up a member of staff, and who agreed to it."""
    await tx.execute(insert(incident_lookup).values(row))
