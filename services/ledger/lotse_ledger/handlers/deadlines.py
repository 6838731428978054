"""That a deadline comes near is said by a durable timer; that nothing is left to do by it, with the entry of that."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import TypeAlias
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import timers
from lotse_chassis.context import Context
from lotse_chassis.timers import Timer
from lotse_contracts.envelope import Message
from lotse_contracts.ledger import DeadlineCleared, DeadlineNear
from lotse_ledger.domain.entries import Recorded
from lotse_ledger.domain.grants import grants_of
from lotse_ledger.domain.instants import day_of
from lotse_ledger.domain.law.deadlines import notice_at
from lotse_ledger.domain.reports.duties import Duty, deadlines_of_grant
from lotse_ledger.store import books
from lotse_ledger.store.grants import entries_about

DEADLINE_TIMER = "deadline"

ToDo: TypeAlias = Mapping[tuple[UUID, date, str], Duty]
"""What is still to be done, by grant, day and code: money of several disbursements may have one last day."""


async def deadlines_follow(
    tx: AsyncConnection, context: Context, grants: Collection[UUID], *, first: int, log_size: int
) -> list[Message]:
    """What the entries from `first` on made of the deadlines of these grants.

    A new one gets a timer, by which it is said when it comes near. Of one that is near already, and is met, moved or
    gone now, just that is said.
    """
    entries = await entries_about(tx, grants)
    before = _to_do([one for one in entries if one.log_index < first], grants, context)
    after = _to_do(entries, grants, context)
    for grant_id, due_on, code in sorted(after.keys() - before.keys()):
        day = due_on.isoformat()
        await timers.set_timer(
            tx,
            kind=DEADLINE_TIMER,
            key=f"{grant_id}:{code}:{day}",
            due_at=notice_at(due_on),
            payload={"grant_id": str(grant_id), "deadline": code, "due_on": day},
        )
    return [
        DeadlineCleared(grant_id=grant_id, deadline=code, due_on=due_on.isoformat(), log_size=log_size)
        for grant_id, due_on, code in sorted(before.keys() - after.keys())
        if before[grant_id, due_on, code].urgency == "near"
    ]


async def deadline_comes_near(timer: Timer, context: Context, tx: AsyncConnection) -> list[Message]:
    """Nothing if the date was moved, the proof is handed in or the money is used by now."""
    grant_id, code, due_on = UUID(timer.payload["grant_id"]), timer.payload["deadline"], timer.payload["due_on"]
    size = await books.size(tx)  # before the entries: what enters in between may be looked at, but is not claimed
    entries = await entries_about(tx, {grant_id})
    if (grant_id, date.fromisoformat(due_on), code) not in _to_do(entries, {grant_id}, context):
        return []
    return [DeadlineNear(grant_id=grant_id, deadline=code, due_on=due_on, log_size=size)]


def _to_do(entries: Sequence[Recorded], grants: Collection[UUID], context: Context) -> ToDo:
    """Proofs that are not handed in and money that is not used up, as long as there is time."""
    today = day_of(context.now)
    return {
        (one.grant_id, one.deadline.due_on, one.deadline.code): one
        for grant in grants_of(entries, context.association)
        if grant.grant_id in grants
        for one in deadlines_of_grant(grant, today)
        if one.urgency in ("to_come", "near")
    }
