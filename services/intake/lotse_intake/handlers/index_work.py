"""The loop that keeps the blind index in step and looks for duplicates; no message waits for it."""

import asyncio
from contextlib import suppress

from lotse_chassis.service import Service, Work
from lotse_intake.handlers import indexing
from lotse_intake.providers.office import Office
from lotse_intake.store import blindindex

LOOK_SECONDS = 1.0  # between arrival and the look for duplicates
COMPARED_AT_ONCE = 50  # before the next batch is indexed


def keep_index(service: Service, office: Office) -> Work:
    """Keeps the index in step with the persons' fields, and compares news with everybody.

    After an erasure the index is written anew, so that no page of it keeps a trace.
    """

    async def run(stopping: asyncio.Event) -> None:
        rewritten = 0
        while not stopping.is_set():
            if not await index_turn(service, office):
                rewritten = await rewrite_index(service, rewritten)
                with suppress(TimeoutError):
                    await asyncio.wait_for(stopping.wait(), LOOK_SECONDS)

    return run


async def index_turn(service: Service, office: Office) -> bool:
    """One batch indexed, and some of those that wait compared, each in a transaction of its own. False when idle."""
    async with service.unit() as unit:
        indexed = await indexing.index_some(office, unit.context, unit.tx)
    for number in range(COMPARED_AT_ONCE):
        async with service.unit() as unit:
            said = await indexing.compare_next(office, unit.context, unit.tx)
            unit.say(*(said or ()))
        if said is None:
            return indexed > 0 or number > 0
    return True


async def rewrite_index(service: Service, rewritten: int) -> int:
    """Write the index anew if others are forgotten than the `rewritten` of the last time; returns how many now are.

    Where the table is in use it stays as it is, and so does the number, so that the next turn tries again.
    """
    async with service.engine.connect() as tx:
        forgotten = await blindindex.forgotten(tx)
    if forgotten != rewritten and not await blindindex.rewrite(service.engine):
        return rewritten
    return forgotten
