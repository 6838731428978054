"""A timer that is set at latest: never moved away, never lost to the one that fires just now."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from lotse_chassis import timers
from lotse_chassis.timers import Timer
from lotse_contracts import Message
from tests import kit
from tests.chassis.clockwork import NOON, Clock, Works, fire_all, put
from tests.chassis.test_timers import A_DAY, rows


async def test_set_at_latest_leaves_a_timer_that_is_due_earlier_and_frees_one_that_is_stuck(
    engine: AsyncEngine, works: Works, clock: Clock
) -> None:
    async def at_latest(due_at: datetime) -> datetime:
        async with engine.begin() as tx:
            await timers.set_at_latest(tx, kind="checkback", key="a", due_at=due_at)
        (row,) = await rows(engine)
        return row.due_at

    assert await at_latest(NOON + 2 * A_DAY) == NOON + 2 * A_DAY
    (first,) = await rows(engine)
    assert await at_latest(NOON + 3 * A_DAY) == NOON + 2 * A_DAY
    assert await at_latest(NOON + A_DAY) == NOON + A_DAY
    assert [row.id for row in await rows(engine)] == [first.id], "so that a storm of them keeps nobody from firing it"
    async with engine.begin() as tx:
        await tx.execute(update(timers.timer).values(state="stuck", attempts=8))
    await at_latest(NOON + A_DAY)
    clock.turn(hours=24)
    assert await fire_all(engine, works, clock) == 1


async def test_what_is_set_at_latest_while_the_timer_fires_is_fired_again(engine: AsyncEngine, clock: Clock) -> None:
    """The one that fires has looked already; whoever changes something then must not be told that a timer is set."""
    await put(engine, "a", NOON)
    setting: list[asyncio.Task[None]] = []

    async def change() -> None:
        async with engine.begin() as tx:
            await timers.set_at_latest(tx, kind="checkback", key="a", due_at=NOON)

    async def looked(timer: Timer, tx: AsyncConnection) -> Sequence[Message]:
        del timer
        setting.append(asyncio.create_task(change()))
        assert not await _waits_for_a_lock(engine, setting[-1]), "it went on as if nothing fired"
        return []

    await timers.fire_one(engine, {"checkback": looked}, Works().stage, clock)
    await setting[0]
    assert len(await rows(engine)) == 1


async def _waits_for_a_lock(engine: AsyncEngine, task: "asyncio.Task[None]") -> bool:
    """Whether the task ended; until the database says that somebody waits for a lock."""

    async def stands() -> bool:
        async with engine.connect() as other:
            waiting = await other.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted"))
            return task.done() or bool(waiting.scalar())

    await kit.eventually(stands)
    return task.done()
