"""The bands of persons: what may be counted of them, in the clear."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_intake.domain.bands import NOT_STATED
from lotse_intake.store.tables.reports import person_bands

COLUMNS = ("age_band", "gender", "region", "residence_bracket", "language")


async def note(tx: AsyncConnection, person_id: UUID, known: Mapping[str, str]) -> None:
    """Keep the bands that are known now; the others stay as they were, or are not stated."""
    row = insert(person_bands).values(person_id=person_id, **{**dict.fromkeys(COLUMNS, NOT_STATED), **known})
    if known:
        step = row.on_conflict_do_update(index_elements=[person_bands.c.person_id], set_=dict(known))
    else:
        step = row.on_conflict_do_nothing()
    await tx.execute(step)


async def of_person(tx: AsyncConnection, person_id: UUID) -> Row[Any] | None:
    """The bands of a person, for herself (Art. 15 GDPR)."""
    return (await tx.execute(select(person_bands).where(person_bands.c.person_id == person_id))).one_or_none()
