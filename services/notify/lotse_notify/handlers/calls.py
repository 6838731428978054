"""A message about her appointment may not have reached her: somebody of the desk calls, while there is time."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.timers import Timer, cancel_timer, set_timer
from lotse_contracts.envelope import Message
from lotse_contracts.notify import CallNeeded, CallNotNeeded
from lotse_notify.domain.calls import IN_DOUBT, NOT_LEFT, TOLD, TOO_SHORT, TRIED, look_at
from lotse_notify.domain.machine import State
from lotse_notify.domain.verdict import hindrance_of
from lotse_notify.domain.waits import PAUSES
from lotse_notify.handlers import digests
from lotse_notify.store import calls, notices, people, records
from lotse_notify.store.calls import Call
from lotse_notify.store.notices import Notification
from lotse_notify.store.people import Person
from lotse_notify.store.records import Appointment

CALL = "call"
"""Kind of the timer that looks whether she was told; the key is the appointment's id."""
QUIET_ENDS: frozenset[State] = frozenset({"cancelled", "suppressed"})
"""What nobody wanted to tell any more, or what her contact forbids."""
ANOTHER_FOLLOWS = timedelta(hours=12)
"""A reminder whose use ends this long before the appointment is followed by another one."""


async def watch(tx: AsyncConnection, about: Appointment, until: datetime, now: datetime) -> bool:
    """Look, while somebody can still call, whether what was told about this appointment has left. False: too late."""
    if (due_at := look_at(now, until)) is None:
        return False
    payload = {"person_id": str(about.person_id)}
    await set_timer(tx, kind=CALL, key=str(about.appointment_id), due_at=due_at, payload=payload)
    return True


async def look(timer: Timer, context: Context, tx: AsyncConnection) -> list[Message]:
    """It is the last chance to call: whatever has not left by now, or is in doubt, counts as not told."""
    person = await people.locked(tx, UUID(timer.payload["person_id"]))
    if person.erased:
        return []
    for one in await notices.of_appointment(tx, UUID(timer.key)):
        if _untold(one) and (said := await _needed(tx, one, one.state, context.now)):
            return said
    return []


async def became(tx: AsyncConnection, of: Notification, state: State, now: datetime) -> list[Message]:
    """A message has come to this state: an end in doubt asks for a call at once, its arrival ends one.

    So does a provider's yes, where the call was asked for because nothing had left. For whoever moves notifications, in
    the same transaction; nothing where it is not about an appointment.
    """
    if of.appointment_id is None:
        return []
    if state in TOLD:
        reasons = None if state == "delivered" else NOT_LEFT
        return [_over(one) for one in await calls.end_of_notice(tx, of.notification_id, now, reasons)]
    return await _needed(tx, of, state, now) if state in IN_DOUBT else []


async def in_doubt(tx: AsyncConnection, of: Notification, now: datetime) -> list[Message]:
    """Nobody will find out any more whether this SMS arrived: somebody calls, also where a mail goes instead of it."""
    return await _needed(tx, of, "presumed_sent", now)


async def forget(tx: AsyncConnection, appointment_id: UUID, now: datetime) -> list[Message]:
    """Something newer is told about this appointment, or nothing at all: nobody need call about what was."""
    await cancel_timer(tx, kind=CALL, key=str(appointment_id))
    return [_over(one) for one in await calls.end_of_appointment(tx, appointment_id, now)]


async def unless_forbidden(tx: AsyncConnection, person: Person, now: datetime) -> list[Message]:
    """Her contact changed: where it forbids to tell her anything now, nobody calls her any more. She must be locked."""
    if may_be_called(person):
        return []
    return [_over(one) for one in await calls.end_of_person(tx, person.person_id, now)]


def may_be_called(person: Person) -> bool:
    """Not where nothing may be told to her: whoever reads her messages along answers her phone as well.

    Nor where each of her phones is unsafe; one on which nothing is to be left may be called.
    """
    if hindrance_of(person.contact, person.silence) is not None or person.contact is None:
        return False
    phones = [point for point in person.contact.points if point.channel == "sms"]
    return not phones or any(point.hindrance != "unsafe" for point in phones)


def _untold(one: Notification) -> bool:
    """Not where her contact forbids it, where there is none, or where nobody wants it told any more."""
    if one.state in TOLD or one.state in QUIET_ENDS:
        return False
    return one.state != "held" or one.because in PAUSES


async def _needed(tx: AsyncConnection, of: Notification, reason: str, now: datetime) -> list[Message]:
    if of.withdrawn_because is not None:  # something newer is told, and looked at by itself
        return []
    known = None if of.appointment_id is None else await records.appointment_of(tx, of.appointment_id)
    if known is None or known.starts_at is None or now + TOO_SHORT > known.starts_at:
        return []
    if of.arguments.get("change") == "reminder" and not _reminder_counts(of, reason, known.starts_at):
        return []
    person = await people.locked(tx, of.person_id)
    if person.erased or not may_be_called(person):  # or she is being forgotten right now
        return []
    fresh = Call(of.notification_id, of.person_id, known.appointment_id, known.starts_at, reason)
    if not await calls.open_one(tx, fresh, now):
        return []
    await digests.note(tx, "person_to_call", now)
    return [CallNeeded.model_validate(_about(fresh))]


def _reminder_counts(of: Notification, reason: str, starts_at: datetime) -> bool:
    """She was told when it was fixed: a reminder that never left, or that another follows, is no reason to call."""
    return reason in TRIED and starts_at - of.asked.useful_by <= ANOTHER_FOLLOWS


def _over(one: Call) -> CallNotNeeded:
    return CallNotNeeded.model_validate(_about(one))


def _about(one: Call) -> dict[str, object]:
    return {
        "person_id": one.person_id,
        "notification_id": one.notification_id,
        "appointment_id": one.appointment_id,
        "until": one.until,
        "reason": one.reason,
    }
