"""What the desk is shown of referrals, read without a lock, and what it notes beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.timers import timer
from lotse_contracts.intake import CaseAssigned
from lotse_referral.domain.referral import Referral
from lotse_referral.store.tables import referral
from lotse_referral.store.tables.appointments import case_carrier, waitlist_note

_FIELDS = tuple(field.name for field in fields(Referral) if field.name != "steps")


@dataclass(frozen=True)
class WaitlistNote:
    """What a service said about its waiting list."""

    note_id: UUID
    referral_id: UUID
    person_id: UUID
    noted_at: datetime
    position: int | None = None
    weeks: int | None = None


def referral_of(row: RowMapping | Mapping[str, Any]) -> Referral:
    """The referral that a row holds."""
    values: dict[str, Any] = {name: row[name] for name in _FIELDS}
    lists = {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
    return Referral(**values | lists)


async def peek(tx: AsyncConnection, referral_id: UUID) -> Referral | None:
    """The referral as it is, without a lock: whoever only looks delays nobody."""
    row = (await tx.execute(select(referral).where(referral.c.referral_id == referral_id))).mappings().one_or_none()
    return None if row is None else referral_of(row)


async def timers_of(tx: AsyncConnection, referral_ids: Sequence[UUID]) -> dict[str, list[tuple[str, datetime]]]:
    """Which timers run for these, by id, soonest first."""
    found: dict[str, list[tuple[str, datetime]]] = {}
    keys = [str(one) for one in referral_ids]
    query = select(timer.c.key, timer.c.kind, timer.c.due_at).where(timer.c.key.in_(keys))
    for row in await tx.execute(query.order_by(timer.c.due_at, timer.c.kind)):
        found.setdefault(row.key, []).append((row.kind, row.due_at))
    return found


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
