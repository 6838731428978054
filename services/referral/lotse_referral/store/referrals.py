"""Referrals, ours and those that came to us."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_referral.domain.clocks import due_at
from lotse_referral.domain.machine import TERMINAL
from lotse_referral.domain.referral import Referral
from lotse_referral.store.tables import referral
from lotse_referral.store.tables.appointments import referral_step

_FIELDS = tuple(field.name for field in fields(Referral) if field.name != "steps")
_LISTS = ("codes", "field_groups", "asked_groups", "more_groups", "left_consent_ids")


async def load(tx: AsyncConnection, referral_id: UUID) -> Referral | None:
    """The referral, locked until the transaction ends, or None."""
    query = select(referral).where(referral.c.referral_id == referral_id).with_for_update()
    row = (await tx.execute(query)).mappings().one_or_none()
    return None if row is None else _read(row)


async def person_of(tx: AsyncConnection, referral_id: UUID) -> UUID | None:
    """Whose it is, without waiting for anybody; None if that is not known."""
    return (await tx.execute(select(referral.c.person_id).where(referral.c.referral_id == referral_id))).scalar()


async def read(tx: AsyncConnection, referral_id: UUID) -> Referral | None:
    """The referral as it stands, without waiting for whoever changes it; for looking alone."""
    query = select(referral).where(referral.c.referral_id == referral_id)
    row = (await tx.execute(query)).mappings().one_or_none()
    return None if row is None else _read(row)


async def save(tx: AsyncConnection, held: Referral) -> None:
    """Write it, new or changed, with the time until when somebody should act on it, and the steps that it took."""
    kept = {name: getattr(held, name) for name in _FIELDS}
    values = kept | {name: list(getattr(held, name)) for name in _LISTS} | {"due_at": due_at(held)}
    place = insert(referral).values(values)
    await tx.execute(place.on_conflict_do_update(index_elements=["referral_id"], set_=values))
    if held.steps:
        steps = [{"referral_id": held.referral_id, **asdict(step)} for step in held.steps]
        await tx.execute(insert(referral_step).values(steps).on_conflict_do_nothing())


async def of_person(tx: AsyncConnection, person_id: UUID) -> tuple[Referral, ...]:
    """Her referrals, oldest first, locked."""
    query = select(referral).where(referral.c.person_id == person_id)
    rows = await tx.execute(query.order_by(referral.c.created_at, referral.c.referral_id).with_for_update())
    return tuple(_read(row) for row in rows.mappings())


async def seen_of(tx: AsyncConnection, person_ids: Sequence[UUID], most: int) -> tuple[Referral, ...]:
    """Of one who may be several records, newest first, without a lock: for whoever only looks."""
    query = select(referral).where(referral.c.person_id.in_(list(person_ids)))
    rows = await tx.execute(query.order_by(referral.c.created_at.desc(), referral.c.referral_id).limit(most))
    return tuple(_read(row) for row in rows.mappings())


async def following(tx: AsyncConnection, referral_id: UUID) -> tuple[Referral, ...]:
    """The referrals that follow this one, oldest first."""
    query = select(referral).where(referral.c.parent_id == referral_id)
    rows = await tx.execute(query.order_by(referral.c.created_at, referral.c.referral_id))
    return tuple(_read(row) for row in rows.mappings())


async def open_page(tx: AsyncConnection, size: int, after: tuple[datetime, UUID] | None) -> Sequence[Referral]:
    """The next open referrals, oldest first; one more than `size`, so that the caller sees whether there is a next."""
    query = select(referral).where(referral.c.state.not_in(sorted(TERMINAL)))
    if after is not None:
        query = query.where(tuple_(referral.c.created_at, referral.c.referral_id) > after)
    rows = await tx.execute(query.order_by(referral.c.created_at, referral.c.referral_id).limit(size + 1))
    return [_read(row) for row in rows.mappings()]


def _read(row: RowMapping) -> Referral:
    values: dict[str, Any] = {name: row[name] for name in _FIELDS}
    return Referral(**values | {name: tuple(row[name]) for name in _LISTS})
