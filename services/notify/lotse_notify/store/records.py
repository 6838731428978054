"""Appointments as referral says them, and what is held about a person, for those who may ask."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_notify.store.tables import appointment, contact, decision, notification, service_mail, submission

DECISIONS_MAX = 200
ROWS_MAX = 10_000  # of one table and one person


@dataclass(frozen=True)
class Appointment:
    """As last said; without a start when only its cancelling is known."""

    appointment_id: UUID
    person_id: UUID
    version: int
    starts_at: datetime | None
    cancelled: bool


@dataclass(frozen=True)
class Decided:
    """One row of the table of decisions."""

    at: datetime
    decision: str
    because: str


async def appointment_of(tx: AsyncConnection, appointment_id: UUID) -> Appointment | None:
    """The appointment; its person must be locked."""
    row = (await tx.execute(select(appointment).where(appointment.c.appointment_id == appointment_id))).one_or_none()
    if row is None:
        return None
    return Appointment(row.appointment_id, row.person_id, row.version, row.starts_at, row.cancelled)


async def appointments_of(tx: AsyncConnection, person_id: UUID) -> list[UUID]:
    """The ids of her appointments."""
    rows = await tx.execute(select(appointment.c.appointment_id).where(appointment.c.person_id == person_id))
    return list(rows.scalars())


async def save_appointment(tx: AsyncConnection, known: Appointment) -> None:
    """Replace whatever was known."""
    values = {"version": known.version, "starts_at": known.starts_at, "cancelled": known.cancelled}
    row = insert(appointment).values(appointment_id=known.appointment_id, person_id=known.person_id, **values)
    await tx.execute(row.on_conflict_do_update(index_elements=[appointment.c.appointment_id], set_=values))


async def decisions_of(tx: AsyncConnection, dedupe_sha256: str) -> list[Decided]:
    """The newest decisions under a key, oldest first."""
    query = select(decision).where(decision.c.dedupe_sha256 == dedupe_sha256)
    rows = (await tx.execute(query.order_by(decision.c.decision_id.desc()).limit(DECISIONS_MAX))).all()
    return [Decided(row.at, row.decision, row.because) for row in reversed(rows)]


async def held_about(tx: AsyncConnection, person_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Every row about her, by table; the address is still encrypted."""
    tables: tuple[Table, ...] = (contact, notification, submission, appointment, decision, service_mail)
    held = {}
    for table in tables:
        rows = await tx.execute(select(table).where(table.c.person_id == person_id).limit(ROWS_MAX))
        held[table.name] = [dict(row) for row in rows.mappings()]
    return held
