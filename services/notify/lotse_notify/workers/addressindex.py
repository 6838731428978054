"""Keeps the address index whole: made again after a crash or with a new pepper, and written anew after an erasure."""

import asyncio
import logging
from contextlib import suppress
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from lotse_notify.handlers.inbound import SCANNED_AT_ONCE, digest_of
from lotse_notify.handlers.orders import Book
from lotse_notify.store import addressindex
from lotse_notify.store.addressindex import StoredPoint
from lotse_notify.workers.post import Units

log = logging.getLogger(__name__)

LOOK_SECONDS = 5.0


async def run(stopping: asyncio.Event, *, units: Units, engine: AsyncEngine, book: Book) -> None:
    """Until stopped."""
    rewritten = 0
    while not stopping.is_set():
        await make_whole(units, book)
        rewritten = await write_anew(engine, rewritten)
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), LOOK_SECONDS)


async def make_whole(units: Units, book: Book) -> bool:
    """Whether it had to be made again, in one transaction: until it is done everybody is looked for one by one."""
    async with units() as unit:
        if await addressindex.is_whole(unit.tx, book.pepper.scheme) or not await addressindex.take_turn(unit.tx):
            return False
        await addressindex.begin_again(unit.tx)
        last: StoredPoint | None = None
        while some := await addressindex.points_after(unit.tx, last, rows_max=SCANNED_AT_ONCE):
            await addressindex.add(unit.tx, await asyncio.to_thread(_digests, some, book))
            last = some[-1]
        await addressindex.finish(unit.tx, book.pepper.scheme)
    log.info("the address index is made again")
    return True


async def write_anew(engine: AsyncEngine, rewritten: int) -> int:
    """Where others are erased than the `rewritten` of the last time; returns how many now are.

    Where the table is in use it stays as it is, and so does the number, so that the next turn tries again.
    """
    async with engine.connect() as tx:
        erased = await addressindex.erased_count(tx)
    if erased != rewritten and not await addressindex.rewrite(engine):
        return rewritten
    return erased


def _digests(some: list[StoredPoint], book: Book) -> list[tuple[UUID, UUID, bytes]]:
    """Runs in a thread."""
    found = ((point, digest_of(point, book)) for point in some)
    return [(point.person_id, point.point_id, digest) for point, digest in found if digest is not None]
