"""An appointment is fixed, moved or taken back; notify alone tells the person and computes the reminders."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts import Message
from lotse_contracts.referral import AppointmentFixed, AppointmentMoved, FixAppointment
from lotse_referral.domain.appointments import AlreadyCancelled, Appointment, changed
from lotse_referral.domain.referral import Referral
from lotse_referral.handlers.facts import cancelled
from lotse_referral.handlers.finding import ours
from lotse_referral.store import appointments, directory


async def fix(order: FixAppointment, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """The same id again moves it; the same again changes nothing."""
    held = await ours(tx, order.referral_id)
    wanted = await _wanted(tx, order, held)
    known = await appointments.load(tx, order.appointment_id)
    if known is not None and known.referral_id != held.referral_id:
        raise Refused("appointment_of_another", fields=("appointment_id",))
    try:
        kept, change = changed(known, wanted)
    except AlreadyCancelled:
        raise Refused("appointment_cancelled", fields=("appointment_id",)) from None
    if change != "nothing":
        await appointments.save(tx, kept)
    return _said(kept, change)


async def _wanted(tx: AsyncConnection, order: FixAppointment, held: Referral) -> Appointment:
    if not held.under_way and not order.cancelled:
        raise Refused("action_not_allowed", fields=("referral_id",))
    if held.person_id is None:
        raise Refused("person_not_yet_known", fields=("referral_id",))
    if order.ends_at <= order.starts_at:
        raise Refused("ends_before_start", fields=("ends_at",))
    if order.place is not None and not await _place_known(tx, order.place):
        raise Refused("unknown_place", fields=("place",))
    return Appointment(
        appointment_id=order.appointment_id,
        referral_id=held.referral_id,
        person_id=held.person_id,
        starts_at=order.starts_at,
        ends_at=order.ends_at,
        place=order.place,
        cancelled=order.cancelled,
    )


async def _place_known(tx: AsyncConnection, place: str) -> bool:
    try:
        location_id = UUID(place)
    except ValueError:
        return False
    return await directory.place_known(tx, location_id)


def _said(kept: Appointment, change: str) -> Sequence[Message]:
    if change == "nothing":
        return ()
    if change == "cancelled":
        return (cancelled(kept),)
    times: dict[str, Any] = {
        "appointment_id": kept.appointment_id,
        "referral_id": kept.referral_id,
        "person_id": kept.person_id,
        "version": kept.version,
        "starts_at": kept.starts_at,
        "ends_at": kept.ends_at,
    }
    return (AppointmentFixed(**times) if change == "fixed" else AppointmentMoved(**times),)
