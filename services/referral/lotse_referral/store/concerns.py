"""Concerns that were matched, and the gaps that nobody serves."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_referral.store.tables import concern, gap, referral


@dataclass(frozen=True)
class Concern:
    """One need, as intake last told of it, and what was suggested for it.

    `facts` are a `NeedFacts`; `candidates` and `found` are in the shape of `SuggestionsAnswer`, without names.
    `gap_codes` name the codes for which a gap was told.
    """

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
    sub_code: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    found: dict[str, Any] = field(default_factory=dict)
    gap_codes: tuple[str, ...] = ()


async def load(tx: AsyncConnection, concern_id: UUID) -> Concern | None:
    """The concern, or None before intake told of it."""
    row = (await tx.execute(select(concern).where(concern.c.concern_id == concern_id))).mappings().one_or_none()
    if row is None:
        return None
    return Concern(**{**row, "candidates": tuple(row["candidates"]), "gap_codes": tuple(row["gap_codes"])})


async def save(tx: AsyncConnection, held: Concern) -> None:
    """Write it, new or changed."""
    values = asdict(held) | {"candidates": list(held.candidates), "gap_codes": list(held.gap_codes)}
    place = upsert(concern).values(values)
    await tx.execute(place.on_conflict_do_update(index_elements=["concern_id"], set_=values))


async def declined(tx: AsyncConnection, concern_id: UUID) -> tuple[tuple[UUID, str], ...]:
    """Services that refused her for this concern, or did not help, with the latest reason of each, by id."""
    ends = ("declined", "failed", "expired")
    query = select(referral.c.service_id, referral.c.state, referral.c.reason).where(
        referral.c.concern_id == concern_id, referral.c.service_id.is_not(None), referral.c.state.in_(ends)
    )
    rows = (await tx.execute(query.order_by(referral.c.changed_at, referral.c.referral_id))).all()
    return tuple(sorted({row.service_id: row.reason or row.state for row in rows}.items()))


async def add_gap(tx: AsyncConnection, gap_id: UUID, code: str, language: str, month: str) -> None:
    """A gap holds no id of a person or concern, and no day."""
    await tx.execute(insert(gap).values(gap_id=gap_id, code=code, language=language, month=month))
