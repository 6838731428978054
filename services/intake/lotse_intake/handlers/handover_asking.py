"""Each person with an open case is asked once in a round what shall become of it, and reminded once."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog, timers
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_chassis.timers import Timer
from lotse_contracts.envelope import Message
from lotse_contracts.intake import AskAboutHandover, HandoverAsked
from lotse_contracts.notify import Tell, TemplateArgument
from lotse_intake.domain.handover import Plan
from lotse_intake.handlers import people, telling
from lotse_intake.providers.handover_plan import plan
from lotse_intake.store import enquiries, handover, persons
from lotse_intake.store.merges import group_of

REMINDER_TIMER = "handover-reminder"


async def ask_about_handover(order: AskAboutHandover, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Whoever was asked in this round, or has answered, is not asked again."""
    days = plan()
    if days.is_over(context.now):
        raise Refused("handover_over")
    group = await group_of(tx, order.person_id)
    person = await people.living(tx, group[0])
    held = await handover.case_of(tx, person.person_id, lock=True)
    if held is not None and (held.answer is not None or held.round >= days.round):
        return []
    if not await handover.concerns_of(tx, group):
        raise Refused("handover_no_open_case", fields=("person_id",))
    told = await _may_be_told(tx, person, group)
    kept = await handover.keep(
        tx, person.person_id, round=days.round, asked_at=context.now, told=told, reminded_at=None
    )
    due_at = context.now + days.remind_after
    if days.may_remind(due_at):
        await timers.set_timer(tx, kind=REMINDER_TIMER, key=str(person.person_id), due_at=due_at)
    await accesslog.record(
        tx, context, action="write", object_kind="person", object_id=str(person.person_id), purpose="handover"
    )
    return [_asked(kept), *([_question(days, kept, context)] if told else [])]


async def reminder_due(timer: Timer, context: Context, tx: AsyncConnection) -> list[Message]:
    """She has not answered: once more. Who cannot be told is named to the desk again."""
    person_id = UUID(timer.key)
    person = await persons.get(tx, person_id, lock=True)
    held = await handover.case_of(tx, person_id, lock=True)
    if person is None or person.frozen or person.restricted or held is None or held.answer is not None:
        return []
    told = await _may_be_told(tx, person, await group_of(tx, person_id))
    kept = await handover.change(tx, person_id, told=told, reminded_at=context.now)
    return [_asked(kept), *([_question(plan(), kept, context)] if told else [])]


async def _may_be_told(tx: AsyncConnection, person: Row[Any], group: Sequence[UUID]) -> bool:
    """Only where it is safe, and where she has a code and a PIN to read the question with."""
    if not telling.reach_of(person).may_be_told:
        return False
    hers = [row for one in group for row in await enquiries.of_person(tx, one)]
    return any(row.receipt_sha256 is not None and row.pin_hash is not None for row in hers)


def _asked(kept: Row[Any]) -> HandoverAsked:
    return HandoverAsked(
        person_id=kept.person_id,
        version=kept.version,
        round=kept.round,
        told=kept.told,
        reminder=kept.reminded_at is not None,
    )


def _question(days: Plan, kept: Row[Any], context: Context) -> Tell:
    """That a question waits, and no more; the reminder makes the first notice pointless."""
    first = f"handover-{kept.round}"
    reminder = kept.reminded_at is not None
    return Tell(
        person_id=kept.person_id,
        template="handover",
        arguments=(TemplateArgument(name="round", value=str(kept.round)),),
        useful_by=days.end_of(days.answers_until),
        dedupe_key=f"{first}-reminder" if reminder else first,
        supersedes=first if reminder else None,
    )
