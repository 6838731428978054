"""Logs beside the association's own: made when the first entry enters, with the currencies that their entries name."""

from collections.abc import Iterable

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_ledger.domain.amounts import IMPORT_SCALE
from lotse_ledger.store.tables import currency, log

_MAKER = 1819239273  # two makers at once would give out one number twice
_TURN = text("SELECT pg_advisory_xact_lock(:maker)")


async def log_named(tx: AsyncConnection, name: str) -> int | None:
    """The number of a log."""
    return (await tx.execute(select(log.c.log_id).where(log.c.name == name))).scalar_one_or_none()


async def log_made(tx: AsyncConnection, name: str) -> int:
    """The number of a log, which is made if there is none of this name."""
    await tx.execute(_TURN, {"maker": _MAKER})
    known = await log_named(tx, name)
    if known is not None:
        return known
    number: int = (await tx.execute(select(func.max(log.c.log_id)))).scalar_one() + 1
    await tx.execute(insert(log).values(log_id=number, name=name))
    return number


async def know_currencies(tx: AsyncConnection, log_id: int, names: Iterable[str]) -> None:
    """Commodities of an imported log; all of them have the same number of decimals."""
    rows = [{"log_id": log_id, "currency": name, "scale": IMPORT_SCALE} for name in names]
    if rows:
        await tx.execute(insert(currency).on_conflict_do_nothing(), rows)


async def scales(tx: AsyncConnection, log_id: int) -> dict[str, int]:
    """Decimals of each currency of a log."""
    query = select(currency.c.currency, currency.c.scale).where(currency.c.log_id == log_id)
    return {row.currency: row.scale for row in await tx.execute(query)}
