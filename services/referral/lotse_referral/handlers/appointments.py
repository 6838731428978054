"""An appointment is fixed, moved or taken back; notify alone tells the person and computes the reminders."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.faults import Refused
from lotse_contracts import Message
from lotse_contracts.referral import AppointmentCancelled, AppointmentFixed, AppointmentMoved, FixAppointment
from lotse_contracts.values import AppointmentEnd
from lotse_referral.domain import appointments as rules
from lotse_referral.domain.appointments import (
    WITHOUT_ADDRESS,
    AlreadyCancelled,
    Appointment,
    fault_of,
    to_the_minute,
    warnings_of,
)
from lotse_referral.domain.checkbacks import may_be_told
from lotse_referral.domain.proposals import lapsed
from lotse_referral.domain.referral import Referral
from lotse_referral.handlers import interpreters
from lotse_referral.store import appointments, directory
from lotse_referral.store import interpreters as requests


async def arrange(tx: AsyncConnection, held: Referral, wish: Appointment, now: datetime) -> Sequence[Message]:
    """Fix, move or take back one appointment of a referral, whoever wants it.

    Raises Refused where the referral is not under way, the times are none, or the id belongs to something else.
    """
    await _must_be_possible(tx, held, wish)
    known = await appointments.load(tx, wish.appointment_id)
    if known is not None and known.referral_id != held.referral_id:
        raise Refused("appointment_of_another", fields=("appointment_id",))
    try:
        kept, change = rules.changed(known, wish)
    except AlreadyCancelled:
        raise Refused("appointment_cancelled", fields=("appointment_id",)) from None
    if change == "nothing":
        return ()
    if change == "cancelled" and known is not None:
        return await take_back(tx, held, known, now, wish.reason)
    await appointments.save(tx, kept)
    if change == "cancelled":
        return (_cancelled(kept, tell=False),)
    return (
        await _said(tx, held, kept, now, moved=change == "moved"),
        *await interpreters.moved(tx, kept, now),
    )


async def take_back(
    tx: AsyncConnection, held: Referral, fixed: Appointment, now: datetime, reason: str | None
) -> Sequence[Message]:
    """It does not take place; whoever was to interpret need not come. Her calendar hears it by the same link."""
    if fixed.cancelled:
        return ()
    off = rules.cancelled(fixed, now, reason)
    await appointments.save(tx, off)
    asked = await requests.of_appointment(tx, off.appointment_id)
    ended = await interpreters.called_off(tx, asked, now)
    return (_cancelled(off, tell=await tellable(tx, held)), *ended)


async def call_off_all(tx: AsyncConnection, held: Referral, now: datetime) -> Sequence[Message]:
    """The referral has ended: what lies ahead is taken back, with proposed times and interpreters."""
    said: list[Message] = []
    for ahead in await appointments.ahead_of_referral(tx, held.referral_id, now):
        said += await take_back(tx, held, ahead, now, "no_longer_needed")
    await appointments.save_proposals(tx, lapsed(await appointments.proposals(tx, held.referral_id)))
    waiting = [one for one in await requests.of_referral(tx, held.referral_id) if one.starts_at > now]
    return (*said, *await interpreters.called_off(tx, waiting, now))


async def tellable(tx: AsyncConnection, held: Referral) -> bool:
    """Whether anything may be pushed to her about this referral."""
    service = None if held.service_id is None else await directory.one(tx, held.service_id)
    return may_be_told(held, confidential=service is not None and service.confidential)


def wanted(order: FixAppointment, held: Referral, now: datetime) -> Appointment:
    """The appointment that the order describes. Raises Refused as long as we do not know whose it is."""
    if held.person_id is None:
        raise Refused("person_not_yet_known", fields=("referral_id",))
    return Appointment(
        appointment_id=order.appointment_id,
        referral_id=held.referral_id,
        person_id=held.person_id,
        starts_at=to_the_minute(order.starts_at),
        ends_at=to_the_minute(order.ends_at),
        changed_at=now,
        place=order.place,
        cancelled=order.cancelled,
        language=order.language,
        interpreter=order.interpreter,
        reason=order.reason if order.cancelled else None,
    )


async def _must_be_possible(tx: AsyncConnection, held: Referral, wish: Appointment) -> None:
    if not held.under_way and not wish.cancelled:
        raise Refused("action_not_allowed", fields=("referral_id",))
    fault = fault_of(wish.starts_at, wish.ends_at)
    if fault is not None:
        raise Refused(fault.code, fields=(fault.field,))
    await must_be_known(tx, wish.place)


async def must_be_known(tx: AsyncConnection, place: str | None) -> None:
    """Raises Refused unless the directory has this location, or it is one of the places without an address."""
    if place is None or place in WITHOUT_ADDRESS:
        return
    try:
        known = await directory.place_known(tx, UUID(place))
    except ValueError:
        known = False
    if not known:
        raise Refused("unknown_place", fields=("place",))


async def _said(
    tx: AsyncConnection, held: Referral, kept: Appointment, now: datetime, *, moved: bool
) -> AppointmentFixed:
    others = await appointments.of_person(tx, kept.person_id)
    told: dict[str, Any] = {
        "appointment_id": kept.appointment_id,
        "referral_id": kept.referral_id,
        "person_id": kept.person_id,
        "version": kept.version,
        "starts_at": kept.starts_at,
        "ends_at": kept.ends_at,
        "place": kept.place,
        "language": kept.language,
        "tell": await tellable(tx, held),
        "warnings": warnings_of(kept, others, now),
    }
    return AppointmentMoved(**told) if moved else AppointmentFixed(**told)


def _cancelled(held: Appointment, *, tell: bool) -> AppointmentCancelled:
    return AppointmentCancelled(
        appointment_id=held.appointment_id,
        referral_id=held.referral_id,
        person_id=held.person_id,
        version=held.version,
        reason=cast(AppointmentEnd | None, held.reason),
        tell=tell,
    )
