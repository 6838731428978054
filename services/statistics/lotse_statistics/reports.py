"""A report as data: its families as they may be said, read back from an earlier one, and its canonical form."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from lotse_statistics.families import Months, Said, said
from lotse_statistics.protection import Persons
from lotse_statistics.rules import Rules
from lotse_statistics.tables import ANY, Key, added, with_sums

Margins = Mapping[str, tuple[str, str]]
"""Of a table of two dimensions: under which names its rows' sums and its columns' sums are said."""


def family_of(
    name: str,
    tables: Mapping[str, Months],
    covered: Sequence[str],
    earlier: Sequence[Mapping[str, Any]],
    rules: Rules,
    *,
    persons: Mapping[str, Persons] | None = None,
    margins: Margins | None = None,
) -> dict[str, Any] | None:
    """What a report over these months may say of a family beside all earlier ones; None: nothing.

    `tables` have the true counts of every month that any of the reports covers. Those in `margins` are said as two
    tables, one of each dimension, and protected as one: where not every category of one goes with every category of
    the other, and everybody knows which do, two tables on their own would give each other away.
    """
    margins = margins or {}
    before = [_joined(found, margins) for report in earlier if (found := said_in(report, name)) is not None]
    new = said(tables, before, frozenset(covered), rules, persons, sums_only=margins)
    if new is None:
        return None
    whole = {table: with_sums(added(months[month] for month in covered)) for table, months in tables.items()}
    spoken: dict[str, Any] = {}
    for table in tables:
        rows = _table(whole[table], new.hidden.get(table))
        if table in margins:
            spoken |= {part: _margin(rows, place) for place, part in enumerate(margins[table])}
        else:
            spoken[table] = rows
    return {"total": sum(count for key, count in whole[min(whole)].items() if ANY not in key), "tables": spoken}


def _margin(rows: list[dict[str, Any]] | None, place: int) -> list[dict[str, Any]] | None:
    """The sums of one dimension, as a table of its own."""
    if rows is None:
        return None
    return [{**row, "key": [row["key"][place]]} for row in rows if row["key"][place] and not row["key"][1 - place]]


def _joined(said: Said, margins: Margins) -> Said:
    """The tables that were said apart, as the one that they are."""
    hidden = dict(said.hidden)
    for table, (down, across) in margins.items():
        if down in hidden and across in hidden:
            rows, columns = hidden.pop(down), hidden.pop(across)
            hidden[table] = frozenset({(key[0], ANY) for key in rows} | {(ANY, key[0]) for key in columns})
    return Said(said.months, hidden)


def said_in(report: Mapping[str, Any], family: str) -> Said | None:
    """What a published report said of a family, read back from it; None if nothing."""
    given = report["families"].get(family)
    if given is None:
        return None
    hidden = {
        table: frozenset(tuple(row["key"]) for row in rows if row["count"] is None)
        for table, rows in given["tables"].items()
        if rows is not None
    }
    return Said(frozenset(report["months"]), hidden)


def canonical(report: Mapping[str, Any]) -> bytes:
    """RFC 8785: integers, plain names and null only, for which compact JSON with sorted keys is canonical."""
    return json.dumps(report, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def sha256_of(content: bytes) -> str:
    """Hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def _table(whole: Mapping[Key, int], hidden: frozenset[Key] | None) -> list[dict[str, Any]] | None:
    """Every key that is not zero, sums too, the grand total apart. A null count is hidden, a null table is not said."""
    if hidden is None:
        return None
    rows = sorted((key, count) for key, count in whole.items() if count and any(key))
    return [{"key": list(key), "count": None if key in hidden else count} for key, count in rows]
