"""When she is asked what became of it: the timers are set when she is sent on her way, and with her appointments."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.timers import cancel_timer, set_timer, timer
from lotse_referral.domain.checkbacks import CHECKBACK, VISIT_CHECK, asks_back, due_at, may_be_told, visit_due_at
from lotse_referral.domain.referral import Referral
from lotse_referral.store import appointments, directory


async def begin(tx: AsyncConnection, held: Referral, context: Context) -> None:
    """She is on her way, and nobody but her will tell us what becomes of it. Never where nothing may be told."""
    first = due_at(context.now, 1)
    if first is None or not asks_back(held) or not await tellable(tx, held):
        return
    payload = {"round": 1, "handed_over_at": context.now.isoformat()}
    await set_timer(tx, kind=CHECKBACK, key=str(held.referral_id), due_at=first, payload=payload)


async def plan_visit(tx: AsyncConnection, held: Referral, context: Context) -> None:
    """An appointment was fixed, moved or taken back: she is asked the morning after the next one.

    One that was yesterday, or is just now, comes before those that lie ahead.
    """
    key = str(held.referral_id)
    kept = [one for one in await appointments.of_referral(tx, held.referral_id) if not one.cancelled]
    ahead = [one for one in kept if visit_due_at(one.ends_at) > context.now]
    if not ahead or held.direction != "out" or not held.under_way or not await tellable(tx, held):
        await cancel_timer(tx, kind=VISIT_CHECK, key=key)
        return
    next_one = min(ahead, key=lambda one: one.ends_at)
    payload = {"appointment_id": str(next_one.appointment_id)}
    await set_timer(tx, kind=VISIT_CHECK, key=key, due_at=visit_due_at(next_one.ends_at), payload=payload)


async def still_asks(tx: AsyncConnection, referral_id: UUID) -> bool:
    """Whether a question, or the end of asking, is still to come by itself."""
    mine = (timer.c.kind == CHECKBACK) & (timer.c.key == str(referral_id)) & (timer.c.state == "waiting")
    return (await tx.execute(select(timer.c.id).where(mine))).first() is not None


async def visit_asked_at(tx: AsyncConnection, referral_id: UUID) -> datetime | None:
    """When she will be asked about an appointment; None where none lies ahead."""
    mine = (timer.c.kind == VISIT_CHECK) & (timer.c.key == str(referral_id)) & (timer.c.state == "waiting")
    return (await tx.execute(select(timer.c.due_at).where(mine))).scalar()


async def stop(tx: AsyncConnection, referral_id: UUID) -> None:
    """The loop is closed."""
    for kind in (CHECKBACK, VISIT_CHECK):
        await cancel_timer(tx, kind=kind, key=str(referral_id))


async def tellable(tx: AsyncConnection, held: Referral) -> bool:
    """Whether anything about this referral may be pushed to her, and shown to whoever holds her link."""
    service = None if held.service_id is None else await directory.one(tx, held.service_id)
    return may_be_told(held, confidential=service is not None and service.confidential)
