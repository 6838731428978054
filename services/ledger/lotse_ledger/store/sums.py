"""Sums over postings as of two dates: prefix sums of a snapshot, and two strips of postings that it does not hold."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_contracts.ledger import Standing
from lotse_ledger.domain.entries import MAIN_LOG

# A snapshot of this log when it had `base` entries holds, for each month, what was valid until its end. What it lacks:
# of its own entries those of the month that the day lies in, and all that entered after it. `+ 0` keeps the planner
# from the index by day there: for a day of the first months it would read all of these for the few that are new.
_BALANCES = text("""
WITH base AS (
  SELECT coalesce(max(size), 0) AS size FROM snapshot WHERE log_id = :log_id AND size <= :size
), month AS (
  SELECT accounts, currencies, standings, amounts FROM snapshot_month
  WHERE log_id = :log_id AND size = (SELECT size FROM base) AND month < :month_first
  ORDER BY month DESC LIMIT 1
), summed AS (
  SELECT held.account, held.currency, held.standing, held.amount
  FROM month, unnest(accounts, currencies, standings, amounts) AS held (account, currency, standing, amount)
  UNION ALL
  SELECT account, currency, standing, amount FROM posting
  WHERE log_id = :log_id AND log_index < (SELECT size FROM base) AND valid_on >= :month_first AND valid_on <= :valid_to
  UNION ALL
  SELECT account, currency, standing, amount FROM posting
  WHERE log_id = :log_id AND log_index >= (SELECT size FROM base) AND log_index < :size AND valid_on + 0 <= :valid_to
)
SELECT account, currency, standing, sum(amount) AS amount FROM summed
GROUP BY account, currency, standing ORDER BY account, currency, standing LIMIT :limit
""")


@dataclass(frozen=True)
class AccountBalance:
    """Minor units; debit positive."""

    account: str
    currency: str
    standing: Standing
    amount: int


async def balances_at(
    tx: AsyncConnection, *, valid_to: date, size: int, limit: int | None = None, log_id: int = MAIN_LOG
) -> list[AccountBalance]:
    """What stood in each account by the first `size` entries."""
    days = {"valid_to": valid_to, "month_first": _month_first(valid_to)}
    given = {"log_id": log_id, "size": size, "limit": limit, **days}
    return [_balance(row) for row in await tx.execute(_BALANCES, given)]


def _month_first(valid_to: date) -> date:
    """The first day that no whole month until this day covers."""
    return valid_to if valid_to == date.max else (valid_to + timedelta(days=1)).replace(day=1)


def _balance(row: Row[Any]) -> AccountBalance:
    return AccountBalance(row.account, row.currency, row.standing, int(row.amount))
