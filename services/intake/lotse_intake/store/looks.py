"""Who has seen what: read from the access log, for the person it is about."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.accesslog import access_log
from lotse_chassis.context import Context

LOOKS_MAX = 500  # in one answer, newest first


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


async def at(tx: AsyncConnection, objects: Sequence[str]) -> Sequence[Row[Any]]:
    """The looks at these objects, newest first."""
    query = select(access_log).where(access_log.c.object_id.in_(objects))
    return (await tx.execute(query.order_by(access_log.c.id.desc()).limit(LOOKS_MAX))).all()
