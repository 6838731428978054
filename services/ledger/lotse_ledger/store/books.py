"""Questions asked of the log: what stood in the accounts, which entries say so, as of two dates.

`recorded_to` becomes a size: what was known at an instant is how long the log was then, since what is known never
comes before what was known earlier.
"""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_ledger.domain.asof import AsOf
from lotse_ledger.domain.entries import MAIN_LOG, Recorded
from lotse_ledger.store.reading import entry_at, read
from lotse_ledger.store.sums import AccountBalance, balances_at
from lotse_ledger.store.tables import entry

__all__ = [
    "AccountBalance",
    "at",
    "balances",
    "body_of",
    "entries_of_grants",
    "entries_of_kinds",
    "last_recorded_at",
    "leaves",
    "page",
    "size",
    "size_at",
]

_SIZE_KNOWN = text("SELECT size_known(CAST(:log_id AS smallint), :instant)")


async def last_recorded_at(tx: AsyncConnection, *, log_id: int = MAIN_LOG) -> datetime | None:
    """When the last entry was recorded; None while the log is empty."""
    query = select(entry.c.recorded_at).where(entry.c.log_id == log_id).order_by(entry.c.log_index.desc()).limit(1)
    found: datetime | None = (await tx.execute(query)).scalar_one_or_none()
    return found


async def size(tx: AsyncConnection, *, log_id: int = MAIN_LOG) -> int:
    """How many entries there are."""
    query = select(func.max(entry.c.log_index)).where(entry.c.log_id == log_id)
    found = (await tx.execute(query)).scalar_one_or_none()
    return 0 if found is None else int(found) + 1


async def size_at(tx: AsyncConnection, recorded_to: datetime, *, log_id: int = MAIN_LOG) -> int:
    """How many entries were known at an instant."""
    found = await tx.execute(_SIZE_KNOWN, {"log_id": log_id, "instant": recorded_to})
    return int(found.scalar_one())


async def balances(
    tx: AsyncConnection, chosen: AsOf, *, limit: int | None = None, log_id: int = MAIN_LOG
) -> list[AccountBalance]:
    """Every account that something was posted to, by name; demonstration values are summed apart.

    It is the trial balance: over all accounts of a standing and currency it sums to zero.
    """
    known = await size_at(tx, chosen.recorded_to, log_id=log_id)
    return await balances_at(tx, valid_to=chosen.valid_to, size=known, limit=limit, log_id=log_id)


async def entries_of_grants(tx: AsyncConnection, chosen: AsOf, grant_id: UUID | None = None) -> list[Recorded]:
    """The entries of one grant or of all, with their reversals, in the order of the log."""
    wanted = entry.c.grant_id.is_not(None) if grant_id is None else entry.c.grant_id == grant_id
    return await read(tx, and_(wanted, await _chosen(tx, chosen)))


async def entries_of_kinds(tx: AsyncConnection, kinds: Sequence[str], chosen: AsOf | None = None) -> list[Recorded]:
    """The entries of these kinds and all reversals, in the order of the log."""
    wanted: ColumnElement[bool] = entry.c.kind.in_([*kinds, "reversal"])
    return await read(tx, wanted if chosen is None else and_(wanted, await _chosen(tx, chosen)))


async def page(
    tx: AsyncConnection,
    *,
    first: int,
    limit: int,
    valid_to: date | None = None,
    recorded_to: datetime | None = None,
) -> list[Recorded]:
    """The entries from a log index on: what enters later comes on later pages, never in between."""
    wanted: ColumnElement[bool] = entry.c.log_index >= first
    if valid_to is not None:
        wanted = and_(wanted, entry.c.valid_on <= valid_to)
    if recorded_to is not None:
        wanted = and_(wanted, entry.c.log_index < await size_at(tx, recorded_to))
    return await read(tx, wanted, limit=limit)


async def at(tx: AsyncConnection, log_index: int) -> Recorded | None:
    """One entry."""
    return await entry_at(tx, log_index)


async def body_of(tx: AsyncConnection, log_index: int, *, log_id: int = MAIN_LOG) -> str | None:
    """The leaf as it was hashed."""
    query = select(entry.c.body).where(entry.c.log_id == log_id, entry.c.log_index == log_index)
    return (await tx.execute(query)).scalar_one_or_none()


async def leaves(tx: AsyncConnection, first: int, limit: int | None = None, *, log_id: int = MAIN_LOG) -> list[bytes]:
    """The leaf hashes from this index on."""
    query = select(entry.c.leaf_sha256).where(entry.c.log_id == log_id, entry.c.log_index >= first)
    return list((await tx.execute(query.order_by(entry.c.log_index).limit(limit))).scalars())


async def _chosen(tx: AsyncConnection, chosen: AsOf) -> ColumnElement[bool]:
    return _within(chosen.valid_to, await size_at(tx, chosen.recorded_to))


def _within(valid_to: date, size: int) -> ColumnElement[bool]:
    return and_(entry.c.valid_on <= valid_to, entry.c.log_index < size)
