"""What the tests of the timers share: a clock that a test turns, and effects that are counted in the database."""

import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from lotse_chassis import timers
from lotse_chassis.timers import Timer
from lotse_contracts import Message
from tests import kit

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


class Killed(BaseException):
    """As if the process had been killed in the middle of a handler."""


@dataclass
class Clock:
    """Reads what it was set to."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at

    def turn(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass
class Works:
    """Handlers and staging for the loop; `trouble` says which keys fail, and how, how often."""

    trouble: dict[str, list[BaseException]] = field(default_factory=dict)
    fired_at: list[tuple[str, datetime]] = field(default_factory=list)

    async def handle(self, timer: Timer, tx: AsyncConnection) -> Sequence[Message]:
        await tx.execute(
            text("INSERT INTO effect (timer_id, kind, key) VALUES (:id, :kind, :key)"),
            {"id": timer.id, "kind": timer.kind, "key": timer.key},
        )
        if waiting := self.trouble.get(timer.key):
            raise waiting.pop(0)
        return []

    async def stage(self, tx: AsyncConnection, timer: Timer, messages: Sequence[Message]) -> None:
        await tx.execute(text("INSERT INTO staged (timer_id) VALUES (:id)"), {"id": timer.id})

    @property
    def handlers(self) -> Mapping[str, timers.Handler]:
        return {"checkback": self.handle, "deadline": self.handle}


def prepare(database: kit.ServiceDatabase) -> None:
    """Tables without any constraint: a doubled effect is to be seen, not prevented."""
    with psycopg.connect(database.owner_url) as connection:
        connection.execute("CREATE TABLE effect (timer_id uuid, kind text, key text)")
        connection.execute("CREATE TABLE staged (timer_id uuid)")
        connection.execute(f"GRANT SELECT, INSERT ON effect, staged TO {database.service}".encode())


async def put(engine: AsyncEngine, key: str, due_at: datetime = NOON, kind: str = "checkback") -> None:
    async with engine.begin() as tx:
        await timers.set_timer(tx, kind=kind, key=key, due_at=due_at, payload={"key": key})


async def fire_all(engine: AsyncEngine, works: Works, clock: Clock) -> int:
    """Until nothing is due; returns how many times something was."""
    fired = 0
    while await timers.fire_one(engine, works.handlers, works.stage, clock):
        fired += 1
    return fired


async def effects(engine: AsyncEngine) -> list[str]:
    async with engine.begin() as tx:
        return sorted((await tx.execute(text("SELECT key FROM effect"))).scalars())


async def staged(engine: AsyncEngine) -> list[UUID]:
    async with engine.begin() as tx:
        return list((await tx.execute(text("SELECT timer_id FROM staged"))).scalars())


async def counts(engine: AsyncEngine, clock: Clock) -> timers.Counts:
    async with engine.begin() as tx:
        return await timers.counts(tx, now=clock())


def end_this_process() -> None:
    """As the kernel does when memory runs out: no cleaning up."""
    os.kill(os.getpid(), signal.SIGKILL)
