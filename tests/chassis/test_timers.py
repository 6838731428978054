"""A timer takes effect once, whatever happens around it."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import get_current_span
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from lotse_chassis import timers
from lotse_chassis.faults import Away, Refused
from lotse_chassis.timers import ATTEMPTS_MAX, Timer
from lotse_contracts import Message
from tests.chassis.clockwork import (
    NOON,
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


async def rows(engine: AsyncEngine) -> list[Timer]:
    async with engine.begin() as tx:
        found = await tx.execute(select(timers.timer).order_by(timers.timer.c.key))
        return [timers._timer_of(row) for row in found]


async def test_a_timer_fires_when_it_is_due_and_not_before(engine: AsyncEngine, works: Works, clock: Clock) -> None:
    await put(engine, "a", NOON + A_DAY)
    clock.turn(hours=23.99)
    assert await fire_all(engine, works, clock) == 0
    clock.turn(hours=0.01)
    assert await fire_all(engine, works, clock) == 1
    assert await effects(engine) == ["a"]
    assert len(await staged(engine)) == 1
    assert await rows(engine) == []


async def test_the_one_that_is_due_longest_is_first(engine: AsyncEngine, clock: Clock) -> None:
    order: list[str] = []

    async def note(timer: Timer, tx: AsyncConnection) -> Sequence[Message]:
        order.append(timer.key)
        return []

    for key, days in (("oldest", 3), ("newest", 1), ("middle", 2)):
        await put(engine, key, NOON - days * A_DAY)
    while await timers.fire_one(engine, {"checkback": note}, Works().stage, clock):
        continue
    assert order == ["oldest", "middle", "newest"]


async def test_setting_again_moves_the_timer(engine: AsyncEngine, works: Works, clock: Clock) -> None:
    await put(engine, "a", NOON - A_DAY)
    await put(engine, "a", NOON + A_DAY)
    assert await fire_all(engine, works, clock) == 0
    clock.turn(days=2)
    assert await fire_all(engine, works, clock) == 1
    assert await effects(engine) == ["a"]


async def test_what_was_waited_for_lets_the_timers_of_its_kind_fire_now(
    engine: AsyncEngine, works: Works, clock: Clock
) -> None:
    await put(engine, "a", NOON + A_DAY)
    await put(engine, "b", NOON - A_DAY)
    await put(engine, "c", NOON + A_DAY, kind="deadline")
    async with engine.begin() as tx:
        assert await timers.hasten(tx, kind="checkback", now=NOON) == 1
    assert await fire_all(engine, works, clock) == 2
    assert set(await effects(engine)) == {"a", "b"}


async def test_kind_and_key_together_name_a_timer(engine: AsyncEngine, works: Works, clock: Clock) -> None:
    await put(engine, "a", kind="checkback")
    await put(engine, "a", kind="deadline")
    assert await fire_all(engine, works, clock) == 2


async def test_a_cancelled_timer_does_not_fire(engine: AsyncEngine, works: Works, clock: Clock) -> None:
    await put(engine, "a")
    await put(engine, "b")
    async with engine.begin() as tx:
        assert await timers.cancel_timer(tx, kind="checkback", key="a")
        assert not await timers.cancel_timer(tx, kind="checkback", key="a")
    await fire_all(engine, works, clock)
    assert await effects(engine) == ["b"]


async def test_an_erasure_cancels_every_kind_of_a_key(engine: AsyncEngine, works: Works, clock: Clock) -> None:
    await put(engine, "a", kind="checkback")
    await put(engine, "a", kind="deadline")
    async with engine.begin() as tx:
        assert await timers.cancel_timers_of(tx, key="a") == 2
    assert await fire_all(engine, works, clock) == 0


async def test_a_timer_that_is_set_in_a_failed_transaction_was_never_set(engine: AsyncEngine) -> None:
    async with engine.connect() as tx:
        await timers.set_timer(tx, kind="checkback", key="a", due_at=NOON)
        await tx.rollback()
    assert await rows(engine) == []


async def test_a_naive_time_is_refused(engine: AsyncEngine) -> None:
    async with engine.begin() as tx:
        with pytest.raises(ValueError, match="aware"):
            await timers.set_timer(tx, kind="checkback", key="a", due_at=datetime(2026, 11, 25))  # noqa: DTZ001


async def test_a_handler_may_set_its_own_timer_again(engine: AsyncEngine, clock: Clock) -> None:
    async def again(timer: Timer, tx: AsyncConnection) -> Sequence[Message]:
        await timers.set_timer(tx, kind=timer.kind, key=timer.key, due_at=timer.due_at + A_DAY)
        return []

    await put(engine, "a")
    for _ in range(3):
        assert await timers.fire_one(engine, {"checkback": again}, Works().stage, clock)
        assert not await timers.fire_one(engine, {"checkback": again}, Works().stage, clock)
        clock.turn(days=1)
    assert [timer.due_at for timer in await rows(engine)] == [NOON + 3 * A_DAY]


async def test_a_failed_attempt_leaves_no_effect_and_is_repeated_after_a_pause(
    engine: AsyncEngine, works: Works, clock: Clock
) -> None:
    works.trouble["a"] = [RuntimeError("Олена"), RuntimeError("Олена")]
    await put(engine, "a")
    pauses = []
    while await rows(engine):
        assert await fire_all(engine, works, clock) in {0, 1}
        pauses.append(await effects(engine))
        clock.turn(seconds=1)
    assert len(pauses) == 1 + timers.PAUSES_SECONDS[0] + timers.PAUSES_SECONDS[1]
    assert await effects(engine) == ["a"]
    assert len(await staged(engine)) == 1


async def test_what_fails_too_often_is_parked_where_it_is_seen(engine: AsyncEngine, works: Works, clock: Clock) -> None:
    works.trouble["bad"] = [RuntimeError("Олена")] * ATTEMPTS_MAX
    await put(engine, "bad", NOON - A_DAY)
    await put(engine, "good")
    for _ in range(ATTEMPTS_MAX + 2):
        await fire_all(engine, works, clock)
        clock.turn(hours=2)
    assert await effects(engine) == ["good"]
    assert await counts(engine, clock) == timers.Counts(waiting=0, overdue=0, stuck=1)
    async with engine.begin() as tx:
        row = (await tx.execute(select(timers.timer))).one()
    assert (row.state, row.attempts, row.reason) == ("stuck", ATTEMPTS_MAX, "gave up: RuntimeError")


async def test_a_stuck_timer_tries_again_when_an_administrator_says_so(
    engine: AsyncEngine, works: Works, clock: Clock
) -> None:
    works.trouble["a"] = [Refused("unknown_enquiry")]
    await put(engine, "a")
    assert await fire_all(engine, works, clock) == 1
    assert (await counts(engine, clock)).stuck == 1
    async with engine.begin() as tx:
        assert await timers.free_stuck(tx, kind="checkback", key="a") == 1
    assert await fire_all(engine, works, clock) == 1
    assert await effects(engine) == ["a"]


async def test_what_the_rules_refuse_is_not_tried_eight_times(engine: AsyncEngine, works: Works, clock: Clock) -> None:
    works.trouble["a"] = [Refused("unknown_enquiry", fields=("enquiry_id",))]
    await put(engine, "a")
    await fire_all(engine, works, clock)
    async with engine.begin() as tx:
        row = (await tx.execute(select(timers.timer))).one()
    assert (row.state, row.attempts, row.reason) == ("stuck", 1, "refused: unknown_enquiry (enquiry_id)")


async def test_an_attempt_that_met_no_broker_is_not_counted(engine: AsyncEngine, works: Works, clock: Clock) -> None:
    works.trouble["a"] = [Away()]
    await put(engine, "a")
    with pytest.raises(Away):
        await fire_all(engine, works, clock)
    [timer] = await rows(engine)
    assert timer.attempts == 0
    assert await fire_all(engine, works, clock) == 1


async def test_a_killer_of_processes_is_buried_alone(engine: AsyncEngine, works: Works, clock: Clock) -> None:
    works.trouble["killer"] = [Killed()] * 100
    await put(engine, "killer", NOON - A_DAY)
    innocents = [f"innocent-{number:02}" for number in range(20)]
    for key in innocents:
        await put(engine, key)
    deaths = 0
    for _ in range(200):
        try:
            await fire_all(engine, works, clock)
        except Killed:
            deaths += 1
        clock.turn(hours=2)
        if (await counts(engine, clock)).waiting == 0:
            break
    assert deaths == ATTEMPTS_MAX
    assert await effects(engine) == innocents
    async with engine.begin() as tx:
        row = (await tx.execute(select(timers.timer))).one()
    assert (row.key, row.state, row.reason) == ("killer", "stuck", "gave up: never finished")


async def test_a_timer_that_is_cancelled_or_moved_after_its_lease_is_not_fired(
    engine: AsyncEngine, clock: Clock
) -> None:
    await put(engine, "a")
    await put(engine, "b", NOON - A_DAY)
    leased = [await timers._lease(engine, ["checkback"], clock()) for _ in range(2)]
    async with engine.begin() as tx:
        await timers.cancel_timer(tx, kind="checkback", key="a")
        await timers.set_timer(tx, kind="checkback", key="b", due_at=NOON + A_DAY)
    async with engine.begin() as tx:
        for one in leased:
            assert one is not None
            assert not await timers._take(tx, one)
    assert [timer.key for timer in await rows(engine)] == ["b"]


async def test_while_one_process_is_at_it_no_other_takes_it_even_after_the_lease(
    engine: AsyncEngine, clock: Clock
) -> None:
    await put(engine, "a")
    entered, leave = asyncio.Event(), asyncio.Event()
    works = Works()

    async def slow(timer: Timer, tx: AsyncConnection) -> Sequence[Message]:
        entered.set()
        await leave.wait()
        return await works.handle(timer, tx)

    first = asyncio.create_task(timers.fire_one(engine, {"checkback": slow}, works.stage, clock))
    await entered.wait()
    clock.turn(days=1)
    assert await fire_all(engine, works, clock) == 0
    leave.set()
    assert await first
    assert await fire_all(engine, works, clock) == 0
    assert await effects(engine) == ["a"]


async def test_kinds_that_nobody_handles_stay_and_are_seen(engine: AsyncEngine, works: Works, clock: Clock) -> None:
    await put(engine, "a", NOON - A_DAY, kind="from-the-future")
    await put(engine, "b")
    assert await fire_all(engine, works, clock) == 1
    assert await counts(engine, clock) == timers.Counts(waiting=1, overdue=1, stuck=0)


async def test_a_timer_continues_the_trace_that_set_it(engine: AsyncEngine, clock: Clock) -> None:
    seen: list[int] = []

    async def note(timer: Timer, tx: AsyncConnection) -> Sequence[Message]:
        seen.append(get_current_span().get_span_context().trace_id)
        return []

    with TracerProvider().get_tracer("lotse").start_as_current_span("handle") as span:
        await put(engine, "a")
    await timers.fire_one(engine, {"checkback": note}, Works().stage, clock)
    assert seen == [span.get_span_context().trace_id]
