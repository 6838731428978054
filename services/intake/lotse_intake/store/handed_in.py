"""Reports that were handed in, byte for byte."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_intake.store.tables.reports import handed_in_report


async def add(tx: AsyncConnection, row: Mapping[str, Any]) -> bool:
    """Keep a report; False if there is one under its id."""
    new = insert(handed_in_report).values(row).on_conflict_do_nothing().returning(handed_in_report.c.report_id)
    return (await tx.execute(new)).first() is not None


async def get(tx: AsyncConnection, report_id: UUID) -> Row[Any] | None:
    """One report."""
    query = select(handed_in_report).where(handed_in_report.c.report_id == report_id)
    return (await tx.execute(query)).one_or_none()


async def corrected_by(tx: AsyncConnection, report_id: UUID) -> UUID | None:
    """The report that replaced this one, if any."""
    query = select(handed_in_report.c.report_id).where(handed_in_report.c.corrects == report_id)
    found: UUID | None = (await tx.execute(query.order_by(handed_in_report.c.handed_in_at))).scalars().first()
    return found
