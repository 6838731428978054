"""The blind index: keyed digests by which a person is found again, though nobody can read them."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_intake.store.tables.matching import blind_index


async def count_of(tx: AsyncConnection, person_id: UUID) -> int:
    """How many digests lead to a person."""
    query = select(func.count()).select_from(blind_index).where(blind_index.c.person_id == person_id)
    return int((await tx.execute(query)).scalar_one())
