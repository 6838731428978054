"""Snapshots are built behind the log, so that a question as of two dates stays quick however long the log grows."""

import asyncio
from contextlib import suppress

from lotse_chassis.service import Service
from lotse_ledger.store import snapshots

LOOK_SECONDS = 60.0


async def watch(stopping: asyncio.Event, *, service: Service) -> None:
    """Build what is missing, as long as the service runs."""
    while not stopping.is_set():
        await snapshots.build_all(service.engine, go_on=lambda: not stopping.is_set())
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), LOOK_SECONDS)
