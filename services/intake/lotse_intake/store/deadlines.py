"""Deadlines: of a concern, computed or named, and the nearest day that a concern shows."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_intake.store.tables import concern, person
from lotse_intake.store.tables.letters import deadline


async def add(tx: AsyncConnection, row: dict[str, Any]) -> Row[Any]:
    """A deadline that stands from now on."""
    step = insert(deadline).values(version=1, **row).returning(deadline)
    added: Row[Any] = (await tx.execute(step)).one()
    return added


async def get(tx: AsyncConnection, deadline_id: UUID, *, lock: bool = False) -> Row[Any] | None:
    """One deadline, with whether its person is being erased or restricted."""
    query = select(deadline, person.c.frozen, person.c.restricted)
    query = query.join(person, person.c.person_id == deadline.c.person_id).where(deadline.c.deadline_id == deadline_id)
    return (await tx.execute(query.with_for_update(of=deadline) if lock else query)).one_or_none()


async def change(tx: AsyncConnection, deadline_id: UUID, **values: Any) -> Row[Any]:
    """Change some columns; the version rises. Returns the row."""
    step = update(deadline).where(deadline.c.deadline_id == deadline_id).returning(deadline)
    row: Row[Any] = (await tx.execute(step.values(version=deadline.c.version + 1, **values))).one()
    return row


async def of_concerns(tx: AsyncConnection, concern_ids: Sequence[UUID]) -> Sequence[Row[Any]]:
    """The deadlines of some concerns, the nearest first."""
    query = select(deadline).where(deadline.c.concern_id.in_(concern_ids))
    return (await tx.execute(query.order_by(deadline.c.on_day, deadline.c.deadline_id))).all()


async def of_person(tx: AsyncConnection, person_id: UUID) -> Sequence[Row[Any]]:
    """Everything about deadlines that is held of a person."""
    query = select(deadline).where(deadline.c.person_id == person_id)
    return (await tx.execute(query.order_by(deadline.c.on_day, deadline.c.deadline_id))).all()


async def nearest(tx: AsyncConnection, size: int) -> Sequence[Row[Any]]:
    """The nearest of all that stand, along the index of open ones; none of somebody who is being erased."""
    query = select(deadline).join(person, person.c.person_id == deadline.c.person_id)
    query = query.where(deadline.c.settlement.is_(None), person.c.frozen.is_(False))
    return (await tx.execute(query.order_by(deadline.c.on_day, deadline.c.deadline_id).limit(size))).all()


async def show_nearest(tx: AsyncConnection, concern_id: UUID) -> date | None:
    """Let the concern show the nearest day of its deadlines that stand; returns it."""
    open_ones = select(func.min(deadline.c.on_day)).where(
        deadline.c.concern_id == concern_id, deadline.c.settlement.is_(None)
    )
    step = update(concern).where(concern.c.concern_id == concern_id).values(deadline_on=open_ones.scalar_subquery())
    found: date | None = (await tx.execute(step.returning(concern.c.deadline_on))).scalar_one()
    return found
