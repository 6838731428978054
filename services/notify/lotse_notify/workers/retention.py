"""Forgets every hour what was kept long enough; nothing a person still waits for goes."""

import asyncio
import logging
from collections import Counter
from contextlib import suppress

from lotse_notify.store import addressindex, retention
from lotse_notify.workers.post import Units

log = logging.getLogger(__name__)

EVERY_SECONDS = 3_600.0
TURNS_MAX = 100  # of one hour, each a transaction; what is left then waits for the next


async def run(stopping: asyncio.Event, *, units: Units) -> None:
    """Now and every hour until stopped."""
    while not stopping.is_set():
        gone = await sweep(units)
        if any(gone.values()):
            log.info("forgotten: %s", ", ".join(f"{name} {count}" for name, count in sorted(gone.items()) if count))
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), EVERY_SECONDS)


async def sweep(units: Units, *, rows_max: int = retention.ROWS_MAX) -> Counter[str]:
    """How many rows of each kind are gone; step by step, so that nobody waits long for a lock."""
    gone: Counter[str] = Counter()
    for _ in range(TURNS_MAX):
        async with units() as unit:
            counts = await retention.forget(unit.tx, unit.context.now, rows_max=rows_max)
            counts["number_stop"] = await addressindex.prune(unit.tx, unit.context.now)
        gone.update(counts)
        if all(count < rows_max for count in counts.values()):
            break
    return gone
