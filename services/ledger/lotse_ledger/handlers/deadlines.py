"""Durable timers say that a date comes near, if the grant still has it then."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import timers
from lotse_chassis.context import Context
from lotse_chassis.timers import Timer
from lotse_contracts.envelope import Message
from lotse_contracts.ledger import DeadlineNear
from lotse_ledger.domain.grants import grants_of
from lotse_ledger.domain.instants import day_of
from lotse_ledger.domain.law.deadlines import Deadline, notice_at
from lotse_ledger.domain.reports import deadlines_of_grant
from lotse_ledger.store.grants import entries_about

DEADLINE_TIMER = "deadline"


async def remind_of(tx: AsyncConnection, context: Context, grant_id: UUID) -> None:
    """Set a timer for each deadline of the grant that is still to come."""
    today = day_of(context.now)
    for deadline in await _deadlines(tx, context, grant_id):
        if deadline.due_on >= today:
            due_on = deadline.due_on.isoformat()
            await timers.set_timer(
                tx,
                kind=DEADLINE_TIMER,
                key=f"{grant_id}:{deadline.code}:{due_on}",
                due_at=notice_at(deadline.due_on),
                payload={"grant_id": str(grant_id), "deadline": deadline.code, "due_on": due_on},
            )


async def deadline_comes_near(timer: Timer, context: Context, tx: AsyncConnection) -> list[Message]:
    """Nothing if the date was moved, the proof is handed in or the money is used by now."""
    grant_id, code, due_on = UUID(timer.payload["grant_id"]), timer.payload["deadline"], timer.payload["due_on"]
    in_force = {(one.code, one.due_on.isoformat()) for one in await _deadlines(tx, context, grant_id)}
    if (code, due_on) not in in_force:
        return []
    return [DeadlineNear(grant_id=grant_id, deadline=code, due_on=due_on)]


async def _deadlines(tx: AsyncConnection, context: Context, grant_id: UUID) -> tuple[Deadline, ...]:
    """Of proofs that are not handed in, and of money that is not used up."""
    grants = grants_of(await entries_about(tx, {grant_id}), context.association)
    duties = [
        one for grant in grants if grant.grant_id == grant_id for one in deadlines_of_grant(grant, day_of(context.now))
    ]
    return tuple(one.deadline for one in duties if one.urgency != "done")
