"""What is counted for a report, month by month, and what was published and closed."""

# ruff: noqa: S608 - statements are put together from names of this module alone

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import TextClause, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_intake.domain.reports import FAMILIES
from lotse_intake.store import departed
from lotse_intake.store.countable import CASES, LOCK, grouping, place_of
from lotse_intake.store.tables import publication
from lotse_intake.store.tables.reports import closed_month
from lotse_statistics.tables import Key


def _counting(family: str) -> TextClause:
    """By month: every cell of every table."""
    sets = ", ".join(f"(month, {', '.join(table)})" for table in FAMILIES[family].values())
    columns = ", ".join(grouping(family))
    return text(
        f"SELECT month, {columns}, sum(weight) AS cases FROM ({CASES[family]}) AS cases GROUP BY GROUPING SETS ({sets})"
    )


def _behind(family: str) -> TextClause:
    """Over the whole span: how many persons stand behind every cell and every sum."""
    sets = []
    for table in FAMILIES[family].values():
        sets += [f"({', '.join(table)})", *(f"({name})" for name in table if len(table) > 1)]
    columns = ", ".join(grouping(family))
    return text(
        f"SELECT {columns}, count(DISTINCT who) AS persons FROM ({CASES[family]}) AS cases"
        f" WHERE month = ANY(:months) GROUP BY GROUPING SETS ({', '.join(sets)})"
    )


_COUNTING = {family: _counting(family) for family in FAMILIES}
_BEHIND = {family: _behind(family) for family in FAMILIES if family != "group_heads"}
_MINUTES = text(f"SELECT month, sum(minutes) FROM ({CASES['contacts']}) AS cases GROUP BY month")
_MEETINGS = text(f"SELECT month, count(*) FROM ({CASES['group_heads']}) AS cases GROUP BY month")
_CONTINUING = text(
    """SELECT count(DISTINCT contact.person_id) FROM contact JOIN person ON person.person_id = contact.person_id
       WHERE at >= :start AND at < :end AND superseded_by IS NULL AND NOT void AND registered_at < :start"""
)
_FIRST_ANSWER = text(
    """SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY waited), count(*) FROM (
         SELECT extract(epoch FROM min(entry.at) - min(received_at)) / 3600 AS waited
         FROM enquiry JOIN entry ON entry.enquiry_id = enquiry.enquiry_id AND said_by = 'association'
         WHERE received_at >= :start AND received_at < :end GROUP BY enquiry.enquiry_id) AS answered"""
)
_OUTCOME = text(
    """SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM ended_at - received_at) / 86400), count(*)
       FROM concern WHERE ended_at >= :start AND ended_at < :end AND state IN ('resolved', 'handed_over')"""
)


@dataclass(frozen=True)
class Stretch:
    """Months, and when they begin and end (the end excluded)."""

    months: tuple[str, ...]
    start: datetime
    end: datetime

    @property
    def values(self) -> dict[str, datetime]:
        return {"start": self.start, "end": self.end}


async def lock(tx: AsyncConnection) -> None:
    """Let no other report be counted, and nobody be forgotten, until the end of the transaction."""
    await tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})


async def counts_by_month(tx: AsyncConnection, stretch: Stretch) -> dict[str, dict[str, Any]]:
    """Of every month of a stretch: family, table, cell; and the sums that are about no person."""
    months: dict[str, dict[str, Any]] = {
        month: {"families": {family: {table: {} for table in FAMILIES[family]} for family in FAMILIES}, "sums": {}}
        for month in stretch.months
    }
    for family, query in _COUNTING.items():
        for row in (await tx.execute(query, stretch.values)).mappings():
            if row["month"] in months:
                table, key = place_of(family, row)
                months[row["month"]]["families"][family][table][key] = int(row["cases"])
    for name, query in (("minutes", _MINUTES), ("meetings", _MEETINGS)):
        for month, count in await tx.execute(query, stretch.values):
            if month in months:
                months[month]["sums"][name] = int(count)
    for one in await departed.of_months(tx, stretch.months):
        sums, families = months[one.month]["sums"], months[one.month]["families"]
        counts = sums if one.family == departed.SUMS else families[one.family][one.table_name]
        key = one.table_name if one.family == departed.SUMS else tuple(one.key)
        if one.cases:
            counts[key] = counts.get(key, 0) + one.cases
    return months


