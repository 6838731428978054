"""Reports that were published, and the months that are closed: neither ever changes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_contracts.values import ReferralReportPart
from lotse_referral.domain.reports import COUNTED, PARTS
from lotse_referral.store.tables.reports import closed_month, report_publication
from lotse_statistics.tables import Key


async def published(tx: AsyncConnection, part: ReferralReportPart, period: str) -> Row[Any] | None:
    """A published report: content, sha256, published_at; None if it was not."""
    mine = (report_publication.c.part == part, report_publication.c.period == period)
    return (await tx.execute(select(report_publication).where(*mine))).one_or_none()


async def all_published(tx: AsyncConnection, part: ReferralReportPart) -> list[dict[str, Any]]:
    """Every report of this part in the order in which they were published."""
    query = select(report_publication.c.figures).where(report_publication.c.part == part)
    order = (report_publication.c.published_at, report_publication.c.period)
    return list((await tx.execute(query.order_by(*order))).scalars())


async def publish(tx: AsyncConnection, figures: Mapping[str, Any], content: bytes, sha256: str, at: datetime) -> None:
    """Keep what is published now, byte for byte."""
    row = {
        "part": figures["part"],
        "period": figures["period"],
        "figures": figures,
        "content": content,
        "sha256": sha256,
        "published_at": at,
    }
    await tx.execute(insert(report_publication).values(row))


async def closed(tx: AsyncConnection, part: ReferralReportPart, months: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The counts of the months among these that are closed; they never change again."""
    query = select(closed_month.c.month, closed_month.c.counts)
    rows = await tx.execute(query.where(closed_month.c.part == part, closed_month.c.month.in_(months)))
    return {month: _unpacked(part, counts) for month, counts in rows}


async def close(
    tx: AsyncConnection, part: ReferralReportPart, months: Mapping[str, Mapping[str, Any]], at: datetime
) -> None:
    """Close months with their counts. They stay in the house: small ones stand in them."""
    rows = [
        {"part": part, "month": month, "counts": _packed(counts), "closed_at": at}
        for month, counts in sorted(months.items())
    ]
    if rows:
        await tx.execute(insert(closed_month), rows)


def _packed(counts: Mapping[str, Any]) -> dict[str, Any]:
    families = {
        family: {table: _listed(cells) for table, cells in tables.items()}
        for family, tables in counts["families"].items()
    }
    return {"families": families, "meetings": _listed(counts["meetings"])}


def _unpacked(part: ReferralReportPart, counts: Mapping[str, Any]) -> dict[str, Any]:
    families = {
        family: {table: _read(counts["families"].get(family, {}).get(table, [])) for table in COUNTED[family]}
        for family in PARTS[part]
    }
    return {"families": families, "meetings": _read(counts["meetings"])}


def _listed(cells: Mapping[Key, int]) -> list[list[Any]]:
    return [[*key, count] for key, count in sorted(cells.items())]


def _read(rows: Sequence[Sequence[Any]]) -> dict[Key, int]:
    return {tuple(row[:-1]): row[-1] for row in rows}
