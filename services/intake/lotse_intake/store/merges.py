"""Which records are one person's: a forest of merges, each undone again at will."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_intake.store.tables.matching import person_merge

RECORDS_MAX = 200  # of one human being; more would be a mistake, and no answer holds more
MERGE_LOCK = 0x6D657267  # "merg": merges wait for each other, or two at once could close a ring

_GROUPS = text(
    """
    WITH RECURSIVE member (asked, person_id) AS (
      SELECT id, id FROM unnest(CAST(:ids AS uuid[])) AS given (id)
      UNION
      SELECT member.asked, CASE WHEN m.kept_id = member.person_id THEN m.merged_id ELSE m.kept_id END
      FROM member JOIN person_merge m ON m.undone_at IS NULL AND member.person_id IN (m.kept_id, m.merged_id)
    )
    SELECT asked, person_id, NOT EXISTS (SELECT FROM person_merge j
      WHERE j.merged_id = member.person_id AND j.undone_at IS NULL) AS is_kept
    FROM member ORDER BY asked, is_kept DESC, person_id
    """
)


async def group_of(tx: AsyncConnection, person_id: UUID) -> tuple[UUID, ...]:
    """All records that are this person's, the kept one first, then by id; of an unmerged or unknown one itself."""
    return (await groups_of(tx, [person_id]))[person_id]


async def groups_of(tx: AsyncConnection, person_ids: Iterable[UUID]) -> dict[UUID, tuple[UUID, ...]]:
    """`group_of` for several in one statement."""
    found: dict[UUID, tuple[UUID, ...]] = dict.fromkeys(person_ids, ())
    for row in await tx.execute(_GROUPS, {"ids": [str(person_id) for person_id in found]}):
        found[row.asked] = (*found[row.asked], row.person_id)
    return found


async def lock(tx: AsyncConnection) -> None:
    """Until this transaction ends nobody else merges or unmerges."""
    await tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MERGE_LOCK})


async def add(tx: AsyncConnection, row: dict[str, Any]) -> None:
    """A record joins another."""
    await tx.execute(insert(person_merge).values(row))


async def get(tx: AsyncConnection, merge_id: UUID) -> Row[Any] | None:
    """One merge, undone or not."""
    return (await tx.execute(select(person_merge).where(person_merge.c.merge_id == merge_id))).one_or_none()


async def undo(tx: AsyncConnection, merge_id: UUID, *, at: datetime, by: str, reason: str) -> None:
    """The record stands alone again, with whatever had joined it."""
    step = update(person_merge).where(person_merge.c.merge_id == merge_id)
    await tx.execute(step.values(undone_at=at, undone_by=by, undo_reason=reason))


async def joined(tx: AsyncConnection, person_id: UUID) -> UUID | None:
    """The merge by which this record joined another, if it has."""
    query = select(person_merge.c.merge_id).where(
        person_merge.c.merged_id == person_id, person_merge.c.undone_at.is_(None)
    )
    return (await tx.execute(query)).scalar_one_or_none()
