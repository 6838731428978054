"""What referral says of appointments; reminders are computed here and nowhere else."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_chassis.timers import Timer, cancel_timer, set_timer
from lotse_contracts.envelope import Message
from lotse_contracts.referral import AppointmentCancelled, AppointmentFixed
from lotse_notify.domain.contact import Contact
from lotse_notify.domain.keys import appointment_key, dedupe_sha256, pause_name, reminder_key
from lotse_notify.domain.machine import UNSENT
from lotse_notify.domain.reminders import HOURS_BEFORE, RETIRED_HOURS, change_useful_by, reminders, sayable
from lotse_notify.domain.texts import Change
from lotse_notify.domain.verdict import Asked
from lotse_notify.handlers import calls
from lotse_notify.handlers.telling import Wish, cancel, tell
from lotse_notify.store import heard, notices, people, records
from lotse_notify.store.people import Person
from lotse_notify.store.records import Appointment

REMINDER = "reminder"
FILE_WAIT = timedelta(seconds=10)
"""How long a message waits for its calendar file; then it goes without."""
LAST_HOURS = 24  # earlier reminders are followed by another one


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
    await records.save_appointment(tx, known, context.now)
    heard_before = await _withdraw_unsent(tx, fact.appointment_id, context.now)
    over = await calls.forget(tx, fact.appointment_id, context.now)
    if not fact.tell:
        await _cancel_reminders(tx, fact.appointment_id)
        return over
    await _set_reminders(tx, known, fact.starts_at, context.now)
    goes_by = [at for at in await heard.times_of(tx, fact.appointment_id) if at > context.now]
    change: Change = "moved" if heard_before else "fixed"
    wish = _wish(known, fact.starts_at, change, asked_at=context.time, goes_by=goes_by)
    return over + await _told(tx, person, wish, known, context.now)


async def appointment_cancelled(fact: AppointmentCancelled, context: Context, tx: AsyncConnection) -> list[Message]:
    """She is told only if she may have heard of the appointment, and of the time that she heard: another may never
    have left. Where she may have heard several, none is named."""
    person = await people.locked(tx, fact.person_id)
    if person.erased or not await _newer(tx, fact.appointment_id, fact.version):
        return []
    before = await records.appointment_of(tx, fact.appointment_id)
    times = [] if before is None or before.starts_at is None else [before.starts_at]
    goes_by = [at for at in await heard.times_of(tx, fact.appointment_id) if at > context.now] or times
    starts_at = max(goes_by, default=None)
    known = Appointment(fact.appointment_id, fact.person_id, fact.version, starts_at, cancelled=True)
    await records.save_appointment(tx, known, context.now)
    await _cancel_reminders(tx, fact.appointment_id)
    heard_before = await _withdraw_unsent(tx, fact.appointment_id, context.now)
    over = await calls.forget(tx, fact.appointment_id, context.now)
    if not fact.tell or not heard_before or starts_at is None:
        return over
    wish = _wish(known, starts_at, "cancelled", asked_at=context.time, goes_by=goes_by)
    if len(goes_by) > 1:
        wish = replace(wish, arguments={"change": "cancelled"})
    return over + await _told(tx, person, wish, known, context.now)


async def remind(timer: Timer, context: Context, tx: AsyncConnection) -> list[Message]:
    """The timer is due; the appointment may have changed since it was set."""
    person = await people.locked(tx, UUID(timer.payload["person_id"]))
    known = await records.appointment_of(tx, UUID(timer.payload["appointment_id"]))
    stale = known is None or known.cancelled or known.version != timer.payload["version"]
    if person.erased or stale or known is None or known.starts_at is None:
        return []
    hours = int(timer.payload["hours_before"])
    wish = Wish(
        template="appointment",
        arguments={"change": "reminder", "starts_at": known.starts_at.isoformat()},
        asked=Asked(context.now, datetime.fromisoformat(timer.payload["useful_by"])),
        dedupe_key=reminder_key(known.appointment_id, known.version, hours),
        appointment_id=known.appointment_id,
    )
    if await _told_already(tx, known, wish, context.now):
        return []
    if hours > LAST_HOURS:
        return await tell(tx, person, wish, context.now)
    return await _told(tx, person, wish, known, context.now)


async def _told_already(tx: AsyncConnection, known: Appointment, wish: Wish, now: datetime) -> bool:
    """After an outage, or a night: what still waits to say the same is enough, and an older reminder is pointless."""
    waiting = [one for one in await notices.of_appointment(tx, known.appointment_id) if one.state in UNSENT]
    if any(one.arguments.get("change") in ("fixed", "moved") for one in waiting):
        digest = dedupe_sha256(known.person_id, wish.dedupe_key)
        await notices.remark(tx, known.person_id, digest, "change_waits", now)
        return True
    for older in waiting:
        if older.arguments.get("change") == "reminder":
            await cancel(tx, older, "superseded", now)
    return False


def takes_file(contact: Contact | None) -> bool:
    """Whether a calendar file is of use: its place is said, and by mail it goes along, where she chose to see that."""
    ways = () if contact is None else (contact.point_on("email"), contact.point_on("sms"))
    return any(point is not None and point.shown == "time_and_place" for point in ways)


def timer_key(appointment_id: UUID, hours_before: int) -> str:
    """One timer of each kind for an appointment, whatever its version: moving it moves them."""
    return f"{appointment_id}-{pause_name(hours_before)}"


async def _newer(tx: AsyncConnection, appointment_id: UUID, version: int) -> bool:
    known = await records.appointment_of(tx, appointment_id)
    return known is None or version > known.version


async def _set_reminders(tx: AsyncConnection, known: Appointment, starts_at: datetime, now: datetime) -> None:
    ahead = {reminder.hours_before: reminder for reminder in reminders(starts_at, now)}
    for hours in (*HOURS_BEFORE, *RETIRED_HOURS):
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
    for hours in (*HOURS_BEFORE, *RETIRED_HOURS):
        await cancel_timer(tx, kind=REMINDER, key=timer_key(appointment_id, hours))


async def _told(tx: AsyncConnection, person: Person, wish: Wish, known: Appointment, now: datetime) -> list[Message]:
    """Told, and looked at again while somebody can still call her."""
    if wish.arguments["change"] != "reminder" and takes_file(person.contact):
        wish = replace(wish, asked=replace(wish.asked, not_before=now + FILE_WAIT))
    for until in (wish.asked.wanted_by, known.starts_at):
        if until is not None and await calls.watch(tx, known, until, now):
            break
    return await tell(tx, person, wish, now)


async def _withdraw_unsent(tx: AsyncConnection, appointment_id: UUID, now: datetime) -> bool:
    """Cancel what has not left the house, and let nothing of it go again; whether she perhaps heard of it.

    Somebody may have told her on the phone.
    """
    everything = await notices.of_appointment(tx, appointment_id)
    for one in everything:
        await cancel(tx, one, "superseded", now)
    return notices.perhaps_seen(everything) or await heard.of_appointment(tx, appointment_id)


def _wish(
    known: Appointment, starts_at: datetime, change: Change, *, asked_at: datetime, goes_by: Sequence[datetime]
) -> Wish:
    """`goes_by`: the times that she may have heard; before the earliest she should have it."""
    earliest = min(goes_by, default=starts_at)
    wanted_by = change_useful_by(earliest) if earliest < starts_at else None
    return Wish(
        template="appointment",
        arguments={"change": change, "starts_at": starts_at.isoformat()},
        asked=Asked(asked_at, change_useful_by(starts_at), wanted_by=wanted_by),
        dedupe_key=appointment_key(known.appointment_id, known.version),
        appointment_id=known.appointment_id,
    )
