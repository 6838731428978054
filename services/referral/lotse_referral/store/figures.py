"""What is counted for a report, month by month; how long referrals took; which offices should be asked again."""

# ruff: noqa: S608 - statements are put together from names of `countable` alone

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_contracts.values import ReferralReportPart
from lotse_referral.domain.directory.policy import CLOSED
from lotse_referral.domain.reports import COUNTED, GROUPS, PARTS
from lotse_referral.store import departed
from lotse_referral.store.countable import IN_PERIOD, LOCK, MEETINGS, OF_PERSONS, cases, grouping, place_of
from lotse_statistics.tables import Key

HOUR, DAY = 3_600, 86_400


@dataclass(frozen=True)
class Stretch:
    """Months, and when they begin and end (the end excluded)."""

    months: tuple[str, ...]
    start: datetime
    end: datetime

    @property
    def values(self) -> dict[str, datetime]:
        return {"start": self.start, "end": self.end}


@dataclass(frozen=True)
class Stale:
    """A service beyond the day of its check."""

    service_id: UUID
    name: str
    due: date


@dataclass(frozen=True)
class _Way:
    """From the first time in one state to the first time in another."""

    earlier: str
    later: str
    unit: int
    left_out: str = ""


_WAYS = {
    "sent_delivered_hours": _Way("sent", "delivered", HOUR, "self"),  # her card is in her hand at once
    "delivered_accepted_hours": _Way("delivered", "accepted", HOUR),
    "accepted_scheduled_days": _Way("accepted", "scheduled", DAY),
    "sent_completed_days": _Way("sent", "completed", DAY),
}


def _counting(family: str) -> TextClause:
    """By month: every cell of every table."""
    sets = ", ".join(f"(month, {', '.join(table)})" for table in COUNTED[family].values())
    columns = ", ".join(grouping(family))
    return text(
        f"SELECT month, {columns}, sum(weight) AS cases FROM ({cases(family)}) AS cases GROUP BY GROUPING SETS ({sets})"
    )


def _behind(family: str) -> TextClause:
    """Over the whole span: how many persons stand behind every cell and every sum."""
    sets = []
    for table in COUNTED[family].values():
        sets += [f"({', '.join(table)})", *(f"({name})" for name in table if len(table) > 1)]
    columns = ", ".join(grouping(family))
    return text(
        f"SELECT {columns}, count(DISTINCT who) AS persons FROM ({cases(family)}) AS cases"
        f" GROUP BY GROUPING SETS ({', '.join(sets)})"
    )


def _median(way: _Way) -> TextClause:
    return text(
        f"""SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM later.at - earlier.at) / {way.unit}),
              count(DISTINCT person_id)
            FROM referral
              JOIN LATERAL (SELECT min(at) AS at FROM referral_step AS step
                WHERE step.referral_id = referral.referral_id AND step.state = '{way.earlier}') AS earlier ON true
              JOIN LATERAL (SELECT min(at) AS at FROM referral_step AS step
                WHERE step.referral_id = referral.referral_id AND step.state = '{way.later}') AS later ON true
            WHERE direction = 'out' AND state <> 'error' AND mode <> '{way.left_out}' AND changed_at >= :start
              AND later.at >= earlier.at AND {IN_PERIOD.format(at="later.at")}"""
    )


_COUNTING = {family: _counting(family) for family in COUNTED}
_BEHIND = {family: _behind(family) for family in OF_PERSONS}
_MEDIANS = {name: _median(way) for name, way in _WAYS.items()}
_MEETINGS = text(f"SELECT month, kind, plan_line, count(*) AS meetings FROM ({MEETINGS}) AS counting GROUP BY 1, 2, 3")
_OPEN = f"service.status NOT IN ({', '.join(repr(one) for one in sorted(CLOSED))})"
_SERVICES = text(
    f"""SELECT count(*) FILTER (WHERE next_check_due <= :today), count(*)
        FROM service_extension JOIN service ON service.id = service_id WHERE {_OPEN}"""
)
_STALE = text(
    f"""SELECT service_id, service.name, next_check_due FROM service_extension JOIN service ON service.id = service_id
        WHERE next_check_due <= :today AND {_OPEN} ORDER BY next_check_due, service_id LIMIT :most"""
)


async def lock(tx: AsyncConnection) -> None:
    """Let no other report be counted, and nobody be erased, until the end of the transaction."""
    await tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})


async def counts_by_month(tx: AsyncConnection, part: ReferralReportPart, stretch: Stretch) -> dict[str, dict[str, Any]]:
    """Of every month of a stretch: `families` by family, table and cell, `meetings` by kind and plan line."""
    families = PARTS[part]
    months: dict[str, dict[str, Any]] = {
        month: {"families": {family: {table: {} for table in COUNTED[family]} for family in families}, "meetings": {}}
        for month in stretch.months
    }
    for family in families:
        for row in (await tx.execute(_COUNTING[family], stretch.values)).mappings():
            if row["month"] in months and row["cases"]:
                table, key = place_of(family, row)
                months[row["month"]]["families"][family][table][key] = int(row["cases"])
    if GROUPS in families:
        for month, kind, plan_line, count in await tx.execute(_MEETINGS, stretch.values):
            if month in months:
                months[month]["meetings"][(kind, plan_line)] = int(count)
    for one in await departed.of_months(tx, families, stretch.months):
        if one.cases:
            counts, key = months[one.month]["families"][one.family][one.table_name], tuple(one.key)
            counts[key] = counts.get(key, 0) + one.cases
    return months


async def persons_behind(
    tx: AsyncConnection, part: ReferralReportPart, stretch: Stretch
) -> dict[str, dict[str, dict[Key, int]]]:
    """By family, table and key, sums too: how many different persons."""
    families = [family for family in PARTS[part] if family in OF_PERSONS]
    found: dict[str, dict[str, dict[Key, int]]] = {}
    for family in families:
        found[family] = {table: {} for table in COUNTED[family]}
        for row in (await tx.execute(_BEHIND[family], stretch.values)).mappings():
            table, key = place_of(family, row)
            found[family][table][key] = int(row["persons"])
    for one in await departed.of_months(tx, families, stretch.months):
        if one.persons:
            counts, own = found[one.family][one.table_name], tuple(one.key)
            counts[own] = counts.get(own, 0) + one.persons
    return found


async def medians(tx: AsyncConnection, stretch: Stretch) -> dict[str, tuple[int | None, int]]:
    """How long it took, in whole hours or days, each with the number of different persons."""
    found = {}
    for name, query in _MEDIANS.items():
        median, persons = (await tx.execute(query, stretch.values)).one()
        found[name] = (None if median is None else round(float(median)), int(persons))
    return found


async def services(tx: AsyncConnection, today: date) -> tuple[int, int]:
    """How many open services are beyond the day of their check, and how many there are."""
    stale, known = (await tx.execute(_SERVICES, {"today": today})).one()
    return int(stale), int(known)


async def stale(tx: AsyncConnection, today: date, most: int) -> Sequence[Stale]:
    """Those beyond the day of their check, the longest first."""
    return [Stale(*row) for row in await tx.execute(_STALE, {"today": today, "most": most})]
