"""Carries what is staged from the outbox to the streams, oldest first, as long as one process holds the lock."""

import asyncio
import json
import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from zlib import crc32

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from opentelemetry import trace
from sqlalchemy import Row, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from lotse_chassis import telemetry
from lotse_chassis.database import outbox
from lotse_chassis.meters import Meters
from lotse_contracts.envelope import template_of

log = logging.getLogger(__name__)
tracer = trace.get_tracer("lotse")

BATCH_ROWS_MAX = 500
POLL_SECONDS = 1.0  # the longest a row waits when no wake-up came
PUBLISH_SECONDS = 5.0  # for the receipts of one batch
LOCK_SPACE = 0x6C6F7473  # "lots": advisory locks of this house

Waiting = Row[int, str, str, bytes, dict[str, str]]

_LOCK = text("SELECT pg_try_advisory_lock(:space, :service)")
_WAITING = (
    select(outbox.c.position, outbox.c.publish_id, outbox.c.subject, outbox.c.body, outbox.c.headers)
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
        self._receipts: dict[str, asyncio.Future[str]] = {}
        self._turn = 0

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
        inbox = self._client.new_inbox()
        subscription = await self._client.subscribe(f"{inbox}.*", cb=self._received)
        try:
            while not stopping.is_set():
                self._woken.clear()
                while await self.relay_batch(lock, inbox) == BATCH_ROWS_MAX and not stopping.is_set():
                    pass
                await _either(self._woken.wait(), POLL_SECONDS)
            await self.relay_batch(lock, inbox)
        finally:
            if self._client.is_connected:
                await subscription.unsubscribe()
            await lock.exec_driver_sql("SELECT pg_advisory_unlock_all()")

    async def relay_batch(self, lock: AsyncConnection, inbox: str) -> int:
        """Publish what waits, mark what the streams have; returns how many rows were taken up.

        A crash between the two sends rows twice: the stream drops the second by its id within its duplicate window,
        the reader's inbox drops it after.
        """
        rows = (await lock.execute(_WAITING)).all()
        if not rows:
            self._meters.outbox_age(0.0)
            return 0
        sent = await self._published(rows, inbox)
        if sent:
            mark = update(outbox).where(outbox.c.position == func.any(sent)).values(sent_at=self._now())
            await lock.execute(mark)
            self._meters.relayed(len(sent))
        if len(sent) < len(rows):
            await self._tell_age(lock)
            await asyncio.sleep(POLL_SECONDS)
        return len(rows)

    async def _published(self, rows: Sequence[Waiting], inbox: str) -> list[int]:
        """All in flight at once, receipts counted; returns the positions that a stream has."""
        self._turn += 1
        receipts: dict[int, asyncio.Future[str]] = {}
        try:
            for row in rows:
                key = f"{self._turn}-{row.position}"
                receipts[row.position] = self._receipts[key] = asyncio.get_running_loop().create_future()
                await self._publish(row, f"{inbox}.{key}")
            await asyncio.wait(receipts.values(), timeout=PUBLISH_SECONDS)
        except nats.errors.Error as fault:
            log.warning("outbox: %s, trying again", type(fault).__name__)
        finally:
            self._receipts.clear()
        refused = {
            (template_of(row.subject), receipts[row.position].result())
            for row in rows
            if row.position in receipts and receipts[row.position].done() and receipts[row.position].result()
        }
        for template, why in refused:
            log.error("outbox: the broker refused %s: %s", template, why)
        return [position for position, receipt in receipts.items() if receipt.done() and not receipt.result()]

    async def _publish(self, row: Waiting, answer_to: str) -> None:
        headers = {**row.headers, "Nats-Msg-Id": row.publish_id}
        if "traceparent" not in row.headers:
            await self._client.publish(row.subject, row.body, reply=answer_to, headers=headers)
            return
        template = template_of(row.subject)
        with tracer.start_as_current_span(
            f"publish {template}", context=telemetry.parent_of(row.headers["traceparent"])
        ):
            headers |= telemetry.inject()
            await self._client.publish(row.subject, row.body, reply=answer_to, headers=headers)

    async def _received(self, raw: Msg) -> None:
        receipt = self._receipts.get(raw.subject.rsplit(".", 1)[1])
        if receipt is not None and not receipt.done():
            receipt.set_result(_refusal(raw))

    async def _tell_age(self, lock: AsyncConnection) -> None:
        oldest = select(func.min(outbox.c.staged_at)).where(outbox.c.sent_at.is_(None))
        if (staged_at := await lock.scalar(oldest)) is not None:
            self._meters.outbox_age((self._now() - staged_at).total_seconds())


def _refusal(raw: Msg) -> str:
    """Empty when the stream has the message; else why not, in the broker's words."""
    if not raw.data:
        return "no stream takes this subject"
    if b'"error"' not in raw.data:
        return ""
    return str(json.loads(raw.data).get("error", {}).get("description", "error"))[:200]


async def _either(waited: Any, seconds: float) -> bool:
    """Whether it came within the time."""
    try:
        await asyncio.wait_for(waited, seconds)
    except TimeoutError:
        return False
    return True
