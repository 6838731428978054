"""Who has seen what: read from the access log, for the person it is about."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.accesslog import access_log

LOOKS_MAX = 500  # in one answer, newest first


async def at(tx: AsyncConnection, objects: Sequence[str]) -> Sequence[Row[Any]]:
    """The looks at these objects, newest first."""
    query = select(access_log).where(access_log.c.object_id.in_(objects))
    return (await tx.execute(query.order_by(access_log.c.id.desc()).limit(LOOKS_MAX))).all()
