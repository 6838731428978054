"""Calls to persons whom a message may not have reached."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_referral.domain.calls import LIVE, Call
from lotse_referral.store.tables.calls import person_call


async def load(tx: AsyncConnection, call_id: UUID) -> Call | None:
    """The call, locked until the transaction ends, or None."""
    query = select(person_call).where(person_call.c.call_id == call_id).with_for_update()
    row = (await tx.execute(query)).mappings().first()
    return None if row is None else Call(**row)


async def save(tx: AsyncConnection, call: Call) -> None:
    """Write it, new or changed."""
    values = asdict(call)
    place = insert(person_call).values(values)
    await tx.execute(place.on_conflict_do_update(index_elements=["call_id"], set_=values))


async def live(tx: AsyncConnection, *, assignee: str | None, now: datetime, size: int) -> tuple[Call, ...]:
    """Those that are still of use, for the shortest time first."""
    query = select(person_call).where(person_call.c.state.in_(sorted(LIVE)), person_call.c.until > now)
    if assignee is not None:
        query = query.where(person_call.c.assignee == assignee)
    rows = await tx.execute(query.order_by(person_call.c.until, person_call.c.call_id).limit(size))
    return tuple(Call(**row) for row in rows.mappings())
