"""Publishes rows of an outbox: many at once, each receipt counted, none taken for granted.

A stream that syncs each message to disk takes a batch published atomically about four times as fast, since it syncs
once; a batch that holds an id the stream knows, or a message it refuses, is published again one by one (ADR 3).
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from opentelemetry import trace
from sqlalchemy import Row

from lotse_chassis import telemetry
from lotse_contracts.envelope import template_of

log = logging.getLogger(__name__)
tracer = trace.get_tracer("lotse")

RECEIPT_SECONDS = 5.0  # for all receipts of one batch
ATOMIC_KINDS = ("evt", "cmd")  # the kinds whose stream takes atomic batches
ATOMIC_ROWS_MIN = 4  # below, two round trips cost more than they save
ATOMIC_ROWS_MAX = 500  # the server takes 1,000

Waiting = Row[*tuple[Any, ...]]
"""position, kind, publish_id, subject, body, headers"""


@dataclass(frozen=True)
class Published:
    """Positions of rows that a stream has, and of those that the broker refused."""

    sent: tuple[int, ...]
    refused: tuple[int, ...]


class Publisher:
    """One inbox for the receipts of one relay."""

    def __init__(self, client: Client, inbox: str) -> None:
        self._client, self._inbox, self._turn = client, inbox, 0
        self._receipts: dict[str, asyncio.Future[str]] = {}

    @classmethod
    @asynccontextmanager
    async def open(cls, client: Client) -> AsyncIterator["Publisher"]:
        """Listen for receipts as long as the relay runs."""
        publisher = cls(client, client.new_inbox())
        subscription = await client.subscribe(f"{publisher._inbox}.*", cb=publisher._received)
        try:
            yield publisher
        finally:
            if not client.is_closed:
                await subscription.unsubscribe()

    async def publish(self, rows: Sequence[Waiting]) -> Published:
        """Publish once; what was neither sent nor refused waits for the next turn."""
        sent: list[int] = []
        for kind in ATOMIC_KINDS:
            batch = [row for row in rows if row.kind == kind][:ATOMIC_ROWS_MAX]
            if len(batch) >= ATOMIC_ROWS_MIN and await self._atomic(batch):
                sent += [row.position for row in batch]
        known = frozenset(sent)
        answers = await self._one_by_one([row for row in rows if row.position not in known])
        sent += [position for position, why in answers.items() if not why]
        return Published(tuple(sent), tuple(position for position, why in answers.items() if why))

    async def _atomic(self, rows: Sequence[Waiting]) -> bool:
        """All or nothing. Source: NATS ADR-50; the first message opens the batch, the last one commits it."""
        batch, last = uuid4().hex, len(rows)
        headers = {"Nats-Batch-Id": batch}
        try:
            opening = {**headers, "Nats-Batch-Sequence": "1"}
            opened = await self._request(rows[0], opening)
            if opened.data:
                return False
            for sequence, row in enumerate(rows[1:-1], start=2):
                await self._put(row, "", {**headers, "Nats-Batch-Sequence": str(sequence)})
            closing = {**headers, "Nats-Batch-Sequence": str(last), "Nats-Batch-Commit": "1"}
            return not _refusal(await self._request(rows[-1], closing))
        except (nats.errors.Error, TimeoutError) as fault:
            log.info("outbox: batch not taken, now one by one: %s", type(fault).__name__)
            return False

    async def _request(self, row: Waiting, headers: dict[str, str]) -> Msg:
        with self._span(row):
            given = {**row.headers, **telemetry.inject(), **headers, "Nats-Msg-Id": row.publish_id}
            return await self._client.request(row.subject, row.body, timeout=RECEIPT_SECONDS, headers=given)

    async def _one_by_one(self, rows: Sequence[Waiting]) -> dict[int, str]:
        """All in flight at once, each with a receipt of its own; per position empty, or why it was refused."""
        if not rows:
            return {}
        self._turn += 1
        receipts: dict[int, asyncio.Future[str]] = {}
        try:
            for row in rows:
                key = f"{self._turn}-{row.position}"
                receipts[row.position] = self._receipts[key] = asyncio.get_running_loop().create_future()
                try:
                    await self._put(row, f"{self._inbox}.{key}", {})
                except (nats.errors.MaxPayloadError, nats.errors.BadSubjectError) as fault:  # this row's own fault
                    receipts[row.position].set_result(type(fault).__name__)
            await asyncio.wait(receipts.values(), timeout=RECEIPT_SECONDS)
        except nats.errors.Error as fault:
            log.warning("outbox: %s, trying again", type(fault).__name__)
        finally:
            self._receipts.clear()
        answers = {position: receipt.result() for position, receipt in receipts.items() if receipt.done()}
        for template, why in {(template_of(row.subject), answers.get(row.position, "")) for row in rows}:
            if why:
                log.error("outbox: the broker refused %s: %s", template, why)
        return answers

    async def _put(self, row: Waiting, answer_to: str, headers: dict[str, str]) -> None:
        with self._span(row):
            given = {**row.headers, **telemetry.inject(), **headers, "Nats-Msg-Id": row.publish_id}
            await self._client.publish(row.subject, row.body, reply=answer_to, headers=given)

    def _span(self, row: Waiting) -> Any:
        parent = telemetry.parent_of(row.headers.get("traceparent"))
        return tracer.start_as_current_span(f"publish {template_of(row.subject)}", context=parent)

    async def _received(self, raw: Msg) -> None:
        receipt = self._receipts.get(raw.subject.rsplit(".", 1)[1])
        if receipt is not None and not receipt.done():
            receipt.set_result(_refusal(raw))


def _refusal(raw: Msg) -> str:
    """Empty when the stream has the message; else why not, in the broker's words."""
    if not raw.data:
        return "no stream takes this subject"
    if b'"error"' not in raw.data:
        return ""
    return str(json.loads(raw.data).get("error", {}).get("description", "error"))[:200]
