"""Counted consultations: one that was wrong is superseded by another, and never written over."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Table, and_, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_intake.domain.cursors import Place
from lotse_intake.store.tables import concern, contact
from lotse_intake.store.tables.casework import group_contact

COUNTED = and_(contact.c.superseded_by.is_(None), ~contact.c.void)
"""Which contacts count; every figure must ask for it."""
GROUP_COUNTED = and_(group_contact.c.superseded_by.is_(None), ~group_contact.c.void)


async def add(tx: AsyncConnection, row: dict[str, Any], table: Table = contact) -> bool:
    """Count a consultation or a group; False if this id is known."""
    new = insert(table).values(row).on_conflict_do_nothing().returning(table.c.contact_id)
    return (await tx.execute(new)).first() is not None


async def get(tx: AsyncConnection, contact_id: UUID, table: Table = contact) -> Row[Any] | None:
    """One contact, locked, so that of two corrections at once the second meets the first."""
    query = select(table).where(table.c.contact_id == contact_id)
    return (await tx.execute(query.with_for_update())).one_or_none()


async def supersede(tx: AsyncConnection, contact_id: UUID, by: UUID, table: Table = contact) -> None:
    """Another one counts in its place."""
    await tx.execute(update(table).where(table.c.contact_id == contact_id).values(superseded_by=by))


async def of_person(tx: AsyncConnection, person_id: UUID) -> Sequence[Row[Any]]:
    """The consultations of a person, corrected ones too."""
    return (await tx.execute(select(contact).where(contact.c.person_id == person_id).order_by(contact.c.at))).all()


async def of_case(tx: AsyncConnection, case_id: UUID, *, limit: int, before: Place | None = None) -> Sequence[Row[Any]]:
    """The newest consultations of a case that count."""
    query = select(contact).where(contact.c.case_id == case_id, COUNTED)
    if before is not None:
        query = query.where(tuple_(contact.c.at, contact.c.contact_id) < tuple_(before.at, before.id))
    return (await tx.execute(query.order_by(contact.c.at.desc(), contact.c.contact_id.desc()).limit(limit))).all()


async def of_day(
    tx: AsyncConnection, start: datetime, end: datetime, *, recorded_by: str | None, limit: int
) -> tuple[Sequence[Row[Any]], int, int]:
    """What counts within [start, end), by time, up to a limit; and of all of it how many there are and the minutes."""
    which = and_(COUNTED, contact.c.at >= start, contact.c.at < end)
    if recorded_by is not None:
        which = and_(which, contact.c.recorded_by == recorded_by)
    rows = (
        await tx.execute(select(contact).where(which).order_by(contact.c.at, contact.c.contact_id).limit(limit))
    ).all()
    whole = (await tx.execute(select(func.count(), func.coalesce(func.sum(contact.c.minutes), 0)).where(which))).one()
    return rows, int(whole[0]), int(whole[1])


async def assigned_concerns(
    tx: AsyncConnection, *, person_id: UUID, case_id: UUID | None, codes: Sequence[str]
) -> Sequence[UUID]:
    """The concerns of a person, or of one case, that somebody carries and that no contact was about yet, locked.

    With codes only those that the contact was about; always in the same order, so that no two writers wait in a ring.
    """
    query = select(concern.c.concern_id).where(concern.c.person_id == person_id, concern.c.state == "assigned")
    if case_id is not None:
        query = query.where(concern.c.case_id == case_id)
    if codes:
        query = query.where(concern.c.code.in_(codes))
    return list((await tx.execute(query.order_by(concern.c.concern_id).with_for_update())).scalars())
