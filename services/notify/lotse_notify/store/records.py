"""Appointments as referral says them, and what is held about a person, for those who may ask."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_notify.store.tables import appointment, attempt, contact, decision, notification, service_mail
from lotse_notify.store.tables.contacts import channel_stop, contact_point, own_choice, preference
from lotse_notify.store.tables.receipts import receipt
from lotse_notify.store.tables.when import call

ROWS_MAX = 10_000  # of one table and one person
HELD: tuple[Table, ...] = (
    *(contact, contact_point, channel_stop, preference, own_choice),
    *(notification, attempt, receipt, appointment, call, decision, service_mail),
)
"""What is shown to a person who asks what is held about her."""


@dataclass(frozen=True)
class Appointment:
    """As last said; without a start when only its cancelling is known."""

    appointment_id: UUID
    person_id: UUID
    version: int
    starts_at: datetime | None
    cancelled: bool


async def appointment_of(tx: AsyncConnection, appointment_id: UUID) -> Appointment | None:
    """The appointment; its person must be locked."""
    row = (await tx.execute(select(appointment).where(appointment.c.appointment_id == appointment_id))).one_or_none()
    if row is None:
        return None
    return Appointment(row.appointment_id, row.person_id, row.version, row.starts_at, row.cancelled)


async def save_appointment(tx: AsyncConnection, known: Appointment, said_at: datetime) -> None:
    """Replace whatever was known."""
    said = {"cancelled": known.cancelled, "said_at": said_at}
    values = {"version": known.version, "starts_at": known.starts_at, **said}
    row = insert(appointment).values(appointment_id=known.appointment_id, person_id=known.person_id, **values)
    await tx.execute(row.on_conflict_do_update(index_elements=[appointment.c.appointment_id], set_=values))


async def held_about(tx: AsyncConnection, person_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Every row about her, by table; the address is still encrypted."""
    held = {}
    for table in HELD:
        rows = await tx.execute(select(table).where(table.c.person_id == person_id).limit(ROWS_MAX))
        held[table.name] = [dict(row) for row in rows.mappings()]
    return held
