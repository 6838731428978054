"""Kills in the middle and clocks that jump, drawn at random: nothing is lost, nothing takes effect twice."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from lotse_chassis import timers
from lotse_chassis.database import engine_of
from tests import kit
from tests.chassis import clockwork
from tests.chassis.clockwork import NOON, Clock, Killed, Works, effects, fire_all, staged

VICTIM = "tests.chassis.timer_victim"
ROOT = Path(__file__).parents[2]
VICTIM_SECONDS = 60
KEYS = ("a", "b", "c")
EXAMPLES = 25
STEPS_MAX = 25
EVERYTHING_TRIED = timedelta(days=3_650)  # later than any due time that is drawn

T = TypeVar("T")


@pytest.fixture
def prepared(database: Callable[[str], kit.ServiceDatabase]) -> kit.ServiceDatabase:
    fresh = database(kit.CHASSIS)
    clockwork.prepare(fresh)
    return fresh


@pytest.mark.parametrize(
    ("moment", "taken"),
    [("before the effect", False), ("after the effect", False), ("before the commit", False), ("at the end", True)],
)
async def test_a_kill_in_the_middle_loses_none_and_doubles_none(
    moment: str, taken: bool, prepared: kit.ServiceDatabase
) -> None:
    engine, clock = engine_of(prepared.url), Clock()
    await clockwork.put(engine, "a")
    environment = {**os.environ, "LOTSE_DATABASE_URL": prepared.url}
    victim = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", VICTIM, moment],
        env=environment,
        cwd=ROOT,
        timeout=VICTIM_SECONDS,
        check=False,
    )
    assert victim.returncode == -9
    assert await effects(engine) == (["a"] if taken else [])
    clock.turn(seconds=timers.PAUSES_SECONDS[0])

    async def fired() -> bool:  # the server notices the dead client a moment later
        await fire_all(engine, Works(), clock)
        return await effects(engine) == ["a"]

    await kit.eventually(fired)
    assert await fire_all(engine, Works(), clock) == 0
    assert len(await staged(engine)) == 1
    await engine.dispose()


class Clockwork(RuleBasedStateMachine):
    """Timers beside a model of them, while the clock jumps and processes die."""

    url = ""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.clock, self.works = Clock(), Works()
        self.engine = self.run(_connected(self.url))
        self.waiting: dict[str, datetime] = {}
        self.harm = dict.fromkeys(KEYS, 0)
        self.fired: list[str] = []

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    @rule(key=st.sampled_from(KEYS), hours=st.integers(-48, 48))
    def set(self, key: str, hours: int) -> None:
        due_at = self.clock() + timedelta(hours=hours)
        self.run(clockwork.put(self.engine, key, due_at))
        self.waiting[key] = due_at
        self.works.trouble.pop(key, None)
        self.harm[key] = 0

    @rule(key=st.sampled_from(KEYS))
    def cancel(self, key: str) -> None:
        assert self.run(_cancelled(self.engine, key)) == (key in self.waiting)
        self.waiting.pop(key, None)

    @rule(hours=st.integers(-2_000, 2_000))
    def jump(self, hours: int) -> None:
        self.clock.turn(hours=hours)

    @rule(seconds=st.sampled_from([1, 5, 10, 60, 3_600]))
    def tick(self, seconds: int) -> None:
        self.clock.turn(seconds=seconds)

    @rule(key=st.sampled_from(KEYS), kind=st.sampled_from([Killed, RuntimeError]), times=st.integers(1, 2))
    def trouble(self, key: str, kind: type[BaseException], times: int) -> None:
        self.harm[key] += times
        if self.harm[key] >= timers.ATTEMPTS_MAX:
            return  # it would be parked, which another test looks at
        self.works.trouble[key] = [kind() for _ in range(times)]

    @rule()
    def fire(self) -> None:
        due = {key for key, due_at in self.waiting.items() if due_at <= self.clock()}
        before = len(self.fired)
        self._fire_until_quiet()
        assert set(self.fired[before:]) <= due  # never early, by the clock as it stands

    @precondition(lambda self: self.waiting)
    @rule()
    def wait_for_everything(self) -> None:
        self.clock.at = max(self.clock(), NOON) + EVERYTHING_TRIED
        for _ in range(len(KEYS) * timers.ATTEMPTS_MAX):
            self._fire_until_quiet()
            self.clock.turn(hours=1)
        assert not self.waiting  # nothing is lost

    @invariant()
    def each_took_effect_once(self) -> None:
        assert self.run(effects(self.engine)) == sorted(self.fired)
        ids = self.run(staged(self.engine))
        assert len(ids) == len(set(ids)) == len(self.fired)

    def teardown(self) -> None:
        self.run(self.engine.dispose())
        self.runner.close()

    def _fire_until_quiet(self) -> None:
        for _ in range(20):
            try:
                self.run(fire_all(self.engine, self.works, self.clock))
            except Killed:
                continue
            break
        left = self.run(_keys(self.engine))
        for key in [key for key in self.waiting if key not in left]:
            self.fired.append(key)
            del self.waiting[key]


async def _connected(url: str) -> AsyncEngine:
    engine = engine_of(url)
    async with engine.begin() as tx:
        for table in ("timer", "effect", "staged"):
            await tx.execute(text(f"DELETE FROM {table}"))
    return engine


async def _cancelled(engine: AsyncEngine, key: str) -> bool:
    async with engine.begin() as tx:
        return await timers.cancel_timer(tx, kind="checkback", key=key)


async def _keys(engine: AsyncEngine) -> set[str]:
    async with engine.begin() as tx:
        return set((await tx.execute(text("SELECT key FROM timer WHERE state = 'waiting'"))).scalars())


def test_whatever_clocks_and_kills_do_a_timer_takes_effect_once(prepared: kit.ServiceDatabase) -> None:
    class OnThisDatabase(Clockwork):
        url = prepared.owner_url

    run_state_machine_as_test(
        OnThisDatabase,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS_MAX,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
