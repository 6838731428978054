"""Who belongs to whom, kept once for each pair and kind, and found from both sides."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_intake.domain.kin import GUARDIAN, Link
from lotse_intake.store.tables.casework import person_link

_HOUSEHOLD = text(
    """
    WITH RECURSIVE member (person_id) AS (
      SELECT CAST(:person_id AS uuid)
      UNION
      SELECT CASE WHEN l.person_id = member.person_id THEN l.other_id ELSE l.person_id END
      FROM member JOIN person_link l ON l.kind = 'household' AND member.person_id IN (l.person_id, l.other_id)
    )
    SELECT person_id FROM member LIMIT 100
    """
)


async def add(tx: AsyncConnection, row: dict[str, Any]) -> bool:
    """False if this link, or one that says the same, is known."""
    new = insert(person_link).values(row).on_conflict_do_nothing().returning(person_link.c.link_id)
    return (await tx.execute(new)).first() is not None


async def get(tx: AsyncConnection, link_id: UUID) -> Row[Any] | None:
    """One link."""
    return (await tx.execute(select(person_link).where(person_link.c.link_id == link_id))).one_or_none()


async def remove(tx: AsyncConnection, link_id: UUID) -> bool:
    """They do not belong together any more; False if somebody was faster."""
    return (await tx.execute(delete(person_link).where(person_link.c.link_id == link_id))).rowcount == 1


async def of_persons(tx: AsyncConnection, person_ids: Iterable[UUID]) -> Sequence[Row[Any]]:
    """All links of these persons, from whichever side they were told."""
    ids = list(person_ids)
    hers = or_(person_link.c.person_id.in_(ids), person_link.c.other_id.in_(ids))
    return (await tx.execute(select(person_link).where(hers).order_by(person_link.c.linked_at))).all()


async def guardians_of(tx: AsyncConnection, person_id: UUID) -> frozenset[UUID]:
    """Who may decide for her: the persons that are linked as her guardians."""
    query = select(person_link.c.person_id)
    query = query.where(person_link.c.other_id == person_id, person_link.c.kind == GUARDIAN)
    return frozenset((await tx.execute(query)).scalars())


async def household_of(tx: AsyncConnection, person_id: UUID) -> frozenset[UUID]:
    """Everybody who lives with her, herself among them."""
    return frozenset((await tx.execute(_HOUSEHOLD, {"person_id": str(person_id)})).scalars())


def as_link(row: Row[Any]) -> Link:
    """What the rules decide on."""
    return Link(row.person_id, row.kind, row.other_id)
