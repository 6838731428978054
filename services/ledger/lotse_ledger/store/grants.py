"""The entries about grants: their own, and those that a voucher shared over several posts to them; one account."""

from collections.abc import Collection
from datetime import date
from itertools import accumulate
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_contracts.ledger import Standing
from lotse_ledger.domain.asof import AsOf
from lotse_ledger.domain.entries import MAIN_LOG, Recorded
from lotse_ledger.store import books
from lotse_ledger.store.reading import read
from lotse_ledger.store.tables import entry, posting


async def entries_about(
    tx: AsyncConnection,
    grants: Collection[UUID] | None = None,
    chosen: AsOf | None = None,
    *,
    without: Collection[str] = (),
) -> list[Recorded]:
    """In the order of the log, reversals included; of all grants where none is named. `without` are kinds left out."""
    wanted: list[ColumnElement[bool]] = [entry.c.grant_id.is_not(None) if grants is None else _about(grants)]
    if without:
        wanted.append(entry.c.kind.not_in(without))
    if chosen is not None:
        size = await books.size_at(tx, chosen.recorded_to)
        wanted += [entry.c.valid_on <= chosen.valid_to, entry.c.log_index < size]
    return await read(tx, and_(*wanted))


async def balance_of(tx: AsyncConnection, account: str, *, currency: str, standing: Standing) -> int:
    """Everything that was ever posted to an account, minor units."""
    query = select(func.sum(posting.c.amount)).where(
        posting.c.log_id == MAIN_LOG,
        posting.c.account == account,
        posting.c.currency == currency,
        posting.c.standing == standing,
    )
    return int((await tx.execute(query)).scalar_one() or 0)


async def lowest_from(tx: AsyncConnection, account: str, *, day: date, currency: str, standing: Standing) -> int:
    """The least that stands in an account at the end of this day or of any later one, minor units."""
    query = (
        select(posting.c.valid_on, func.sum(posting.c.amount))
        .where(
            posting.c.log_id == MAIN_LOG,
            posting.c.account == account,
            posting.c.currency == currency,
            posting.c.standing == standing,
        )
        .group_by(posting.c.valid_on)
        .order_by(posting.c.valid_on)
    )
    moved = [(on, int(amount)) for on, amount in await tx.execute(query)]
    stood = sum(amount for on, amount in moved if on <= day)
    return min(accumulate((amount for on, amount in moved if on > day), initial=stood))


def _about(grants: Collection[UUID]) -> ColumnElement[bool]:
    shared = [
        posting.c.account.startswith(prefix, autoescape=True)
        for one in grants
        for prefix in (f"expense:{one}:", f"expense:ineligible:{one}")
    ]
    posted = select(posting.c.log_index).where(posting.c.log_id == MAIN_LOG, or_(*shared))
    return or_(entry.c.grant_id.in_(grants), entry.c.log_index.in_(posted))
