"""Appointments of referrals, the times that offices propose, and the links that calendars follow."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_referral.domain.appointments import Appointment
from lotse_referral.domain.proposals import Proposal
from lotse_referral.store.tables import address, appointment, service_at_location
from lotse_referral.store.tables.appointments import calendar_link, time_proposal

APPOINTMENTS_MAX = 500  # of one person; more she never had


@dataclass(frozen=True)
class CalendarLink:
    """What a code opens; only its hash is here."""

    code_sha256: str
    appointment_id: UUID
    person_id: UUID
    detail: str
    created_at: datetime
    revoked: bool = False


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


async def of_referral(tx: AsyncConnection, referral_id: UUID) -> tuple[Appointment, ...]:
    """All that there were, cancelled ones too, in the order of time."""
    query = select(appointment).where(appointment.c.referral_id == referral_id)
    query = query.order_by(appointment.c.starts_at, appointment.c.appointment_id).limit(APPOINTMENTS_MAX)
    return tuple(Appointment(**row) for row in (await tx.execute(query)).mappings())


async def of_person(tx: AsyncConnection, person_id: UUID) -> tuple[Appointment, ...]:
    """All of hers, of whichever referral, in the order of time."""
    query = select(appointment).where(appointment.c.person_id == person_id)
    query = query.order_by(appointment.c.starts_at, appointment.c.appointment_id).limit(APPOINTMENTS_MAX)
    return tuple(Appointment(**row) for row in (await tx.execute(query)).mappings())


async def proposals(tx: AsyncConnection, referral_id: UUID) -> tuple[Proposal, ...]:
    """The times that were proposed for a referral, newest set last."""
    query = select(time_proposal).where(time_proposal.c.referral_id == referral_id)
    query = query.order_by(time_proposal.c.number, time_proposal.c.starts_at, time_proposal.c.proposal_id)
    return tuple(Proposal(**row) for row in (await tx.execute(query)).mappings())


async def proposal(tx: AsyncConnection, proposal_id: UUID) -> Proposal | None:
    """One proposed time, or None."""
    query = select(time_proposal).where(time_proposal.c.proposal_id == proposal_id)
    row = (await tx.execute(query)).mappings().one_or_none()
    return None if row is None else Proposal(**row)


async def save_proposals(tx: AsyncConnection, held: Sequence[Proposal]) -> None:
    """Write them, new or changed."""
    for one in held:
        values = asdict(one)
        place = insert(time_proposal).values(values)
        await tx.execute(place.on_conflict_do_update(index_elements=["proposal_id"], set_=values))


async def share(tx: AsyncConnection, made: CalendarLink) -> bool:
    """Remember a code's hash; whether it is new. The same again changes nothing, and one that was revoked stays so."""
    new = insert(calendar_link).values(asdict(made)).on_conflict_do_nothing().returning(calendar_link.c.code_sha256)
    return (await tx.execute(new)).first() is not None


async def calendar_of(tx: AsyncConnection, code_sha256: str) -> CalendarLink | None:
    """What this hash opens, also when it was revoked."""
    query = select(calendar_link).where(calendar_link.c.code_sha256 == code_sha256)
    row = (await tx.execute(query)).mappings().one_or_none()
    return None if row is None else CalendarLink(**row)


async def revoke(tx: AsyncConnection, appointment_id: UUID) -> int:
    """Close every calendar link of an appointment; returns how many were open."""
    open_ones = (calendar_link.c.appointment_id == appointment_id, calendar_link.c.revoked.is_(False))
    shut = update(calendar_link).where(*open_ones).values(revoked=True).returning(calendar_link.c.code_sha256)
    return len((await tx.execute(shut)).all())


async def links_of(tx: AsyncConnection, appointment_id: UUID) -> int:
    """How many links to this appointment are open."""
    query = select(func.count()).where(
        calendar_link.c.appointment_id == appointment_id, calendar_link.c.revoked.is_(False)
    )
    return int((await tx.execute(query)).scalar_one())


async def address_of(tx: AsyncConnection, location_id: UUID) -> str | None:
    """Street and town of a location, without a name of whoever sits there."""
    query = select(address).where(address.c.location_id == location_id).order_by(address.c.id).limit(1)
    row: Row[Any] | None = (await tx.execute(query)).one_or_none()
    return None if row is None else _address(row)


async def only_address_of(tx: AsyncConnection, service_id: UUID) -> str | None:
    """Street and town of a service that has exactly one address; with several nobody knows which."""
    query = select(address).join(service_at_location, service_at_location.c.location_id == address.c.location_id)
    rows: Sequence[Row[Any]] = (await tx.execute(query.where(service_at_location.c.service_id == service_id))).all()
    return _address(rows[0]) if len(rows) == 1 else None


def _address(row: Row[Any]) -> str:
    return f"{row.address_1}, {row.postal_code} {row.city}"
