"""A transfer is acknowledged by the association that has it, and said again until it is (ADR 11).

The broker alone does not keep it safe: a source that starts anew after a cut link can pass over what waited for it.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Update, extract, func, select, text, update
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

WAIT_MAX = timedelta(days=1)  # between two times that a transfer is said
SOONER = 8  # times, while the partner is heard
AGAIN_ROWS_MAX = 500  # at a time
WAITING_MAX = 200  # transfers that the stream has not taken yet
LOOK_SECONDS_MAX = 10.0  # between two looks for what is to be said again

_UNHEARD = text(UNHEARD)
_TO = func.split_part(rows.c.subject, ".", 4)


async def receipts(
    tx: AsyncConnection, batch: Sequence[Arrived], signer: Signer, now: datetime, first: timedelta
) -> list[Staged]:
    """What tells the senders which of these have come; of those that came before too, since a receipt may be lost.

    Whoever is heard can hear: what that partner has not acknowledged is said again sooner than it would be.
    """
    come = {one.context.sender_association: list[UUID]() for one in batch if isinstance(one.message, Transfer)}
    if not come or (receipt := receipt_of(signer.service)) is None:
        return []
    for one in batch:
        if not isinstance(one.message, TransfersHeard):
            come[one.context.sender_association].append(one.context.id)
    sent = rows.c.sent_at
    sooner = extract("epoch", now - sent) * SOONER > extract("epoch", sent - rows.c.staged_at)
    await tx.execute(_again(now, _TO.in_(come) & (sent < now - first) & sooner))
    told = [receipt(to=to, receipt_id=uuid4(), ids=tuple(ids)) for to, ids in come.items() if ids]
    return [outbox.written(one, _context(signer, now), signer) for one in told]


async def note(receipt: TransfersHeard, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """The partner has these; what went to others, it cannot acknowledge."""
    mine = (rows.c.message_id == func.any(list(receipt.ids))) & _TO.in_([context.sender_association])
    # Locked in the order of the relay, which marks the same rows.
    held = select(rows.c.position).where(_UNHEARD, mine).order_by(rows.c.position).with_for_update()
    await tx.execute(update(rows).where(rows.c.position.in_(held)).values(heard_at=context.now))
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
    """Under a fresh publish id, since the stream still knows the old one; the receiver's inbox knows the message.

    A stream that is full of what a partner does not fetch takes no more: then nothing is added to what waits for it.
    """
    waits = select(rows.c.position).where(rows.c.sent_at.is_(None), rows.c.kind == "xfer").limit(WAITING_MAX).subquery()
    few = select(func.count()).select_from(waits).scalar_subquery() < WAITING_MAX
    late = select(rows.c.position).where(_UNHEARD, _is_taken(now), which, few).order_by(rows.c.position)
    fresh = func.split_part(rows.c.publish_id, "~", 1).concat(now.strftime("~%Y%m%dT%H%M%S%f"))
    chosen = late.limit(AGAIN_ROWS_MAX).with_for_update()
    return update(rows).where(rows.c.position.in_(chosen)).values(sent_at=None, publish_id=fresh)


def _is_taken(now: datetime) -> ColumnElement[bool]:
    """Whether a partner would still take it."""
    return rows.c.staged_at > now - TRANSFER_AGE_MAX


def _context(signer: Signer, now: datetime) -> Context:
    """Of a receipt: it leads to nothing that was acknowledged."""
    own, us = uuid4(), signer.association
    return Context(
        id=own, now=now, time=now, association=us, sender=signer.service, sender_association=us, correlation=own
    )
