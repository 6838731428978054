"""What was released to whom, so that recipients can be told, and once for each referral."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_intake.store.tables import field_release


async def is_released(tx: AsyncConnection, referral_id: UUID) -> bool:
    """Whether the fields of this referral left before."""
    query = select(field_release.c.released_at).where(field_release.c.referral_id == referral_id)
    return (await tx.execute(query)).first() is not None


async def add(tx: AsyncConnection, row: dict[str, Any]) -> None:
    """Note a release."""
    await tx.execute(insert(field_release).values(row))
