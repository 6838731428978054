"""A concern's clock: set, moved and stopped in the transaction of the move."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import timers
from lotse_chassis.timers import Timer
from lotse_intake.domain.clocks import Ticking, started
from lotse_intake.store.arrivals import Arrival

CONCERN_TIMER = "concern"


async def begin(tx: AsyncConnection, arrived: Sequence[Arrival]) -> None:
    """The first clock of every concern of a batch, in one statement."""
    given = {
        str(concern.concern_id): _timer(started("look", one.urgency, one.at, due_at=one.due_at))
        for one in arrived
        for concern in one.concerns
    }
    await timers.set_timers(tx, CONCERN_TIMER, given)


async def tick(tx: AsyncConnection, concern_id: UUID, ticking: Ticking | None) -> None:
    """Let this clock run from now on, or none."""
    if ticking is None:
        await timers.cancel_timer(tx, kind=CONCERN_TIMER, key=str(concern_id))
        return
    due_at, payload = _timer(ticking)
    await timers.set_timer(tx, kind=CONCERN_TIMER, key=str(concern_id), due_at=due_at, payload=payload)


def _timer(ticking: Ticking) -> tuple[datetime, Mapping[str, Any]]:
    return ticking.step_at, {
        "clock": ticking.clock,
        "started_at": ticking.started_at.isoformat(),
        "due_at": ticking.due_at.isoformat(),
        "step": ticking.step,
    }


def ticking_of(timer: Timer) -> Ticking:
    """The clock as its timer tells it."""
    said = timer.payload
    moments = (datetime.fromisoformat(said["started_at"]), datetime.fromisoformat(said["due_at"]))
    return Ticking(said["clock"], *moments, said["step"], timer.due_at)
