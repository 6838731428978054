"""Timers that survive: kept in PostgreSQL, fired once in effect, whatever restarts, clocks and twins do.

A due timer is leased in a transaction of its own, which counts the attempt, so that one that kills its process is
parked in the end. It is then taken, handled and its messages staged in one transaction. The lock on the row keeps a
second process away; the lease is no more than the pause before somebody tries again.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    Column,
    ColumnElement,
    DateTime,
    Integer,
    Row,
    Table,
    Text,
    Uuid,
    and_,
    case,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from lotse_chassis import telemetry
from lotse_chassis.database import metadata
from lotse_chassis.faults import Away, Refused, reason
from lotse_contracts import Message

log = logging.getLogger(__name__)

POLL_SECONDS = 0.5
AWAY_SECONDS = 2.0
OVERDUE_SECONDS = 60
PAUSES_SECONDS = (5, 10, 60, 300, 1_800, 3_600)  # before the 2nd attempt, the 3rd …; the last one repeats
ATTEMPTS_MAX = 8
REASON_CHARACTERS_MAX = 300

timer = Table(
    "timer",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("payload", JSONB, nullable=False),
    Column("traceparent", Text),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("leased_until", DateTime(timezone=True)),
    Column("reason", Text),
)

MIGRATION_STATEMENTS = (
    """CREATE TABLE timer (kind text NOT NULL, key text NOT NULL, id uuid NOT NULL UNIQUE, due_at timestamptz NOT NULL,
       payload jsonb NOT NULL, traceparent text, state text NOT NULL CHECK (state IN ('waiting', 'stuck')),
       attempts integer NOT NULL, leased_until timestamptz, reason text, PRIMARY KEY (kind, key))""",
    "CREATE INDEX timer_due ON timer (due_at) WHERE state = 'waiting'",
    "CREATE INDEX timer_key ON timer (key)",
)

RIGHTS = {"timer": "SELECT, INSERT, UPDATE, DELETE"}


@dataclass(frozen=True)
class Timer:
    """One appointment with ourselves. `id` is new each time it is set; the payload holds ids and codes only."""

    kind: str
    key: str
    due_at: datetime
    payload: Mapping[str, Any]
    id: UUID
    attempts: int = 0
    traceparent: str | None = None


@dataclass(frozen=True)
class Counts:
    """How the timers stand: overdue ones are due since more than a minute."""

    waiting: int
    overdue: int
    stuck: int


Handler = Callable[[Timer, AsyncConnection], Awaitable[Sequence[Message]]]
Stage = Callable[[AsyncConnection, Timer, Sequence[Message]], Awaitable[None]]


async def set_timer(
    tx: AsyncConnection, *, kind: str, key: str, due_at: datetime, payload: Mapping[str, Any] | None = None
) -> None:
    """Set the one timer of this kind and key, or move it. Raises ValueError if `due_at` is naive."""
    await set_timers(tx, kind, {key: (due_at, payload or {})})


async def set_timers(tx: AsyncConnection, kind: str, given: Mapping[str, tuple[datetime, Mapping[str, Any]]]) -> None:
    """The same for many of one kind in one statement: by key, when and with what."""
    if any(due_at.tzinfo is None for due_at, _ in given.values()):
        raise ValueError("a timer is due at an aware time")
    if not given:
        return
    fresh = _fresh()
    rows = [
        {"kind": kind, "key": key, "id": uuid4(), "due_at": due_at, "payload": dict(payload), **fresh}
        for key, (due_at, payload) in sorted(given.items())
    ]
    place = insert(timer).values(rows)
    moved = {name: place.excluded[name] for name in ("id", "due_at", "payload", *fresh)}
    await tx.execute(place.on_conflict_do_update(index_elements=["kind", "key"], set_=moved))


async def set_at_latest(
    tx: AsyncConnection, *, kind: str, key: str, due_at: datetime, payload: Mapping[str, Any] | None = None
) -> None:
    """Set it unless it is due earlier already; a stuck one tries again. Nobody fires it until this transaction ends.

    Whoever is firing it is waited for: what this transaction wrote is seen by the timer that is set now. Asking
    `is_set` first would find a timer that is about to go, and nothing would follow.
    """
    fresh = _fresh()
    place = insert(timer).values(kind=kind, key=key, id=uuid4(), due_at=due_at, payload=dict(payload or {}), **fresh)
    again = {name: case((timer.c.state == "stuck", place.excluded[name]), else_=timer.c[name]) for name in fresh}
    earlier = {"due_at": func.least(timer.c.due_at, place.excluded.due_at)}
    await tx.execute(place.on_conflict_do_update(index_elements=["kind", "key"], set_=earlier | again))


async def is_set(tx: AsyncConnection, *, kind: str, key: str) -> bool:
    """Whether there is such a timer, waiting or stuck."""
    return (await tx.execute(select(timer.c.id).where(timer.c.kind == kind, timer.c.key == key))).first() is not None


async def cancel_timer(tx: AsyncConnection, *, kind: str, key: str) -> bool:
    """Whether there was such a timer; it is gone now."""
    return (await tx.execute(delete(timer).where(timer.c.kind == kind, timer.c.key == key))).rowcount == 1


async def cancel_timers_of(tx: AsyncConnection, *, key: str, kinds: Collection[str] | None = None) -> int:
    """Remove the timers with this key, of every kind as an erasure asks, or of these; returns how many there were."""
    chosen = [timer.c.kind.in_(kinds)] if kinds is not None else []
    return (await tx.execute(delete(timer).where(timer.c.key == key, *chosen))).rowcount


async def hasten(tx: AsyncConnection, *, kind: str, now: datetime) -> int:
    """What the timers of a kind waited for has come: they are due now; returns how many were not."""
    later = update(timer).where(timer.c.kind == kind, timer.c.state == "waiting", timer.c.due_at > now)
    return (await tx.execute(later.values(due_at=now))).rowcount


async def due(tx: AsyncConnection, *, now: datetime, limit: int, kinds: Collection[str] | None = None) -> list[Timer]:
    """The oldest due timers, locked until the transaction ends; those that another process holds are passed over."""
    known = [timer.c.kind.in_(kinds)] if kinds is not None else []
    query = select(timer).where(timer.c.state == "waiting", timer.c.due_at <= now, _free(now), *known)
    rows = await tx.execute(query.order_by(timer.c.due_at).limit(limit).with_for_update(skip_locked=True))
    return [_timer_of(row) for row in rows]


async def counts(tx: AsyncConnection, *, now: datetime) -> Counts:
    """How many wait, are overdue and are stuck."""
    waiting = timer.c.state == "waiting"
    overdue = and_(waiting, timer.c.due_at < now - timedelta(seconds=OVERDUE_SECONDS))
    stuck = timer.c.state == "stuck"
    row = (await tx.execute(select(*(func.count().filter(which) for which in (waiting, overdue, stuck))))).one()
    return Counts(waiting=row[0], overdue=row[1], stuck=row[2])


async def free_stuck(tx: AsyncConnection, *, kind: str, key: str | None = None) -> int:
    """Let stuck timers of a kind try again, as an administrator asks; returns how many."""
    chosen = [timer.c.key == key] if key is not None else []
    again = update(timer).where(timer.c.state == "stuck", timer.c.kind == kind, *chosen)
    result = await tx.execute(again.values(state="waiting", attempts=0, leased_until=None, reason=None))
    return result.rowcount


async def run_timers(
    engine: AsyncEngine,
    handlers: Mapping[str, Handler],
    stage: Stage,
    now: Callable[[], datetime],
    stopping: asyncio.Event,
) -> None:
    """Fire due timers until `stopping` is set. Kinds without a handler stay; a newer version may know them."""
    while not stopping.is_set():
        try:
            fired = await fire_one(engine, handlers, stage, now)
            pause = 0.0 if fired else POLL_SECONDS
        except (Away, DBAPIError, PoolTimeoutError, OSError) as fault:
            log.warning("timers wait: %s", type(fault).__name__)
            pause = AWAY_SECONDS
        if pause:
            await _wait(stopping, pause)


async def fire_one(
    engine: AsyncEngine, handlers: Mapping[str, Handler], stage: Stage, now: Callable[[], datetime]
) -> bool:
    """Fire the timer that is due longest, if any. True if there was one, whatever became of it."""
    leased = await _lease(engine, handlers, now())
    if leased is None:
        return False
    if leased.attempts > ATTEMPTS_MAX:
        await _note_failure(engine, leased, "gave up: never finished", stuck=True)
        return True
    try:
        with telemetry.extracted(leased.traceparent):
            async with engine.begin() as tx:
                if await _take(tx, leased):
                    await stage(tx, leased, await handlers[leased.kind](leased, tx))
    except Away:
        await _give_back(engine, leased)
        raise
    except Exception as fault:
        log.warning("timer failed: %s, attempt %d", leased.kind, leased.attempts, exc_info=True)
        stuck = isinstance(fault, Refused) or leased.attempts >= ATTEMPTS_MAX
        await _note_failure(engine, leased, reason(fault), stuck=stuck)
    return True


async def _lease(engine: AsyncEngine, kinds: Collection[str], at: datetime) -> Timer | None:
    async with engine.begin() as tx:
        found = await due(tx, now=at, limit=1, kinds=list(kinds))
        if not found:
            return None
        attempts = found[0].attempts + 1
        pause = PAUSES_SECONDS[min(attempts, len(PAUSES_SECONDS)) - 1]
        mark = update(timer).where(timer.c.id == found[0].id).returning(timer)
        row = (await tx.execute(mark.values(attempts=attempts, leased_until=at + timedelta(seconds=pause)))).one()
        return _timer_of(row)


async def _take(tx: AsyncConnection, leased: Timer) -> bool:
    """Remove the timer; False if it was cancelled, moved or fired meanwhile, or another process is at it."""
    mine = select(timer.c.id).where(timer.c.id == leased.id).with_for_update(skip_locked=True).scalar_subquery()
    return (await tx.execute(delete(timer).where(timer.c.id == mine))).rowcount == 1


async def _note_failure(engine: AsyncEngine, leased: Timer, why: str, *, stuck: bool) -> None:
    async with engine.begin() as tx:
        note = update(timer).where(timer.c.id == leased.id)
        await tx.execute(note.values(reason=why[:REASON_CHARACTERS_MAX], state="stuck" if stuck else "waiting"))


async def _give_back(engine: AsyncEngine, leased: Timer) -> None:
    async with engine.begin() as tx:
        unused = update(timer).where(timer.c.id == leased.id)
        await tx.execute(unused.values(attempts=timer.c.attempts - 1, leased_until=None))


def _fresh() -> dict[str, Any]:
    """What a timer that was never fired has, in the trace of whoever sets it."""
    return {
        "traceparent": telemetry.inject().get("traceparent"),
        "state": "waiting",
        "attempts": 0,
        "leased_until": None,
        "reason": None,
    }


def _free(now: datetime) -> ColumnElement[bool]:
    """Not leased. A lease farther away than the longest pause was made by a clock that has been set back since."""
    farthest = now + timedelta(seconds=max(PAUSES_SECONDS))
    until = timer.c.leased_until
    return or_(until.is_(None), until <= now, until > farthest)


def _timer_of(row: Row[Any]) -> Timer:
    return Timer(row.kind, row.key, row.due_at, row.payload, row.id, row.attempts, row.traceparent)


async def _wait(stopping: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stopping.wait()
    except TimeoutError:
        return
