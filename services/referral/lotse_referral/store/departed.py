"""What the erased had counted for before their month was closed: sums by month, in which nobody stands."""

# ruff: noqa: S608 - statements are put together from names of `countable` alone

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, TextClause, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_referral.domain.reports import COUNTED
from lotse_referral.store.countable import LOCK, OF_PERSONS, grouping, of_one_person, place_of
from lotse_referral.store.tables.reports import departed_count
from lotse_statistics.tables import Key

EVER = {"start": datetime(2000, 1, 1, tzinfo=UTC), "end": datetime(2200, 1, 1, tzinfo=UTC)}

Entry = tuple[str, str, str, Key]
"""Month, family, table, key."""


def _query(family: str) -> TextClause:
    sets = []
    for table in COUNTED[family].values():
        sets += [f"(month, {', '.join(table)})", *(f"(month, {name})" for name in table if len(table) > 1)]
    columns = ", ".join(grouping(family))
    return text(
        f"SELECT month, {columns}, sum(weight) AS cases FROM ({of_one_person(family)}) AS cases"
        f" GROUP BY GROUPING SETS ({', '.join(sets)}) ORDER BY month"
    )


_QUERIES = {family: _query(family) for family in OF_PERSONS}


async def keep(tx: AsyncConnection, person_id: UUID) -> None:
    """Add what she counts for to the sums of its months, before her rows go. A person counts once for a key, in the
    first of its months: in later ones she is missing, which hides more and never less."""
    await tx.execute(text("SELECT pg_advisory_xact_lock_shared(:key)"), {"key": LOCK})
    cases: dict[Entry, int] = defaultdict(int)
    persons: dict[Entry, int] = {}
    for family, query in _QUERIES.items():
        seen: set[tuple[str, Key]] = set()
        for row in (await tx.execute(query, {**EVER, "person_id": person_id})).mappings():
            table, key = place_of(family, row)
            entry = (row["month"], family, table, key)
            cases[entry] += int(row["cases"]) if all(key) else 0
            persons[entry] = int((table, key) not in seen)
            seen.add((table, key))
    for entry in sorted(cases):
        await _add(tx, entry, cases[entry], persons.get(entry, 0))


async def _add(tx: AsyncConnection, entry: Entry, cases: int, persons: int) -> None:
    month, family, table, key = entry
    row = insert(departed_count).values(
        month=month, family=family, table_name=table, key=list(key), cases=cases, persons=persons
    )
    await tx.execute(
        row.on_conflict_do_update(
            index_elements=list(departed_count.primary_key.columns),
            set_={
                "cases": departed_count.c.cases + row.excluded.cases,
                "persons": departed_count.c.persons + row.excluded.persons,
            },
        )
    )


async def of_months(tx: AsyncConnection, families: Sequence[str], months: Sequence[str]) -> Sequence[Row[Any]]:
    """What is kept of these families for these months."""
    query = select(departed_count).where(departed_count.c.month.in_(months), departed_count.c.family.in_(families))
    return (await tx.execute(query)).all()
