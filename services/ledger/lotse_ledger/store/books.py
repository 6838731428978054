"""Questions asked of the log: what stood in the accounts, which entries say so, as of two dates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_contracts.ledger import Standing
from lotse_ledger.domain.asof import AsOf
from lotse_ledger.domain.entries import Recorded
from lotse_ledger.store.log import recorded_of
from lotse_ledger.store.tables import entry, posting


@dataclass(frozen=True)
class AccountBalance:
    """Minor units; debit positive."""

    account: str
    currency: str
    standing: Standing
    amount: int


async def last_recorded_at(tx: AsyncConnection) -> datetime | None:
    """When the last entry was recorded; None while the log is empty."""
    found: datetime | None = (await tx.execute(select(func.max(entry.c.recorded_at)))).scalar_one_or_none()
    return found


async def size(tx: AsyncConnection) -> int:
    """How many entries there are."""
    found = (await tx.execute(select(func.max(entry.c.log_index)))).scalar_one_or_none()
    return 0 if found is None else int(found) + 1


async def balances(tx: AsyncConnection, chosen: AsOf, *, limit: int) -> list[AccountBalance]:
    """Every account that something was posted to, by name; demonstration values are summed apart."""
    rows = await tx.execute(
        select(posting.c.account, posting.c.currency, entry.c.standing, func.sum(posting.c.amount).label("amount"))
        .join(entry, entry.c.log_index == posting.c.log_index)
        .where(_within(chosen))
        .group_by(posting.c.account, posting.c.currency, entry.c.standing)
        .order_by(posting.c.account, posting.c.currency, entry.c.standing)
        .limit(limit)
    )
    return [AccountBalance(row.account, row.currency, row.standing, int(row.amount)) for row in rows]


async def entries_of_grants(tx: AsyncConnection, chosen: AsOf, grant_id: UUID | None = None) -> list[Recorded]:
    """The entries of one grant or of all, with their reversals, in the order of the log."""
    wanted = entry.c.grant_id.is_not(None) if grant_id is None else entry.c.grant_id == grant_id
    return await _read(tx, and_(wanted, _within(chosen)))


async def entries_of_kinds(tx: AsyncConnection, kinds: Sequence[str], chosen: AsOf | None = None) -> list[Recorded]:
    """The entries of these kinds and all reversals, in the order of the log."""
    wanted: ColumnElement[bool] = entry.c.kind.in_([*kinds, "reversal"])
    return await _read(tx, wanted if chosen is None else and_(wanted, _within(chosen)))


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
        wanted = and_(wanted, entry.c.known_at <= recorded_to)
    return await _read(tx, wanted, limit=limit)


async def at(tx: AsyncConnection, log_index: int) -> Recorded | None:
    """One entry."""
    found = await _read(tx, entry.c.log_index == log_index)
    return found[0] if found else None


async def body_of(tx: AsyncConnection, log_index: int) -> str | None:
    """The leaf as it was hashed."""
    return (await tx.execute(select(entry.c.body).where(entry.c.log_index == log_index))).scalar_one_or_none()


async def leaves(tx: AsyncConnection, first: int) -> list[bytes]:
    """The leaf hashes from this index on."""
    query = select(entry.c.leaf_sha256).where(entry.c.log_index >= first).order_by(entry.c.log_index)
    return list((await tx.execute(query)).scalars())


async def _read(tx: AsyncConnection, wanted: ColumnElement[bool], *, limit: int | None = None) -> list[Recorded]:
    query: Any = select(entry).where(wanted).order_by(entry.c.log_index).limit(limit)
    return [recorded_of(row) for row in await tx.execute(query)]


def _within(chosen: AsOf) -> ColumnElement[bool]:
    return and_(entry.c.valid_on <= chosen.valid_to, entry.c.known_at <= chosen.recorded_to)
