"""What is counted for a report, month by month, and what was published and closed."""

# ruff: noqa: S608 - statements are put together from names of this module alone

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import TextClause, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_intake.domain.bands import LANGUAGES, NOT_STATED
from lotse_intake.domain.reports import FAMILIES
from lotse_intake.store.tables import publication
from lotse_intake.store.tables.reports import closed_month
from lotse_statistics.tables import ANY, Key

REPORTS_LOCK = 0x6C6F74726570  # one report is counted and published at a time
ZONE = "Europe/Berlin"

_LANGUAGE = (
    f"CASE WHEN {{0}} IN ({', '.join(repr(one) for one in LANGUAGES)}) THEN {{0}}"
    f" WHEN {{0}} IN ('', '{NOT_STATED}') THEN '{NOT_STATED}' ELSE 'other' END"
)


def _language(column: str) -> str:
    return _LANGUAGE.format(f"split_part(lower({column}), '-', 1)")


def _month(column: str) -> str:
    return f"to_char({column} AT TIME ZONE '{ZONE}', 'YYYY-MM')"


# A row is a case: its month, who stands behind it, how often it counts, and a column for each dimension.
_LATE = """
  LEFT JOIN closed_month AS closed ON closed.month = {month}
  WHERE superseded_by IS NULL AND NOT void AND greatest(at, recorded_at) >= :start
    AND at < :end
    AND NOT (corrects IS NOT NULL AND closed.closed_at < recorded_at)"""
"""What is recorded after its month was closed counts in the month in which it was recorded; a correction of something
that has counted in a closed month does not count again."""

_CASES: Mapping[str, str] = {
    "persons": f"""
      SELECT {_month("person.registered_at")} AS month, person.person_id::text AS who, 1 AS weight,
        coalesce(age_band, '{NOT_STATED}') AS age_band, coalesce(gender, '{NOT_STATED}') AS gender,
        coalesce(nullif(bands.language, '{NOT_STATED}'), {_language("coalesce(person.languages[1], '')")}) AS language,
        coalesce(region, '{NOT_STATED}') AS region, coalesce(residence_bracket, '{NOT_STATED}') AS residence_bracket
      FROM person LEFT JOIN person_bands AS bands ON bands.person_id = person.person_id
      WHERE registered_at >= :start AND registered_at < :end AND NOT EXISTS (
        SELECT 1 FROM person_merge WHERE merged_id = person.person_id AND undone_at IS NULL)""",
    "enquiries": f"""
      SELECT {_month("received_at")} AS month, person_id::text AS who, 1 AS weight, channel,
        {_language("language")} AS language
      FROM enquiry WHERE received_at >= :start AND received_at < :end""",
    "concerns": f"""
      SELECT {_month("received_at")} AS month, person_id::text AS who, 1 AS weight, code, urgency
      FROM concern WHERE received_at >= :start AND received_at < :end AND state NOT IN ('spam', 'duplicate')""",
    "outcomes": f"""
      SELECT {_month("ended_at")} AS month, person_id::text AS who, 1 AS weight, code,
        coalesce(outcome, CASE state WHEN 'resolved' THEN 'unknown' ELSE state END) AS outcome
      FROM concern WHERE ended_at >= :start AND ended_at < :end AND state NOT IN ('spam', 'duplicate')""",
    "contacts": f"""
      SELECT CASE WHEN closed.closed_at < recorded_at THEN {_month("recorded_at")} ELSE {_month("at")} END AS month,
        coalesce(person_id, contact_id)::text AS who, 1 AS weight, channel, depth, {_language("language")} AS language,
        CASE WHEN interpreter THEN 'yes' ELSE 'no' END AS interpreter, minutes
      FROM contact {_LATE.format(month=_month("at"))}""",
    "group_heads": f"""
      SELECT CASE WHEN closed.closed_at < recorded_at THEN {_month("recorded_at")} ELSE {_month("at")} END AS month,
        NULL AS who, head_count AS weight, offer, {_language("language")} AS language
      FROM group_contact {_LATE.format(month=_month("at"))}""",
}


