"""A transfer is acknowledged by the association that has it, and said again until it is (ADR 11).

The broker alone does not keep it safe: a source that starts anew after a cut link can pass over what waited for it.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Update, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from lotse_chassis import outbox
from lotse_chassis.context import Context
from lotse_chassis.database import UNHEARD
from lotse_chassis.database import outbox as rows
from lotse_chassis.decoding import Arrived
from lotse_chassis.meters import Meters
from lotse_chassis.outbox import Staged
from lotse_chassis.transfers import TRANSFER_AGE_MAX, Signer
from lotse_contracts.catalogue import receipt_of
from lotse_contracts.envelope import Message, Transfer, TransfersHeard

WAIT_MAX = timedelta(hours=6)  # between two times that a transfer is said
LOOK_SECONDS_MAX = 10.0  # between two looks for what is to be said again

_UNHEARD = text(UNHEARD)
_TO = func.split_part(rows.c.subject, ".", 4)


async def receipts(
    tx: AsyncConnection, batch: Sequence[Arrived], signer: Signer, now: datetime, first: timedelta
) -> list[Staged]:
    """What tells the senders which of these have come; of those that came before too, since a receipt may be lost.

    Whoever is heard again can hear: what was said to them before `first` and is not acknowledged, is said again.
    """
    come = {one.context.sender_association: set[UUID]() for one in batch if isinstance(one.message, Transfer)}
    if not come or (receipt := receipt_of(signer.service)) is None:
        return []
    for one in batch:
        if not isinstance(one.message, TransfersHeard):
            come[one.context.sender_association].add(one.context.id)
    await tx.execute(_again(now, (rows.c.sent_at < now - first) & _TO.in_(come)))
    told = [receipt(to=to, receipt_id=uuid4(), ids=tuple(ids)) for to, ids in come.items() if ids]
    return [outbox.written(one, _context(signer, now), signer) for one in told]


async def note(receipt: TransfersHeard, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """The partner has these; what went to others, it cannot acknowledge."""
    mine = rows.c.message_id == func.any(list(receipt.ids))
    await tx.execute(
        update(rows).where(_UNHEARD, mine, _TO.in_([context.sender_association])).values(heard_at=context.now)
    )
    return ()


async def say_again(tx: AsyncConnection, now: datetime, first: timedelta) -> int:
    """Let the relay say again what no partner has acknowledged: after `first`, then each time after twice as long."""
    waited = func.least(func.greatest(rows.c.sent_at - rows.c.staged_at, first), WAIT_MAX)
    return (await tx.execute(_again(now, rows.c.sent_at < now - waited))).rowcount


async def oldest(tx: AsyncConnection, now: datetime) -> datetime | None:
    """When the oldest was staged that no partner has acknowledged and that a partner would still take."""
    found: datetime | None = await tx.scalar(select(func.min(rows.c.staged_at)).where(_UNHEARD, _is_taken(now)))
    return found


@dataclass(frozen=True)
class Repeater:
    """The loop that looks for them; `wake` rouses the relay."""

    engine: AsyncEngine
    meters: Meters
    now: Callable[[], datetime]
    wake: Callable[[], None]
    first: timedelta

    async def run(self, stopping: asyncio.Event) -> None:
        """Until stopped."""
        while not stopping.is_set():
            await self.look()
            try:
                await asyncio.wait_for(stopping.wait(), min(self.first.total_seconds() / 2, LOOK_SECONDS_MAX))
            except TimeoutError:
                continue

    async def look(self) -> None:
        """Once."""
        now = self.now()
        async with self.engine.begin() as tx:
            again = await say_again(tx, now, self.first)
            since = await oldest(tx, now)
        self.meters.unheard_age((now - since).total_seconds() if since is not None else 0.0)
        if again:
            self.wake()


def _again(now: datetime, which: ColumnElement[bool]) -> Update:
    """Under a fresh publish id, since the stream still knows the old one; the receiver's inbox knows the message."""
    fresh = func.split_part(rows.c.publish_id, "~", 1).concat(now.strftime("~%Y%m%dT%H%M%S%f"))
    return update(rows).where(_UNHEARD, _is_taken(now), which).values(sent_at=None, publish_id=fresh)


def _is_taken(now: datetime) -> ColumnElement[bool]:
    """Whether a partner would still take it."""
    return rows.c.staged_at > now - TRANSFER_AGE_MAX


def _context(signer: Signer, now: datetime) -> Context:
    """Of a receipt: it leads to nothing that was acknowledged."""
    own, us = uuid4(), signer.association
    return Context(
        id=own, now=now, time=now, association=us, sender=signer.service, sender_association=us, correlation=own
    )