async def persons_behind(tx: AsyncConnection, stretch: Stretch) -> dict[str, dict[str, dict[Key, int]]]:
    """By family, table and key, sums too: how many different persons."""
    found: dict[str, dict[str, dict[Key, int]]] = {}
    for family, query in _BEHIND.items():
        found[family] = {table: {} for table in FAMILIES[family]}
        for row in (await tx.execute(query, {**stretch.values, "months": list(stretch.months)})).mappings():
            table, key = place_of(family, row)
            found[family][table][key] = int(row["persons"])
    for one in await departed.of_months(tx, stretch.months):
        if one.persons:
            counts, own = found[one.family][one.table_name], tuple(one.key)
            counts[own] = counts.get(own, 0) + one.persons
    return found


async def continuing(tx: AsyncConnection, stretch: Stretch) -> int:
    """Persons who were advised in the stretch and known before it."""
    return int((await tx.execute(_CONTINUING, stretch.values)).scalar_one())


async def medians(tx: AsyncConnection, stretch: Stretch) -> dict[str, tuple[int | None, int]]:
    """Hours to the first answer and days to the outcome, each with the number of cases."""
    found = {}
    for name, query in (("first_answer_hours_median", _FIRST_ANSWER), ("outcome_days_median", _OUTCOME)):
        median, cases = (await tx.execute(query, stretch.values)).one()
        found[name] = (None if median is None else round(float(median)), int(cases))
    return found


async def closed(tx: AsyncConnection, months: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The counts of the months among these that are closed; they never change again."""
    query = select(closed_month.c.month, closed_month.c.counts).where(closed_month.c.month.in_(months))
    return {month: _unpacked(counts) for month, counts in await tx.execute(query)}


async def close(tx: AsyncConnection, months: Mapping[str, Mapping[str, Any]], at: datetime) -> None:
    """Close months with their counts. They stay in the house: small ones stand in them."""
    rows = [{"month": month, "counts": _packed(counts), "closed_at": at} for month, counts in sorted(months.items())]
    if rows:
        await tx.execute(insert(closed_month), rows)


def _packed(counts: Mapping[str, Any]) -> dict[str, Any]:
    families = {
        family: {table: [[*key, count] for key, count in sorted(cells.items())] for table, cells in tables.items()}
        for family, tables in counts["families"].items()
    }
    return {"families": families, "sums": counts["sums"]}


def _unpacked(counts: Mapping[str, Any]) -> dict[str, Any]:
    families = {
        family: {
            table: {tuple(row[:-1]): row[-1] for row in counts["families"].get(family, {}).get(table, [])}
            for table in tables
        }
        for family, tables in FAMILIES.items()
    }
    return {"families": families, "sums": counts["sums"]}


async def all_published(tx: AsyncConnection) -> list[dict[str, Any]]:
    """Every report in the order in which they were published."""
    query = select(publication.c.figures).where(publication.c.content.is_not(None))
    return list((await tx.execute(query.order_by(publication.c.published_at, publication.c.period))).scalars())


async def published(tx: AsyncConnection, period: str) -> Any:
    """A published report: figures, content, sha256, published_at; None if it was not."""
    query = select(publication).where(publication.c.period == period, publication.c.content.is_not(None))
    return (await tx.execute(query)).one_or_none()


async def published_thin(tx: AsyncConnection, period: str) -> dict[str, Any] | None:
    """A month that was published before there were reports: `by_channel` and `by_code`; None if it was not."""
    query = select(publication.c.figures).where(publication.c.period == period, publication.c.content.is_(None))
    found: dict[str, Any] | None = (await tx.execute(query)).scalar_one_or_none()
    return found


async def publish(tx: AsyncConnection, figures: Mapping[str, Any], content: bytes, sha256: str, at: datetime) -> None:
    """Keep what is published now, byte for byte."""
    row = {"period": figures["period"], "figures": figures, "published_at": at, "content": content, "sha256": sha256}
    await tx.execute(insert(publication).values(row))
