"""What was released to whom, so that recipients can be told, and once for each referral and consent."""

from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_intake.store.tables import field_release


async def is_released(tx: AsyncConnection, referral_id: UUID, consent_id: UUID) -> bool:
    """Whether the fields of this referral left under this consent; who asks back may get more under another."""
    query = select(field_release.c.released_at).where(
        field_release.c.referral_id == referral_id, field_release.c.consent_id == consent_id
    )
    return (await tx.execute(query)).first() is not None


async def add(tx: AsyncConnection, row: dict[str, Any]) -> None:
    """Note a release. What left with this referral before stays noted: whoever has it must hear of every group."""
    earlier = delete(field_release).where(field_release.c.referral_id == row["referral_id"])
    groups = (await tx.execute(earlier.returning(field_release.c.field_groups))).scalars().first() or []
    whole = list(dict.fromkeys([*groups, *row["field_groups"]]))
    await tx.execute(insert(field_release).values({**row, "field_groups": whole}))
