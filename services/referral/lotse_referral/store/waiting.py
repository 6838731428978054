"""What services say about their waiting lists, and who of us carries a case."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_contracts.intake import CaseAssigned
from lotse_referral.store.tables.appointments import case_carrier, waitlist_note


@dataclass(frozen=True)
class WaitlistNote:
    """What a service said about its waiting list."""

    note_id: UUID
    referral_id: UUID
    person_id: UUID
    noted_at: datetime
    position: int | None = None
    weeks: int | None = None


async def note(tx: AsyncConnection, note_id: UUID) -> WaitlistNote | None:
    """One note about a waiting list, or None."""
    row = (await tx.execute(select(waitlist_note).where(waitlist_note.c.note_id == note_id))).mappings().one_or_none()
    return None if row is None else WaitlistNote(**row)


async def add_note(tx: AsyncConnection, row: Mapping[str, Any]) -> None:
    """One more note."""
    await tx.execute(insert(waitlist_note).values(dict(row)))


async def newest_note(tx: AsyncConnection, referral_id: UUID) -> WaitlistNote | None:
    """The newest word about her place, or None."""
    query = select(waitlist_note).where(waitlist_note.c.referral_id == referral_id)
    order = (waitlist_note.c.noted_at.desc(), waitlist_note.c.note_id)
    row = (await tx.execute(query.order_by(*order).limit(1))).mappings().one_or_none()
    return None if row is None else WaitlistNote(**row)


async def carry(tx: AsyncConnection, fact: CaseAssigned) -> None:
    """Who carries a case, by the newest fact."""
    values = fact.model_dump(include={"case_id", "person_id", "owner", "team", "version"})
    place = upsert(case_carrier).values(values)
    newer = place.on_conflict_do_update(
        index_elements=["case_id"], set_=values, where=case_carrier.c.version < place.excluded.version
    )
    await tx.execute(newer)
