"""What happens when a concern's clock strikes: the desk is reminded, the person is, or a coordinator hears of it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Away
from lotse_chassis.timers import Timer
from lotse_contracts.envelope import Message
from lotse_contracts.intake import ConcernEscalated, ConcernOverdue, ConcernReminded
from lotse_intake.domain.clocks import Said, Strike, Ticking, strike
from lotse_intake.handlers import moving, telling
from lotse_intake.handlers.ticking import tick, ticking_of
from lotse_intake.store import concerns, enquiries, persons

FACTS: Mapping[Said, type[ConcernReminded]] = {
    "reminded": ConcernReminded,
    "overdue": ConcernOverdue,
    "escalated": ConcernEscalated,
}


async def struck(timer: Timer, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """A clock has come to its next step. Raises Away while somebody else is at the concern: that may stop the clock.

    To wait for the lock would close a ring, since whoever holds the concern may be about to move this very timer.
    """
    concern_id = UUID(timer.key)
    row = await concerns.free(tx, concern_id)
    if row is None:
        if await concerns.get(tx, concern_id) is not None:
            raise Away("concern")
        return []
    ticking = ticking_of(timer)
    if row.frozen or row.clock != ticking.clock:
        return []
    done = strike(ticking, row.urgency, context.now, restricted=row.restricted)
    if done.gives_up:
        return await moving.by_itself(tx, context, row, "mark_unreachable")
    said = await _said(tx, context, row, done)
    if done.after is not None:
        await tick(tx, concern_id, done.after)
        if done.after.due_at != row.due_at:
            await concerns.move(tx, concern_id, due_at=done.after.due_at)
    return said


async def _said(tx: AsyncConnection, context: Context, row: Row[Any], done: Strike) -> list[Message]:
    """She is told that something waits, never what; where she cannot be told, the desk is."""
    if not done.tells:
        return [await _fact(tx, row, FACTS[what], done.ticking) for what in done.says]
    person, enquiry = await persons.get(tx, row.person_id), await enquiries.by_id(tx, row.enquiry_id)
    can_read = enquiry is not None and enquiry.receipt_sha256 is not None and not row.restricted
    if person is not None and can_read and telling.reach_of(person).may_be_told:
        return [telling.still_waits(context, row.person_id, row.concern_id, done.ticking)]
    return [await _fact(tx, row, ConcernReminded, done.ticking)]


async def _fact(tx: AsyncConnection, row: Row[Any], kind: type[ConcernReminded], ticking: Ticking) -> ConcernReminded:
    raised = await concerns.move(tx, row.concern_id)
    return kind(
        concern_id=row.concern_id,
        case_id=row.case_id,
        person_id=row.person_id,
        version=raised.version,
        clock=ticking.clock,
        state=row.state,
        urgency=row.urgency,
        due_at=ticking.due_at,
    )
