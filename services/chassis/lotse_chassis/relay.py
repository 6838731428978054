"""Carries what is staged from the outbox to the streams, oldest first, as long as one process holds the lock."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from zlib import crc32

from nats.aio.client import Client
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from lotse_chassis.database import outbox
from lotse_chassis.meters import Meters
from lotse_chassis.publishing import Published, Publisher

log = logging.getLogger(__name__)

BATCH_ROWS_MAX = 500
POLL_SECONDS = 1.0  # the longest a row waits when no wake-up came
GATHER_SECONDS = 0.02  # between two batches: what is staged meanwhile goes together; after a rest nothing waits
REFUSED_SECONDS = 5.0  # before a row that the broker refused is tried again
REFUSED_ROWS_MAX = 5_000  # so many are passed over at a time
LOCK_SPACE = 0x6C6F7473  # "lots": advisory locks of this house

_LOCK = text("SELECT pg_try_advisory_lock(:space, :service)")
_WAITING = (
    select(outbox.c.position, outbox.c.kind, outbox.c.publish_id, outbox.c.subject, outbox.c.body, outbox.c.headers)
    .where(outbox.c.sent_at.is_(None))
    .order_by(outbox.c.position)
    .limit(BATCH_ROWS_MAX)
)


class Relay:
    """One per process; of several processes of a service the one that holds the lock relays."""

    def __init__(
        self, service: str, engine: AsyncEngine, client: Client, meters: Meters, now: Callable[[], datetime]
    ) -> None:
        self._lock_key = crc32(service.encode()) & 0x7FFFFFFF
        self._engine, self._client, self._meters, self._now = engine, client, meters, now
        self._woken = asyncio.Event()
        self._refused: dict[int, float] = {}

    def wake(self) -> None:
        """Something was staged."""
        self._woken.set()

    async def run(self, stopping: asyncio.Event) -> None:
        """Until stopped; what cannot be published now waits for the next turn."""
        while not stopping.is_set():
            try:
                async with self._engine.connect() as lock:
                    await self._hold(await lock.execution_options(isolation_level="AUTOCOMMIT"), stopping)
            except Exception as fault:  # noqa: BLE001 - whatever it was, the outbox keeps what was said
                log.warning("outbox not relayed, trying again: %s", type(fault).__name__)
                await _either(stopping.wait(), POLL_SECONDS)

    async def _hold(self, lock: AsyncConnection, stopping: asyncio.Event) -> None:
        """Relay as long as the connection lives that holds the lock."""
        held = {"space": LOCK_SPACE, "service": self._lock_key}
        while not await lock.scalar(_LOCK, held):
            if await _either(stopping.wait(), POLL_SECONDS):
                return
        try:
            async with Publisher.open(self._client) as publisher:
                while not stopping.is_set():
                    self._woken.clear()
                    while await self.relay_batch(lock, publisher) == BATCH_ROWS_MAX and not stopping.is_set():
                        pass
                    ended_at = time.monotonic()
                    await _either(self._woken.wait(), POLL_SECONDS)
                    await asyncio.sleep(GATHER_SECONDS - (time.monotonic() - ended_at))
                await self.relay_batch(lock, publisher)
        finally:
            await lock.exec_driver_sql("SELECT pg_advisory_unlock_all()")

    async def relay_batch(self, lock: AsyncConnection, publisher: Publisher) -> int:
        """Publish what waits, mark what the streams have; returns how many rows were taken up.

        A crash between the two sends rows twice: the stream drops the second by its id within its duplicate window,
        the reader's inbox drops it after.
        """
        rows = (await lock.execute(_WAITING.where(outbox.c.position != func.all(self._passed_over())))).all()
        published = await publisher.publish(rows) if rows else Published((), ())
        if published.sent:
            mark = update(outbox).where(outbox.c.position == func.any(list(published.sent)))
            await lock.execute(mark.values(sent_at=self._now()))
            self._meters.relayed(len(published.sent))
        self._pass_over(published.refused)
        if self._refused or len(published.sent) < len(rows):
            await self._tell_age(lock)
        else:
            self._meters.outbox_age(0.0)
        if len(published.sent) + len(published.refused) < len(rows):
            await asyncio.sleep(POLL_SECONDS)
        return len(rows)

    def _pass_over(self, positions: Sequence[int]) -> None:
        """What the broker refuses, such as orders for a full queue, must not hold up what it would take."""
        again_at = time.monotonic() + REFUSED_SECONDS
        self._refused |= dict.fromkeys(positions[: REFUSED_ROWS_MAX - len(self._refused)], again_at)

    def _passed_over(self) -> list[int]:
        now = time.monotonic()
        self._refused = {position: again_at for position, again_at in self._refused.items() if again_at > now}
        return list(self._refused)

    async def _tell_age(self, lock: AsyncConnection) -> None:
        oldest = select(func.min(outbox.c.staged_at)).where(outbox.c.sent_at.is_(None))
        if (staged_at := await lock.scalar(oldest)) is not None:
            self._meters.outbox_age((self._now() - staged_at).total_seconds())


async def _either(waited: Any, seconds: float) -> bool:
    """Whether it came within the time."""
    try:
        await asyncio.wait_for(waited, seconds)
    except TimeoutError:
        return False
    return True
