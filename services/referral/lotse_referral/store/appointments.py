"""Appointments of referrals."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_referral.domain.appointments import Appointment
from lotse_referral.store.tables import appointment


async def load(tx: AsyncConnection, appointment_id: UUID) -> Appointment | None:
    """The appointment, or None."""
    query = select(appointment).where(appointment.c.appointment_id == appointment_id)
    row = (await tx.execute(query)).mappings().one_or_none()
    return None if row is None else Appointment(**row)


async def save(tx: AsyncConnection, held: Appointment) -> None:
    """Write it, new or changed."""
    values = asdict(held)
    place = insert(appointment).values(values)
    await tx.execute(place.on_conflict_do_update(index_elements=["appointment_id"], set_=values))


async def ahead_of_referral(tx: AsyncConnection, referral_id: UUID, now: datetime) -> tuple[Appointment, ...]:
    """Those that are still to come and not cancelled, soonest first."""
    query = select(appointment).where(
        appointment.c.referral_id == referral_id, appointment.c.cancelled.is_(False), appointment.c.starts_at > now
    )
    rows = await tx.execute(query.order_by(appointment.c.starts_at, appointment.c.appointment_id))
    return tuple(Appointment(**row) for row in rows.mappings())
