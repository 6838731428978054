"""Deadlines: confirmed or named by a person, reminded of in time, and settled."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog, timers
from lotse_chassis.calendar import ZONE
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_chassis.timers import Timer
from lotse_contracts.envelope import Message
from lotse_contracts.intake import (
    AskDeadlines,
    ConfirmDeadline,
    DeadlineDue,
    DeadlineEntry,
    DeadlineMissed,
    DeadlineRegistered,
    DeadlinesAnswer,
    DeadlineSettled,
    RegisterDeadline,
    SettleDeadline,
)
from lotse_intake.domain.due import due_at, with_deadline
from lotse_intake.domain.letters import EarliestEnd
from lotse_intake.domain.triage import Triage
from lotse_intake.handlers import moving, people
from lotse_intake.store import concerns, deadlines

DEADLINE_TIMER = "deadline"
DAYS_BEFORE = (7, 2, 0)
HOUR = time(7, 0)  # in Berlin: it is there when the office opens

LATER_THAN_EARLIEST = "later_than_earliest"
ALREADY_OVER = "already_over"


async def register_deadline(order: RegisterDeadline, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """A person names the day. The same deadline again changes nothing; another one under its id is refused."""
    concern = await people.open_concern(tx, order.concern_id)
    held = await deadlines.get(tx, order.deadline_id, lock=True)
    if held is not None:
        if (held.concern_id, held.on_day.isoformat(), held.kind) == (order.concern_id, order.on, order.kind):
            return []
        raise Refused("deadline_id_taken", fields=("deadline_id",))
    row = await deadlines.add(
        tx,
        {
            "deadline_id": order.deadline_id,
            "concern_id": order.concern_id,
            "person_id": concern.person_id,
            "on_day": date.fromisoformat(order.on),
            "kind": order.kind,
            "confirmed_by": context.actor,
            "confirmed_at": context.now,
            "registered_at": context.now,
        },
    )
    await _log(tx, context, order.concern_id)
    return await stands(tx, row, context)


async def confirm_deadline(order: ConfirmDeadline, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """The day that was computed, or another one, which a person has read in the letter."""
    row = await _open(tx, order.deadline_id)
    day = date.fromisoformat(order.on) if order.on else row.on_day
    if row.confirmed_at is not None and day == row.on_day:
        return []
    changed = await deadlines.change(
        tx, row.deadline_id, on_day=day, confirmed_by=context.actor, confirmed_at=context.now, missed_at=None
    )
    await _log(tx, context, row.concern_id)
    return await stands(tx, changed, context)


async def settle_deadline(order: SettleDeadline, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Nobody is reminded of it any more."""
    row = await deadlines.get(tx, order.deadline_id, lock=True)
    if row is not None and row.settlement == order.settlement:
        return []
    row = await _open(tx, order.deadline_id)
    changed = await deadlines.change(tx, row.deadline_id, settlement=order.settlement, settled_at=context.now)
    await timers.cancel_timer(tx, kind=DEADLINE_TIMER, key=str(row.deadline_id))
    await deadlines.show_nearest(tx, row.concern_id)
    await _log(tx, context, row.concern_id)
    return [DeadlineSettled(**_common(changed), settlement=order.settlement)]


async def computed(
    tx: AsyncConnection, context: Context, concern: Row[Any], held: Row[Any] | None, end: EarliestEnd
) -> list[Message]:
    """The letter says more now than it did: a computed end that nobody has confirmed moves, or one appears."""
    if held is None:
        row = await deadlines.add(
            tx,
            {
                "deadline_id": uuid4(),
                "concern_id": concern.concern_id,
                "person_id": concern.person_id,
                "on_day": end.day,
                "kind": end.kind,
                "computed_end": end.day,
                "registered_at": context.now,
            },
        )
        return await stands(tx, row, context)
    if (held.computed_end, held.kind) == (end.day, end.kind):
        return []
    day = {} if held.confirmed_at else {"on_day": end.day, "missed_at": None}
    return await stands(
        tx, await deadlines.change(tx, held.deadline_id, computed_end=end.day, kind=end.kind, **day), context
    )


async def stands(tx: AsyncConnection, row: Row[Any], context: Context) -> list[Message]:
    """What follows from a day that is new: its timer, what the concern shows, and how urgent it is."""
    await remind(tx, row.deadline_id, row.on_day, context.now)
    nearest = await deadlines.show_nearest(tx, row.concern_id)
    await _hurry(tx, row.concern_id, nearest, context)
    warnings = (LATER_THAN_EARLIEST,) if row.computed_end is not None and row.on_day > row.computed_end else ()
    over = (ALREADY_OVER,) if row.on_day < context.now.astimezone(ZONE).date() else ()
    return [DeadlineRegistered(**_common(row), warnings=(*warnings, *over))]


