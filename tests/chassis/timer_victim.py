"""A process that fires timers and dies in the middle: started by a test, with the database and the moment to die."""

import asyncio
import os
import sys
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import timers
from lotse_chassis.database import engine_of
from lotse_chassis.timers import Timer
from lotse_contracts import Message
from tests.chassis.clockwork import Clock, Works, end_this_process


async def main(moment: str) -> None:
    engine, works = engine_of(os.environ["LOTSE_DATABASE_URL"]), Works()

    async def handle(timer: Timer, tx: AsyncConnection) -> Sequence[Message]:
        if moment == "before the effect":
            end_this_process()
        said = await works.handle(timer, tx)
        if moment == "after the effect":
            end_this_process()
        return said

    async def stage(tx: AsyncConnection, timer: Timer, messages: Sequence[Message]) -> None:
        await works.stage(tx, timer, messages)
        if moment == "before the commit":
            end_this_process()

    await timers.fire_one(engine, {"checkback": handle}, stage, Clock())
    end_this_process()


asyncio.run(main(sys.argv[1]))
