"""What is waiting, page by page along an index, however much there is."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_contracts.intake import InboxEntry
from lotse_intake.domain.cursors import Place
from lotse_intake.store.tables import concern

_IS_WAITING = concern.c.state == literal("received", literal_execute=True)  # in the text, so that the partial index fits


_SHOWN = [concern.c[name] for name in InboxEntry.model_fields]


async def page(tx: AsyncConnection, *, size: int, after: Place | None, newest_first: bool) -> Sequence[Row[Any]]:
    """Up to `size` waiting concerns after a place, by due time or newest first."""
    rows: Sequence[Row[Any]] = (await tx.execute(page_query(size=size, after=after, newest_first=newest_first))).all()
    return rows


def page_query(*, size: int, after: Place | None, newest_first: bool) -> Select[Any]:
    """A walk along one of the two partial indexes, from a place on."""
    at = concern.c.received_at if newest_first else concern.c.due_at
    query = select(*_SHOWN).where(_IS_WAITING).limit(size)
    if after is not None:
        here, there = tuple_(at, concern.c.concern_id), tuple_(literal(after.at), literal(after.concern_id))
        query = query.where(here < there if newest_first else here > there)
    return query.order_by(*((at.desc(), concern.c.concern_id.desc()) if newest_first else (at, concern.c.concern_id)))


async def waiting(tx: AsyncConnection) -> int:
    """How many concerns wait."""
    return int((await tx.execute(select(func.count()).select_from(concern).where(_IS_WAITING))).scalar_one())
