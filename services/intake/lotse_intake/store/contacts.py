"""Counted consultations."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_intake.store.tables import contact


async def add(tx: AsyncConnection, row: dict[str, Any]) -> bool:
    """Count a consultation; False if this id is known."""
    new = insert(contact).values(row).on_conflict_do_nothing().returning(contact.c.contact_id)
    return (await tx.execute(new)).first() is not None


async def of_person(tx: AsyncConnection, person_id: UUID) -> Sequence[Row[Any]]:
    """The consultations of a person."""
    return (await tx.execute(select(contact).where(contact.c.person_id == person_id).order_by(contact.c.at))).all()
