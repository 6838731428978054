"""Snapshots of the sums: for every so many postings, and the end of each month, what stood in each account.

A projection: built behind the log, made anew from it at any time; without it every answer is the same, later.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import delete, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from lotse_ledger.domain.entries import MAIN_LOG
from lotse_ledger.store.tables import log, snapshot

POSTINGS_BETWEEN = 10_000
"""Of a strip that a snapshot lacks a query reads at most this many, some milliseconds' worth."""
CELLS_SHARE = 4
"""A snapshot has at most this many times the cells as there are postings between it and the one before."""

_BUILDER = 1819239272  # of two builders one gives way
_TURN = text("SELECT pg_try_advisory_xact_lock(:builder, :log_id)")
_CUT = text("""
SELECT log_index + 1 FROM posting WHERE log_id = :log_id AND log_index >= :size
ORDER BY log_index, position OFFSET :between - 1 LIMIT 1
""")
_BUILD = text("""
WITH block AS (
  SELECT date_trunc('month', valid_on)::date AS month, account, currency, standing, sum(amount) AS amount
  FROM posting WHERE log_id = :log_id AND log_index >= :base AND log_index < :size GROUP BY 1, 2, 3, 4
), months AS (
  SELECT month FROM snapshot_month WHERE log_id = :log_id AND size = :base UNION SELECT month FROM block
), sums AS (
  SELECT month, account, currency, standing, sum(amount) AS amount FROM (
    SELECT m.month, held.account, held.currency, held.standing, held.amount
    FROM months m CROSS JOIN LATERAL (
      SELECT * FROM snapshot_month s WHERE s.log_id = :log_id AND s.size = :base AND s.month <= m.month
      ORDER BY s.month DESC LIMIT 1) AS latest,
      unnest(latest.accounts, latest.currencies, latest.standings, latest.amounts)
        AS held (account, currency, standing, amount)
    UNION ALL
    SELECT m.month, b.account, b.currency, b.standing, b.amount FROM months m JOIN block b ON b.month <= m.month
  ) AS parts GROUP BY month, account, currency, standing
), held AS (
  INSERT INTO snapshot_month (log_id, size, month, accounts, currencies, standings, amounts)
  SELECT :log_id, :size, month, array_agg(account ORDER BY account, currency, standing),
    array_agg(currency ORDER BY account, currency, standing), array_agg(standing ORDER BY account, currency, standing),
    array_agg(amount ORDER BY account, currency, standing)
  FROM sums GROUP BY month RETURNING cardinality(accounts) AS cells
)
INSERT INTO snapshot (log_id, size, postings, cells)
SELECT :log_id, :size, (SELECT count(*) FROM posting WHERE log_id = :log_id AND log_index >= :base
  AND log_index < :size) + :postings, coalesce(sum(cells), 0) FROM held
""")


@dataclass(frozen=True)
class Snapshot:
    """Of the first `size` entries; `cells` are its sums."""

    size: int = 0
    postings: int = 0
    cells: int = 0


async def latest(tx: AsyncConnection, log_id: int = MAIN_LOG) -> Snapshot:
    """The one that the next is built on."""
    query = select(snapshot).where(snapshot.c.log_id == log_id).order_by(snapshot.c.size.desc()).limit(1)
    row = (await tx.execute(query)).first()
    return Snapshot() if row is None else Snapshot(row.size, row.postings, row.cells)


async def build_next(tx: AsyncConnection, log_id: int = MAIN_LOG) -> bool:
    """Build the next snapshot if the log has grown far enough and nobody else builds one; whether it did."""
    if not (await tx.execute(_TURN, {"builder": _BUILDER, "log_id": log_id})).scalar_one():
        return False
    base = await latest(tx, log_id)
    between = max(POSTINGS_BETWEEN, base.cells // CELLS_SHARE)
    cut = {"log_id": log_id, "size": base.size, "between": between}
    size = (await tx.execute(_CUT, cut)).scalar_one_or_none()
    if size is None:
        return False
    await tx.execute(_BUILD, {"log_id": log_id, "base": base.size, "size": size, "postings": base.postings})
    return True


async def build_all(engine: AsyncEngine, *, log_id: int | None = None, go_on: Callable[[], bool] = lambda: True) -> int:
    """Build what is missing, each in a transaction of its own, of one log or of all; how many were built."""
    built = 0
    for one in await _logs(engine) if log_id is None else [log_id]:
        while go_on() and await _in_turn(engine, one):
            built += 1
    return built


async def drop(tx: AsyncConnection, log_id: int = MAIN_LOG) -> None:
    """Take all of a log's away; the next build makes them anew."""
    await tx.execute(delete(snapshot).where(snapshot.c.log_id == log_id))


async def _in_turn(engine: AsyncEngine, log_id: int) -> bool:
    async with engine.begin() as tx:
        return await build_next(tx, log_id)


async def _logs(engine: AsyncEngine) -> list[int]:
    async with engine.connect() as tx:
        return list((await tx.execute(select(log.c.log_id).order_by(log.c.log_id))).scalars())