async def remind(tx: AsyncConnection, deadline_id: UUID, on: date, now: datetime) -> None:
    """Set the one timer of a deadline to its next moment: 7 and 2 days before, on the day, and the morning after."""
    due = next((at for at in moments(on) if at > now), None)
    if due is not None:
        await timers.set_timer(tx, kind=DEADLINE_TIMER, key=str(deadline_id), due_at=due)


def moments(on: date) -> list[datetime]:
    """When a deadline is spoken of, the first first; the last is the morning after, when it is missed."""
    days = [on - timedelta(days=before) for before in DAYS_BEFORE] + [on + timedelta(days=1)]
    return [datetime.combine(day, HOUR, ZONE) for day in days]


async def deadline_due(timer: Timer, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """It comes near, or it has passed; the timer is set again as long as there is more to say."""
    row = await deadlines.get(tx, UUID(timer.key), lock=True)
    if row is None or row.frozen or row.settlement is not None:
        return []
    left = (row.on_day - context.now.astimezone(ZONE).date()).days
    if left < 0:
        if row.missed_at is not None:
            return []
        missed = await deadlines.change(tx, row.deadline_id, missed_at=context.now)
        return [DeadlineMissed(**_common(missed))]
    await remind(tx, row.deadline_id, row.on_day, context.now)
    if left > max(DAYS_BEFORE):
        return []
    await _hurry(tx, row.concern_id, row.on_day, context)
    raised = await deadlines.change(tx, row.deadline_id)
    return [DeadlineDue(**_common(raised), days_left=left)]


async def ask_deadlines(question: AskDeadlines, context: Context, tx: AsyncConnection) -> DeadlinesAnswer:
    """Those of a concern, also settled ones; or the nearest of all that stand."""
    if question.concern_id is None:
        rows = await deadlines.nearest(tx, question.size)
    else:
        await people.open_concern(tx, question.concern_id, also_restricted=True)
        rows = (await deadlines.of_concerns(tx, [question.concern_id]))[: question.size]
    return DeadlinesAnswer(deadlines=tuple(_entry(row) for row in rows))


async def _open(tx: AsyncConnection, deadline_id: UUID) -> Row[Any]:
    row = await deadlines.get(tx, deadline_id, lock=True)
    if row is None:
        raise Refused("unknown_deadline", fields=("deadline_id",))
    if row.frozen:
        raise Refused("person_erased", fields=("deadline_id",))
    if row.restricted:
        raise Refused("person_restricted", fields=("deadline_id",))
    if row.settlement is not None:
        raise Refused("deadline_settled", fields=("deadline_id",))
    return row


async def _hurry(tx: AsyncConnection, concern_id: UUID, on: date | None, context: Context) -> None:
    """A concern whose deadline is near becomes urgent and comes earlier; one that has ended or rests is left alone."""
    concern = await concerns.get(tx, concern_id, lock=True)
    if concern is None:
        return
    as_it_is = Triage(concern.urgency, contact_safe=True)
    hurried = with_deadline(as_it_is, on, context.now)
    if hurried != as_it_is:
        due = min(concern.due_at, due_at(hurried, context.now))
        await moving.hurry(tx, concern, context.now, urgency=hurried.urgency, due_at=due)


def _common(row: Row[Any]) -> dict[str, Any]:
    return {
        "deadline_id": row.deadline_id,
        "concern_id": row.concern_id,
        "person_id": row.person_id,
        "version": row.version,
        "on": row.on_day.isoformat(),
        "kind": row.kind,
        "confirmed": row.confirmed_at is not None,
    }


def _entry(row: Row[Any]) -> DeadlineEntry:
    return DeadlineEntry(
        deadline_id=row.deadline_id,
        concern_id=row.concern_id,
        on=row.on_day.isoformat(),
        kind=row.kind,
        computed=row.computed_end is not None,
        confirmed_by=row.confirmed_by,
        settlement=row.settlement,
        missed=row.missed_at is not None,
    )


async def _log(tx: AsyncConnection, context: Context, concern_id: UUID) -> None:
    await accesslog.record(
        tx, context, action="write", object_kind="concern", object_id=str(concern_id), purpose="deadline"
    )
