"""Pairs of records that may be one person's, and what was decided about them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_intake.store.tables.matching import duplicate_pair

_WAITING = text(
    """
    WITH RECURSIVE top (person_id, kept_id) AS (
      SELECT kept_id, kept_id FROM person_merge m WHERE undone_at IS NULL
        AND NOT EXISTS (SELECT FROM person_merge j WHERE j.merged_id = m.kept_id AND j.undone_at IS NULL)
      UNION
      SELECT m.merged_id, top.kept_id FROM top JOIN person_merge m ON m.kept_id = top.person_id AND m.undone_at IS NULL
    ), waiting AS (
      SELECT pair.* FROM duplicate_pair pair
      JOIN person a ON a.person_id = first_id AND NOT a.frozen AND NOT a.restricted
      JOIN person b ON b.person_id = second_id AND NOT b.frozen AND NOT b.restricted
      LEFT JOIN top one ON one.person_id = first_id
      LEFT JOIN top two ON two.person_id = second_id
      WHERE dismissed_at IS NULL AND band <> 'different'
        AND coalesce(one.kept_id, first_id) <> coalesce(two.kept_id, second_id)
    ), page AS (
      SELECT * FROM waiting
      WHERE CAST(:person_id AS uuid) IS NULL OR CAST(:person_id AS uuid) IN (first_id, second_id)
      ORDER BY score_percent DESC, suspected_at, pair_id LIMIT :size
    )
    SELECT page.*, total.number FROM (SELECT count(*) AS number FROM waiting) AS total LEFT JOIN page ON true
    ORDER BY score_percent DESC, suspected_at, pair_id
    """
)
"""Pairs of one group have been decided on, as long as the merge stands."""


async def waiting(tx: AsyncConnection, *, size: int, person_id: UUID | None) -> tuple[Sequence[Row[Any]], int]:
    """What nobody has decided on, the likeliest first, and how many there are altogether."""
    rows = (await tx.execute(_WAITING, {"size": size, "person_id": person_id})).all()
    return [row for row in rows if row.pair_id is not None], rows[0].number


async def get(tx: AsyncConnection, pair_id: UUID) -> Row[Any] | None:
    """One pair, locked."""
    query = select(duplicate_pair).where(duplicate_pair.c.pair_id == pair_id).with_for_update()
    return (await tx.execute(query)).one_or_none()


async def suspect(tx: AsyncConnection, one: UUID, other: UUID, found: dict[str, Any], at: datetime) -> UUID | None:
    """Note a pair with `score_percent`, `band` and `reasons`, or bring a known one up to date. Returns the pair's id
    when it is new."""
    first, second = sorted((one, other))
    pair_id = uuid4()
    row = insert(duplicate_pair).values(pair_id=pair_id, first_id=first, second_id=second, suspected_at=at, **found)
    again = row.on_conflict_do_update(index_elements=["first_id", "second_id"], set_=found)
    kept = (await tx.execute(again.returning(duplicate_pair.c.pair_id))).scalar_one()
    return pair_id if kept == pair_id else None


async def dismiss(tx: AsyncConnection, pair_id: UUID, *, at: datetime, by: str, reason: str) -> None:
    """Somebody found them to be two."""
    step = update(duplicate_pair).where(duplicate_pair.c.pair_id == pair_id)
    await tx.execute(step.values(dismissed_at=at, dismissed_by=by, dismiss_reason=reason))


async def of_person(tx: AsyncConnection, person_id: UUID) -> Sequence[Row[Any]]:
    """Every pair that a record is part of."""
    part = or_(duplicate_pair.c.first_id == person_id, duplicate_pair.c.second_id == person_id)
    return (await tx.execute(select(duplicate_pair).where(part).order_by(duplicate_pair.c.suspected_at))).all()
