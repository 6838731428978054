"""Tries whose provider can be asked what it has."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_notify.store.tables.machine import attempt


@dataclass(frozen=True)
class Doubt:
    """A try that nobody can be sure of; its hexadecimal id is what the provider knows it by."""

    attempt_id: UUID
    provider: str
    started_at: datetime

    @property
    def reference(self) -> str:
        """As it was given to the provider."""
        return self.attempt_id.hex


async def doubts(tx: AsyncConnection, providers: Collection[str], *, rows_max: int) -> list[Doubt]:
    """Of these providers, oldest first; nothing is locked, since asking takes a while."""
    query = (
        select(attempt.c.attempt_id, attempt.c.provider, attempt.c.started_at)
        .where(attempt.c.state == "unknown", attempt.c.provider.in_(sorted(providers)))
        .order_by(attempt.c.started_at)
        .limit(rows_max)
    )
    return [Doubt(row.attempt_id, row.provider, row.started_at) for row in await tx.execute(query)]


async def note_provider_id(tx: AsyncConnection, attempt_id: UUID, provider_id: str) -> None:
    """Receipts that come without our reference find it by this."""
    mine = update(attempt).where(attempt.c.attempt_id == attempt_id, attempt.c.provider_id.is_(None))
    await tx.execute(mine.values(provider_id=provider_id))
