"""What each consent to be told was given for, and what she ended or took up again herself."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_intake.store.tables.channels import channel_choice, consent_point


async def bind(tx: AsyncConnection, consent_id: UUID, person_id: UUID, points: bytes) -> None:
    """From now on this consent holds for these addresses alone; the first time counts."""
    row = upsert(consent_point).values(consent_id=consent_id, person_id=person_id, points=points)
    await tx.execute(row.on_conflict_do_nothing())


async def bound(tx: AsyncConnection, person_id: UUID) -> Mapping[UUID, bytes]:
    """The encrypted addresses of each of her consents that is bound to some."""
    rows = await tx.execute(select(consent_point).where(consent_point.c.person_id == person_id))
    return {row.consent_id: row.points for row in rows}


async def note_choice(
    tx: AsyncConnection, person_id: UUID, channel: str, choice: Literal["opted_out", "opted_in"], at: datetime
) -> None:
    """The proof of it."""
    row = {"person_id": person_id, "channel": channel, "choice": choice, "chosen_at": at}
    await tx.execute(insert(channel_choice).values(row))


async def ended_at(tx: AsyncConnection, person_id: UUID) -> dict[str, datetime]:
    """When she last ended each way of being told, whatever she said of it since."""
    mine = channel_choice.c.person_id == person_id, channel_choice.c.choice == "opted_out"
    latest = func.max(channel_choice.c.chosen_at).label("at")
    rows = await tx.execute(select(channel_choice.c.channel, latest).where(*mine).group_by(channel_choice.c.channel))
    return {row.channel: row.at for row in rows}
