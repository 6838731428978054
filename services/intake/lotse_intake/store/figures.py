"""What is counted for a month, and what was published."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Table, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_intake.store.tables import concern, enquiry, publication


async def published(tx: AsyncConnection, period: str) -> dict[str, Any] | None:
    """The figures of a period as they were published; they are never counted again."""
    query = select(publication.c.figures).where(publication.c.period == period)
    figures: dict[str, Any] | None = (await tx.execute(query)).scalar_one_or_none()
    return figures


async def publish(tx: AsyncConnection, period: str, figures: dict[str, Any], at: datetime) -> None:
    """Keep what is published now."""
    await tx.execute(insert(publication).values(period=period, figures=figures, published_at=at))


async def enquiries_by_channel(tx: AsyncConnection, start: datetime, end: datetime) -> dict[str, int]:
    """How many enquiries came each way in [start, end)."""
    return await _counted(tx, enquiry, enquiry.c.channel, start, end)


async def concerns_by_code(tx: AsyncConnection, start: datetime, end: datetime) -> dict[str, int]:
    """How many concerns of each code were raised in [start, end)."""
    return await _counted(tx, concern, concern.c.code, start, end)


async def _counted(
    tx: AsyncConnection, table: Table, by: Column[Any], start: datetime, end: datetime
) -> dict[str, int]:
    within = (table.c.received_at >= start) & (table.c.received_at < end)
    rows = await tx.execute(select(by, func.count()).where(within).group_by(by))
    return {str(name): int(count) for name, count in rows}
