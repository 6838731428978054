"""Forgets what nobody can ask for any more: old claims, sent rows, dead links."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from lotse_chassis import inbox, links, outbox

log = logging.getLogger(__name__)

EVERY_SECONDS = 3600.0
MORE_ROWS = min(inbox.PRUNED_ROWS_MAX, outbox.PRUNED_ROWS_MAX)  # so many gone, and there may be more


async def _sweep(engine: AsyncEngine, now: Callable[[], datetime]) -> int:
    async with engine.begin() as tx:
        return await inbox.prune(tx, now()) + await outbox.prune(tx, now()) + await links.prune(tx, now=now())


async def run(engine: AsyncEngine, now: Callable[[], datetime], stopping: asyncio.Event) -> None:
    """Sweep now and every hour until stopped."""
    while not stopping.is_set():
        gone = await _sweep(engine, now)
        if gone:
            log.info("housekeeping: %d rows forgotten", gone)
        if gone >= MORE_ROWS:
            continue
        try:
            await asyncio.wait_for(stopping.wait(), EVERY_SECONDS)
        except TimeoutError:
            continue
