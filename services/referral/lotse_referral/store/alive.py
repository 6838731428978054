"""Who is erased, and one transaction at a time for each person."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_referral.store.tables import tombstone

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(CAST(:id AS text), 0))")


async def locked(tx: AsyncConnection, id: UUID) -> None:
    """Wait until nobody else is at this person, or this referral.

    Facts and orders come through consumers of their own. A consent and the order that waits for it, handled side by
    side, would each see the state before the other, and the referral would wait for ever.
    """
    await tx.execute(_LOCK, {"id": str(id)})


async def erased(tx: AsyncConnection, id: UUID) -> bool:
    """Whether this person, or the referral of one, is gone; asked under the lock, late messages change nothing."""
    await locked(tx, id)
    return (await tx.execute(select(tombstone.c.id).where(tombstone.c.id == id))).first() is not None


async def buried(tx: AsyncConnection, id: UUID) -> bool:
    """Whether this id is remembered as gone; without a lock, for what nobody makes anew."""
    return (await tx.execute(select(tombstone.c.id).where(tombstone.c.id == id))).first() is not None


async def bury(tx: AsyncConnection, ids: Iterable[UUID], now: datetime) -> None:
    """Remember these random ids, and nothing else, so that replayed messages do not bring the person back."""
    rows = [{"id": gone, "erased_at": now} for gone in ids]
    if rows:
        await tx.execute(insert(tombstone).on_conflict_do_nothing(), rows)
