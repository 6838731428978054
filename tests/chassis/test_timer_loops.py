"""Timers under clocks that jump and loops that compete, lose their database, or are told to stop."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from lotse_chassis import timers
from lotse_chassis.database import engine_of
from tests import kit
from tests.chassis.clockwork import (
    Clock,
    Killed,
    Works,
    counts,
    effects,
    fire_all,
    put,
    staged,
)

A_DAY = timedelta(days=1)


async def test_a_clock_that_ran_ahead_delays_nothing_when_it_is_set_right(
    engine: AsyncEngine, works: Works, clock: Clock
) -> None:
    works.trouble["a"] = [Killed()]
    await put(engine, "a")
    clock.turn(days=4_000)
    with pytest.raises(Killed):
        await fire_all(engine, works, clock)
    clock.turn(days=-4_000)
    assert await fire_all(engine, works, clock) == 1
    assert await effects(engine) == ["a"]


async def test_a_clock_that_goes_back_and_forth_fires_nothing_twice(
    engine: AsyncEngine, works: Works, clock: Clock
) -> None:
    await put(engine, "a")
    for days in (0, -30, 60, -90, 400):
        clock.turn(days=days)
        await fire_all(engine, works, clock)
    assert await effects(engine) == ["a"]


@contextlib.asynccontextmanager
async def loops(databases: Sequence[str], works: Works, clock: Clock) -> AsyncIterator[None]:
    stopping = asyncio.Event()
    engines = [engine_of(url) for url in databases]
    running = [
        asyncio.create_task(timers.run_timers(engine, works.handlers, works.stage, clock, stopping))
        for engine in engines
    ]
    try:
        yield
    finally:
        stopping.set()
        await asyncio.gather(*running)
        for engine in engines:
            await engine.dispose()


async def test_competing_loops_share_the_work_and_double_none(
    engine: AsyncEngine, prepared: kit.ServiceDatabase, works: Works, clock: Clock
) -> None:
    keys = [f"k-{number:03}" for number in range(60)]
    for key in keys:
        await put(engine, key)
    works.trouble = {key: [RuntimeError()] for key in keys[::7]}

    async def all_done() -> bool:
        clock.turn(seconds=1)
        return (await counts(engine, clock)).waiting == 0

    async with loops([prepared.url] * 3, works, clock):
        await kit.eventually(all_done, 30)
    assert await effects(engine) == keys
    assert len(set(await staged(engine))) == len(await staged(engine)) == len(keys)


async def test_the_loop_outlives_a_database_that_drops_its_connections(
    engine: AsyncEngine, prepared: kit.ServiceDatabase, postgres: kit.Postgres, works: Works, clock: Clock
) -> None:
    async with loops([prepared.url], works, clock):
        await put(engine, "before")
        await kit.eventually(lambda: _has_effects(engine, ["before"]))
        postgres.stop()  # not killed: the shared cluster does not wait for its disk, and would forget
        postgres.start()
        await engine.dispose()
        await put(engine, "after")
        await kit.eventually(lambda: _has_effects(engine, ["after", "before"]))


async def _has_effects(engine: AsyncEngine, keys: list[str]) -> bool:
    return await effects(engine) == keys


async def test_a_stopped_loop_ends_soon(prepared: kit.ServiceDatabase, works: Works, clock: Clock) -> None:
    async with asyncio.timeout(5):
        async with loops([prepared.url], works, clock):
            await asyncio.wait_for(_connected(prepared), 5)


async def _connected(prepared: kit.ServiceDatabase) -> None:
    engine = engine_of(prepared.url)
    async with engine.begin() as tx:
        await tx.execute(text("SELECT 1"))
    await engine.dispose()
