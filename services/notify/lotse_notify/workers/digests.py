"""Sees to it that there is a next digest for the staff."""

import asyncio

from lotse_chassis import timers
from lotse_notify.handlers.digests import DIGEST, KEY, Mailboxes, next_digest
from lotse_notify.workers.post import Units


async def begin(stopping: asyncio.Event, *, units: Units, boxes: Mailboxes) -> None:
    """At every start; one that came due while nothing ran is mailed now."""
    if boxes.names:
        async with units() as unit:
            due_at = next_digest(unit.context.now, boxes.at)
            await timers.set_at_latest(unit.tx, kind=DIGEST, key=KEY, due_at=due_at)
    await stopping.wait()
