"""Concerns and the referrals that were heard about them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_intake.domain.machine import State
from lotse_intake.store.tables import concern, heard_referral, person


async def get(tx: AsyncConnection, concern_id: UUID, *, lock: bool = False) -> Row[Any] | None:
    """One concern, with whether its person is being erased."""
    query = select(concern, person.c.frozen).join(person, person.c.person_id == concern.c.person_id)
    query = query.where(concern.c.concern_id == concern_id)
    return (await tx.execute(query.with_for_update(of=concern) if lock else query)).one_or_none()


async def of_enquiry(tx: AsyncConnection, enquiry_id: UUID, *, lock: bool = False) -> Sequence[Row[Any]]:
    """The concerns of an enquiry, always in the same order, so that two writers do not lock each other out."""
    query = select(concern).where(concern.c.enquiry_id == enquiry_id).order_by(concern.c.concern_id)
    return (await tx.execute(query.with_for_update() if lock else query)).all()


async def of_person(tx: AsyncConnection, person_id: UUID) -> Sequence[Row[Any]]:
    """The concerns of a person."""
    query = select(concern).where(concern.c.person_id == person_id).order_by(concern.c.received_at)
    return (await tx.execute(query)).all()


async def move(tx: AsyncConnection, concern_id: UUID, state: State, **changed: Any) -> Row[Any]:
    """The concern in its new state, where named under another code, urgency or due time; its version rises."""
    step = update(concern).where(concern.c.concern_id == concern_id).returning(concern)
    row: Row[Any] = (await tx.execute(step.values(state=state, version=concern.c.version + 1, **changed))).one()
    return row


async def hear_referral(tx: AsyncConnection, referral_id: UUID, concern_id: UUID, *, completed: bool) -> list[bool]:
    """Note a referral of a concern, completed for good once it was; returns for all of them whether they are."""
    row = insert(heard_referral).values(referral_id=referral_id, concern_id=concern_id, completed=completed)
    again = row.on_conflict_do_update(
        index_elements=[heard_referral.c.referral_id], set_={"completed": heard_referral.c.completed | completed}
    )
    await tx.execute(again)
    query = select(heard_referral.c.completed).where(heard_referral.c.concern_id == concern_id)
    return list((await tx.execute(query)).scalars())
