"""Stores what providers report and applies it later, both many in one commit."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from uuid import UUID

from prometheus_client import CollectorRegistry, Counter, Gauge

from lotse_chassis.service import Unit
from lotse_notify.domain.hooks import Received
from lotse_notify.handlers.receiving import apply
from lotse_notify.store import receipts
from lotse_notify.store.receipts import Heard
from lotse_notify.workers.databaseaway import DATABASE_AWAY
from lotse_notify.workers.grouping import Group

log = logging.getLogger(__name__)

Units = Callable[[], AbstractAsyncContextManager[Unit]]

TOGETHER_MAX = 200
"""Receipts of one commit; the next takes the rest."""
KEEP_SECONDS = 0.05
"""How long a receipt that came in waits for others before all are stored; who reports it waits as long."""
APPLY_SECONDS = 0.2
"""How long one that is stored waits for others, most often for the next one of the same message."""
TIDY_SECONDS = 60.0
FORGOTTEN_MAX = 1_000
"""Rows of one round."""


class ReceiptMeters:
    """What came in, by provider: a receipt, a message, or nothing that could be used and why."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.came = Counter(
            "lotse_notify_receipts", "reports of providers and mail servers", ["provider", "what"], registry=registry
        )
        self.parked = Gauge(
            "lotse_notify_receipts_parked", "receipts whose attempt nobody knows yet", registry=registry
        )
        self.late = Counter(
            "lotse_notify_late_receipts", "receipts that changed a message that had ended", registry=registry
        )


class Inbox:
    """The way of every receipt into the database. `arrived` is set with each commit, so that somebody applies it."""

    def __init__(self, units: Units, meters: ReceiptMeters) -> None:
        self.meters = meters
        self.arrived = asyncio.Event()
        self._units = units
        self._group = Group(self._stored, TOGETHER_MAX, KEEP_SECONDS)

    async def keep(self, received: Received) -> None:
        """Returns once it is committed. Raises what the database raised."""
        await self._group.put(received)
        self.arrived.set()

    async def knows(self, reference: UUID) -> bool:
        """Whether there is such a try. Raises what the database raised."""
        async with self._units() as unit:
            return await receipts.knows(unit.tx, reference)

    async def _stored(self, batch: Sequence[Received]) -> Sequence[None]:
        async with self._units() as unit:
            await receipts.keep(unit.tx, batch, unit.context.now)
        return [None] * len(batch)


async def run(stopping: asyncio.Event, *, units: Units, inbox: Inbox, poll_seconds: float) -> None:
    """Until stopped: apply what has arrived, and now and then forget what nobody will ever ask for."""
    loop, tidied_at = asyncio.get_running_loop(), -TIDY_SECONDS
    while not stopping.is_set():
        inbox.arrived.clear()
        looked = await apply_due(units, inbox.meters)
        if loop.time() - tidied_at >= TIDY_SECONDS:
            tidied_at = loop.time()
            await tidy(units, inbox.meters)
        if looked < TOGETHER_MAX:
            await _rest(poll_seconds, stopping, inbox.arrived)
            await _rest(APPLY_SECONDS, stopping)


async def apply_due(units: Units, meters: ReceiptMeters) -> int:
    """One round; how many were due. What fails in company is applied alone and stops nobody else."""
    try:
        async with units() as unit:
            due = await receipts.due(unit.tx, unit.context.now, rows_max=TOGETHER_MAX)
            late = await apply(unit, due) if due else 0
    except DATABASE_AWAY:
        raise
    except Exception as fault:  # noqa: BLE001 - each is tried alone, and says its own fault
        log.warning("receipts are applied one by one: %s", type(fault).__name__)
        return await _apply_alone(units, meters)
    meters.late.inc(late)
    return len(due)


async def tidy(units: Units, meters: ReceiptMeters) -> None:
    """Forget what nobody ever knew, and count what waits."""
    async with units() as unit:
        await receipts.forget(unit.tx, unit.context.now, rows_max=FORGOTTEN_MAX)
        meters.parked.set(await receipts.parked_count(unit.tx))


async def _apply_alone(units: Units, meters: ReceiptMeters) -> int:
    """Those of each attempt for themselves; those that nobody knows yet together."""
    async with units() as unit:
        due = await receipts.due(unit.tx, unit.context.now, rows_max=TOGETHER_MAX)
    apart: dict[UUID | None, list[Heard]] = {}
    for one in due:
        apart.setdefault(one.attempt_id, []).append(one)
    for mine in apart.values():
        try:
            async with units() as unit:
                meters.late.inc(await apply(unit, mine))
        except DATABASE_AWAY:
            raise
        except Exception as fault:  # noqa: BLE001 - one receipt is left lying, not all that follow
            log.error("a receipt cannot be applied: %s", type(fault).__name__)
            async with units() as unit:
                await receipts.look_again(unit.tx, [one.receipt_id for one in mine], unit.context.now)
    return len(due)


async def _rest(seconds: float, *until: asyncio.Event) -> None:
    """So long, or until one of these is set."""
    waiting = [asyncio.ensure_future(event.wait()) for event in until]
    try:
        await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waiting:
            one.cancel()
