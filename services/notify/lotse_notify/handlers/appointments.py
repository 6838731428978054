"""What referral says of appointments; reminders are computed here and nowhere else."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_chassis.timers import Timer, cancel_timer, set_timer
from lotse_contracts.envelope import Message
from lotse_contracts.referral import AppointmentCancelled, AppointmentFixed
from lotse_notify.domain.keys import appointment_key, reminder_key
from lotse_notify.domain.reminders import HOURS_BEFORE, reminders, sayable
from lotse_notify.domain.texts import Change
from lotse_notify.domain.verdict import UNSENT, Asked, Verdict
from lotse_notify.handlers.telling import Wish, settle, tell
from lotse_notify.store import notices, people, records
from lotse_notify.store.records import Appointment

REMINDER = "reminder"


async def appointment_said(fact: AppointmentFixed, context: Context, tx: AsyncConnection) -> list[Message]:
    """Fixed or moved: only a newer version counts. To her it has moved only if she may have heard of it before.

    Where referral says that nothing is to be pushed to her, she is neither told nor reminded.
    Raises Refused if it is in no year that an appointment can be in.
    """
    if not sayable(fact.starts_at):
        raise Refused("time_out_of_range", fields=("starts_at",))
    person = await people.locked(tx, fact.person_id)
    if person.erased or not await _newer(tx, fact.appointment_id, fact.version):
        return []
    known = Appointment(fact.appointment_id, fact.person_id, fact.version, fact.starts_at, cancelled=False)
    await records.save_appointment(tx, known)
    heard_before = await _withdraw_unsent(tx, fact.appointment_id, context.now)
    if not fact.tell:
        await _cancel_reminders(tx, fact.appointment_id)
        return []
    await _set_reminders(tx, known, fact.starts_at, context.now)
    wish = _wish(known, fact.starts_at, "moved" if heard_before else "fixed", asked_at=context.time)
    return await tell(tx, person, wish, context.now)


async def appointment_cancelled(fact: AppointmentCancelled, context: Context, tx: AsyncConnection) -> list[Message]:
    """She is told only if she may have heard of the appointment."""
    person = await people.locked(tx, fact.person_id)
    if person.erased or not await _newer(tx, fact.appointment_id, fact.version):
        return []
    before = await records.appointment_of(tx, fact.appointment_id)
    starts_at = before.starts_at if before else None
    known = Appointment(fact.appointment_id, fact.person_id, fact.version, starts_at, cancelled=True)
    await records.save_appointment(tx, known)
    await _cancel_reminders(tx, fact.appointment_id)
    heard_before = await _withdraw_unsent(tx, fact.appointment_id, context.now)
    if not fact.tell or not heard_before or starts_at is None:
        return []
    return await tell(tx, person, _wish(known, starts_at, "cancelled", asked_at=context.time), context.now)


async def remind(timer: Timer, context: Context, tx: AsyncConnection) -> list[Message]:
    """The timer is due; the appointment may have changed since it was set."""
    person = await people.locked(tx, UUID(timer.payload["person_id"]))
    known = await records.appointment_of(tx, UUID(timer.payload["appointment_id"]))
    stale = known is None or known.cancelled or known.version != timer.payload["version"]
    if person.erased or stale or known is None or known.starts_at is None:
        return []
    asked = Asked(context.now, datetime.fromisoformat(timer.payload["useful_by"]))
    hours = int(timer.payload["hours_before"])
    wish = Wish(
        template="appointment",
        arguments={"change": "reminder", "starts_at": known.starts_at.isoformat()},
        asked=asked,
        dedupe_key=reminder_key(known.appointment_id, known.version, hours),
        appointment_id=known.appointment_id,
    )
    return await tell(tx, person, wish, context.now)


def timer_key(appointment_id: UUID, hours_before: int) -> str:
    """One timer of each kind for an appointment, whatever its version: moving it moves them."""
    return f"{appointment_id}-{hours_before}h"


async def _newer(tx: AsyncConnection, appointment_id: UUID, version: int) -> bool:
    known = await records.appointment_of(tx, appointment_id)
    return known is None or version > known.version


async def _set_reminders(tx: AsyncConnection, known: Appointment, starts_at: datetime, now: datetime) -> None:
    ahead = {reminder.hours_before: reminder for reminder in reminders(starts_at, now)}
    for hours in HOURS_BEFORE:
        key = timer_key(known.appointment_id, hours)
        if hours not in ahead:
            await cancel_timer(tx, kind=REMINDER, key=key)
            continue
        payload = {
            "person_id": str(known.person_id),
            "appointment_id": str(known.appointment_id),
            "version": known.version,
            "hours_before": hours,
            "useful_by": ahead[hours].useful_by.isoformat(),
        }
        await set_timer(tx, kind=REMINDER, key=key, due_at=ahead[hours].due_at, payload=payload)


async def _cancel_reminders(tx: AsyncConnection, appointment_id: UUID) -> None:
    for hours in HOURS_BEFORE:
        await cancel_timer(tx, kind=REMINDER, key=timer_key(appointment_id, hours))


async def _withdraw_unsent(tx: AsyncConnection, appointment_id: UUID, now: datetime) -> bool:
    """Cancel what has not left the house; whether something perhaps has."""
    everything = await notices.of_appointment(tx, appointment_id)
    for waiting in everything:
        if waiting.state in UNSENT:
            await settle(tx, waiting, Verdict("cancelled", "superseded"), None, now)
    return notices.perhaps_seen(everything)


def _wish(known: Appointment, starts_at: datetime, change: Change, *, asked_at: datetime) -> Wish:
    return Wish(
        template="appointment",
        arguments={"change": change, "starts_at": starts_at.isoformat()},
        asked=Asked(asked_at, starts_at),
        dedupe_key=appointment_key(known.appointment_id, known.version),
        appointment_id=known.appointment_id,
    )
