"""When a sealing key ends: replaced when an erasure asks, destroyed when nothing can be on its way any more."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import timers
from lotse_chassis.context import Context
from lotse_chassis.sealring import SealRing
from lotse_chassis.timers import Timer
from lotse_contracts import Message

REPLACE_TIMER = "seal-key-replace"
DESTROY_TIMER = "seal-key-destroy"


async def ask(tx: AsyncConnection, now: datetime) -> None:
    """What was sealed to us until now shall not be opened again: asked in the transaction of an erasure."""
    await _set(tx, REPLACE_TIMER, due_at=now, asked_at=now)


class SealTurn:
    """The two timers of one ring; `grace_seconds` is how long an order may have been on its way."""

    def __init__(self, ring: SealRing, grace_seconds: float) -> None:
        self._ring, self._grace = ring, timedelta(seconds=grace_seconds)

    async def replace_due(self, timer: Timer, context: Context, tx: AsyncConnection) -> Sequence[Message]:
        """A new key, once for all erasures that asked before it was made."""
        asked_at = datetime.fromisoformat(timer.payload["asked_at"])
        self._ring.replace_older(asked_at, context.now)
        await _set(tx, DESTROY_TIMER, due_at=context.now + self._grace, asked_at=asked_at)
        return []

    async def destroy_due(self, timer: Timer, context: Context, tx: AsyncConnection) -> Sequence[Message]:
        """The keys of that time are gone for good; what comes late must be sealed again."""
        self._ring.destroy_older(datetime.fromisoformat(timer.payload["asked_at"]))
        return []


async def _set(tx: AsyncConnection, kind: str, *, due_at: datetime, asked_at: datetime) -> None:
    stamp = asked_at.isoformat()
    await timers.set_timer(tx, kind=kind, key=f"seal-{stamp}", due_at=due_at, payload={"asked_at": stamp})
