"""Concerns that were matched, and the gaps that nobody serves."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_referral.store.tables import concern, gap


@dataclass(frozen=True)
class Concern:
    """One need, as intake last told of it, and what was suggested for it."""

    concern_id: UUID
    case_id: UUID
    person_id: UUID
    code: str
    language: str
    urgency: str
    concern_version: int
    match_version: int
    candidates: tuple[dict[str, Any], ...]
    gap_code: str | None
    matched_at: datetime


async def load(tx: AsyncConnection, concern_id: UUID) -> Concern | None:
    """The concern, or None before intake told of it."""
    row = (await tx.execute(select(concern).where(concern.c.concern_id == concern_id))).mappings().one_or_none()
    return None if row is None else Concern(**{**row, "candidates": tuple(row["candidates"])})


async def save(tx: AsyncConnection, held: Concern) -> None:
    """Write it, new or changed."""
    values = asdict(held) | {"candidates": list(held.candidates)}
    place = upsert(concern).values(values)
    await tx.execute(place.on_conflict_do_update(index_elements=["concern_id"], set_=values))


async def add_gap(tx: AsyncConnection, gap_id: UUID, code: str, language: str, month: str) -> None:
    """A gap holds no id of a person or concern, and no day."""
    await tx.execute(insert(gap).values(gap_id=gap_id, code=code, language=language, month=month))
