"""Persons: what is known in the clear is how, and whether, they may be told something."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_intake.store.tables import erasure, person

_REFERRED = text(
    "SELECT 1 FROM person WHERE referral_id = :referral_id"
    " UNION ALL SELECT 1 FROM tombstone WHERE token = :token LIMIT 1"
)


async def get(tx: AsyncConnection, person_id: UUID, *, lock: bool = False) -> Row[Any] | None:
    """One person."""
    query = select(person).where(person.c.person_id == person_id)
    return (await tx.execute(query.with_for_update() if lock else query)).one_or_none()


async def languages_of(tx: AsyncConnection, person_id: UUID) -> tuple[str, ...]:
    """The languages that she speaks, in her order; empty where nobody asked."""
    found = (await tx.execute(select(person.c.languages).where(person.c.person_id == person_id))).scalar_one_or_none()
    return tuple(found or ())


async def is_erased(tx: AsyncConnection, person_id: UUID) -> bool:
    """Whether the erasure of this person has begun."""
    return (await tx.execute(select(erasure.c.begun_at).where(erasure.c.person_id == person_id))).first() is not None


async def came_by_referral(tx: AsyncConnection, referral_id: UUID, token: str) -> bool:
    """Whether the person of this referral is here, or was and is erased."""
    return (await tx.execute(_REFERRED, {"referral_id": referral_id, "token": token})).first() is not None


async def of_referral(tx: AsyncConnection, referral_id: UUID) -> Row[Any] | None:
    """The person who came by this referral, locked."""
    return (await tx.execute(select(person).where(person.c.referral_id == referral_id).with_for_update())).one_or_none()


async def add(tx: AsyncConnection, given: dict[str, Any]) -> Row[Any]:
    """A person who became known at the desk."""
    fresh = {"version": 1, "contact_version": 1, "unreachable": False, "frozen": False, **given}
    row: Row[Any] = (await tx.execute(insert(person).values(fresh).returning(person))).one()
    return row


async def change(tx: AsyncConnection, person_id: UUID, *, contact_changed: bool = False, **values: Any) -> Row[Any]:
    """Change some columns; the version rises, and that of the contact where notify must hear of it. Returns the row."""
    step = update(person).where(person.c.person_id == person_id).returning(person)
    raised = person.c.contact_version + (1 if contact_changed else 0)
    changed = step.values(version=person.c.version + 1, contact_version=raised, **values)
    row: Row[Any] = (await tx.execute(changed)).one()
    return row
