"""The nightly check of all invariants: it reads, reckons once more and says what does not hold, without any value."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from lotse_chassis.service import Service
from lotse_ledger.domain.instants import BERLIN, day_of
from lotse_ledger.domain.invariants.checking import check_all
from lotse_ledger.store import replays
from lotse_ledger.store.replays import Replay

logger = logging.getLogger(__name__)

RUNS_AT = time(3, 30)  # in Berlin, when nobody works
OLD_HOURS = 24  # what was missed while the service was away is made up for
LOOK_SECONDS = 60.0

Counted = Callable[[Replay], None]
"""What a run found, for the metrics."""


async def watch(stopping: asyncio.Event, *, service: Service, counted: Counted) -> None:
    """Check whenever a night's run is due, as long as the service runs."""
    while not stopping.is_set():
        async with service.engine.connect() as tx:
            last = await replays.latest(tx)
        if is_due(None if last is None else last.run_at, service.now()):
            last = await run(service.engine, service.association, service.now())
        if last is not None:
            counted(last)
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), LOOK_SECONDS)


async def run(engine: AsyncEngine, association: str, now: datetime) -> Replay:
    """Check the books as they are and keep what was found; the reckoning leaves the loop free."""
    async with engine.connect() as tx:
        books = await replays.books_of(tx, association, day_of(now))
    verdicts = await asyncio.to_thread(check_all, books)
    done = Replay(now, len(books.entries), verdicts)
    async with engine.begin() as tx:
        await replays.keep(tx, done)
    for one in done.broken:
        logger.error("an invariant of the books is broken", extra={"invariant": one.code, "broken": one.broken})
    return done


def is_due(last: datetime | None, now: datetime) -> bool:
    """The first time, after each night, and when the last run is too long ago."""
    if last is None or now - last >= timedelta(hours=OLD_HOURS):
        return True
    night = datetime.combine(day_of(now), RUNS_AT, BERLIN)
    return last < night <= now