def _grouping(family: str) -> tuple[str, ...]:
    """The dimensions of all tables of a family, each once."""
    return tuple(dict.fromkeys(name for table in FAMILIES[family].values() for name in table))


def _counting(family: str) -> TextClause:
    """By month: every cell of every table."""
    sets = ", ".join(f"(month, {', '.join(table)})" for table in FAMILIES[family].values())
    columns = ", ".join(_grouping(family))
    return text(
        f"SELECT month, {columns}, sum(weight) AS cases FROM ({_CASES[family]}) AS cases"
        f" GROUP BY GROUPING SETS ({sets})"
    )


def _behind(family: str) -> TextClause:
    """Over the whole span: how many persons stand behind every cell and every sum."""
    sets = []
    for table in FAMILIES[family].values():
        sets += [f"({', '.join(table)})", *(f"({name})" for name in table if len(table) > 1)]
    columns = ", ".join(_grouping(family))
    return text(
        f"SELECT {columns}, count(DISTINCT who) AS persons FROM ({_CASES[family]}) AS cases"
        f" WHERE month = ANY(:months) GROUP BY GROUPING SETS ({', '.join(sets)})"
    )


_COUNTING = {family: _counting(family) for family in FAMILIES}
_BEHIND = {family: _behind(family) for family in FAMILIES if family != "group_heads"}
_MINUTES = text(f"SELECT month, sum(minutes) FROM ({_CASES['contacts']}) AS cases GROUP BY month")
_MEETINGS = text(f"SELECT month, count(*) FROM ({_CASES['group_heads']}) AS cases GROUP BY month")
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
    """Let no other report be counted until the end of the transaction."""
    await tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": REPORTS_LOCK})


async def counts_by_month(tx: AsyncConnection, stretch: Stretch) -> dict[str, dict[str, Any]]:
    """Of every month of a stretch: family, table, cell; and the sums that are about no person."""
    months: dict[str, dict[str, Any]] = {
        month: {"families": {family: {table: {} for table in FAMILIES[family]} for family in FAMILIES}, "sums": {}}
        for month in stretch.months
    }
    for family, query in _COUNTING.items():
        for row in (await tx.execute(query, stretch.values)).mappings():
            if row["month"] in months:
                table, key = _place(family, row)
                months[row["month"]]["families"][family][table][key] = int(row["cases"])
    for name, query in (("minutes", _MINUTES), ("meetings", _MEETINGS)):
        for month, count in await tx.execute(query, stretch.values):
            if month in months:
                months[month]["sums"][name] = int(count)
    return months


def _place(family: str, row: Mapping[Any, Any]) -> tuple[str, Key]:
    """Which table a row of all grouping sets belongs to: the dimensions that are not null in it."""
    for table, dimensions in FAMILIES[family].items():
        others = set(_grouping(family)) - set(dimensions)
        if all(row[name] is None for name in others) and all(row[name] is not None for name in dimensions):
            return table, tuple(str(row[name]) for name in dimensions)
    raise AssertionError(family)


async def persons_behind(tx: AsyncConnection, stretch: Stretch) -> dict[str, dict[str, dict[Key, int]]]:
    """By family, table and key, sums too: how many different persons."""
    found: dict[str, dict[str, dict[Key, int]]] = {}
    for family, query in _BEHIND.items():
        found[family] = {table: {} for table in FAMILIES[family]}
        for row in (await tx.execute(query, {**stretch.values, "months": list(stretch.months)})).mappings():
            given = {name for name in _grouping(family) if row[name] is not None}
            for table, dimensions in FAMILIES[family].items():
                if given and given <= set(dimensions):
                    key = tuple(str(row[name]) if name in given else ANY for name in dimensions)
                    found[family][table][key] = int(row["persons"])
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


async def publish(tx: AsyncConnection, figures: Mapping[str, Any], content: bytes, sha256: str, at: datetime) -> None:
    """Keep what is published now, byte for byte."""
    row = {"period": figures["period"], "figures": figures, "published_at": at, "content": content, "sha256": sha256}
    await tx.execute(insert(publication).values(row))
