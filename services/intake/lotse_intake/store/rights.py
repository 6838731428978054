"""What was asked and decided about a person's rights: restrictions, corrections, holds, requests."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Table, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_intake.store.tables import consent, field_release
from lotse_intake.store.tables.handover import handover_batch, handover_case
from lotse_intake.store.tables.rights import erasure_request, legal_hold, rectification, restriction


async def note(tx: AsyncConnection, table: Table, **row: Any) -> None:
    """Note a restriction or a correction."""
    await tx.execute(insert(table).values(row))


async def note_restriction(tx: AsyncConnection, **row: Any) -> None:
    """Note that a record became read-only, or no longer is."""
    await note(tx, restriction, **row)


async def note_rectification(tx: AsyncConnection, **row: Any) -> None:
    """Note which groups were corrected and why."""
    await note(tx, rectification, **row)


async def place_hold(tx: AsyncConnection, row: dict[str, Any]) -> bool:
    """Place a hold; False if its id is known."""
    new = upsert(legal_hold).values(row).on_conflict_do_nothing().returning(legal_hold.c.hold_id)
    return (await tx.execute(new)).first() is not None


async def hold(tx: AsyncConnection, hold_id: UUID) -> Row[Any] | None:
    """One hold, locked."""
    query = select(legal_hold).where(legal_hold.c.hold_id == hold_id).with_for_update()
    return (await tx.execute(query)).one_or_none()


async def lift_hold(tx: AsyncConnection, hold_id: UUID, at: datetime, by: str) -> None:
    """The hold is over."""
    await tx.execute(update(legal_hold).where(legal_hold.c.hold_id == hold_id).values(lifted_at=at, lifted_by=by))


async def is_held(tx: AsyncConnection, persons: Sequence[UUID], at: datetime) -> bool:
    """Whether a hold is open for any of these records."""
    query = select(legal_hold.c.hold_id).where(
        legal_hold.c.person_id.in_(persons), legal_hold.c.lifted_at.is_(None), legal_hold.c.until > at
    )
    return (await tx.execute(query.limit(1))).first() is not None


async def request(tx: AsyncConnection, person_id: UUID, at: datetime, due_at: datetime) -> bool:
    """Note that she asks to be forgotten; False if that is so already. One that was refused may be asked again."""
    row = upsert(erasure_request).values(person_id=person_id, requested_at=at, due_at=due_at)
    again = row.on_conflict_do_update(
        index_elements=[erasure_request.c.person_id],
        set_={"requested_at": at, "due_at": due_at, "refused_at": None, "refused_by": None, "refusal": None},
        where=erasure_request.c.refused_at.is_not(None),
    )
    return (await tx.execute(again.returning(erasure_request.c.person_id))).first() is not None


async def request_of(tx: AsyncConnection, person_id: UUID) -> Row[Any] | None:
    """Her request, open or refused, locked."""
    query = select(erasure_request).where(erasure_request.c.person_id == person_id).with_for_update()
    return (await tx.execute(query)).one_or_none()


async def refuse_request(tx: AsyncConnection, person_id: UUID, at: datetime, by: str, reason: str) -> None:
    """Her request is not followed."""
    step = update(erasure_request).where(erasure_request.c.person_id == person_id)
    await tx.execute(step.values(refused_at=at, refused_by=by, refusal=reason))


async def releases_of(tx: AsyncConnection, persons: Sequence[UUID]) -> Sequence[Row[Any]]:
    """What left the association about her: referral, recipient, groups."""
    query = select(field_release).where(field_release.c.person_id.in_(persons))
    return (await tx.execute(query.order_by(field_release.c.released_at))).all()


async def handovers_of(tx: AsyncConnection, persons: Sequence[UUID]) -> Sequence[Row[Any]]:
    """To whom her case was handed over, when, and under which consent with which groups."""
    columns = (handover_batch.c.recipient, handover_case.c.consent_id, handover_case.c.packaged_at)
    query = select(*columns, consent.c.field_groups).select_from(handover_case).join(handover_batch)
    query = query.outerjoin(consent, consent.c.consent_id == handover_case.c.consent_id)
    packed = handover_case.c.person_id.in_(persons), handover_case.c.packaged_at.is_not(None)
    found: Sequence[Any] = (await tx.execute(query.where(*packed))).all()
    return found
