"""Claims one alone after a claim of many has failed, so that one that cannot be claimed holds up nothing else."""

import logging
from datetime import timedelta
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from lotse_chassis import telemetry
from lotse_chassis.service import Unit
from lotse_notify.domain.machine import UNSENT
from lotse_notify.domain.verdict import Verdict
from lotse_notify.handlers.telling import settle
from lotse_notify.store import notices, sending
from lotse_notify.workers.claiming import Claimed, claim
from lotse_notify.workers.databaseaway import DATABASE_AWAY
from lotse_notify.workers.post import Post, Units

log = logging.getLogger(__name__)

PUT_OFF = timedelta(minutes=5)  # of one that cannot be claimed by a fault of ours


async def claim_alone(units: Units, post: Post, worker: int | None) -> Claimed:
    """The one that waits longest; if it cannot be claimed, that one expires or is put off, and no other."""
    async with units() as unit:
        oldest = await sending.oldest_due(unit.tx, unit.context.now)
    if oldest is None:
        return Claimed((), 0)
    try:
        found = await claim(units, post, rows_max=1, worker=worker, only=oldest)
    except DATABASE_AWAY:
        raise
    except Exception as fault:
        log.error("a claim failed: %s", type(fault).__name__, exc_info=fault)
        await _left(units, oldest)
        return Claimed((), 1, int(isinstance(fault, IntegrityError)))
    return Claimed(found.claims, 1)


async def _left(units: Units, notification_id: UUID) -> None:
    """Its end does not need what could not be read; where not even that can be written, it is put off all the same."""
    try:
        async with units() as unit:
            if await _expired(unit, notification_id):
                return
    except DATABASE_AWAY:
        raise
    except Exception as fault:
        log.error("a message cannot expire: %s", type(fault).__name__, exc_info=fault)
    async with units() as unit:
        await sending.put_off(unit.tx, notification_id, unit.context.now + PUT_OFF)


async def _expired(unit: Unit, notification_id: UUID) -> bool:
    now, of = unit.context.now, await notices.by_id(unit.tx, notification_id)
    if of is None or of.state not in UNSENT or now < of.asked.useful_by:
        return False
    with telemetry.extracted(of.traceparent):
        unit.say(*await settle(unit.tx, of, Verdict("expired", "too_late"), None, now))
    return True
