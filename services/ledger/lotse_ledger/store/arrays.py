"""Columns as PostgreSQL's array literals: the driver's own way takes ten times as long for texts with many quotes.

Source: PostgreSQL, "Array Input and Output Syntax".
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Dialect, Table
from sqlalchemy.dialects import postgresql

_POSTGRESQL: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]


def insert_from_arrays(table: Table) -> str:
    """`INSERT INTO table (…) SELECT …` of one array a column, named as in `columns_of`."""
    names = ", ".join(table.columns.keys())
    arrays = ", ".join(
        f"CAST(:{table.name}_{column.name} AS {column.type.compile(dialect=_POSTGRESQL)}[])" for column in table.columns
    )
    return f"INSERT INTO {table.name} ({names}) SELECT * FROM unnest({arrays})"  # noqa: S608 - names of our own


def columns_of(table: Table, rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The parameters of `insert_from_arrays`."""
    return {f"{table.name}_{name}": literal([row[name] for row in rows]) for name in table.columns.keys()}  # noqa: SIM118


def literal(values: Iterable[object]) -> str:
    """One array of one type."""
    return "{" + ",".join(["NULL" if value is None else _ELEMENTS[type(value)](value) for value in values]) + "}"


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


_ELEMENTS: Mapping[type, Callable[[Any], str]] = {
    str: _quoted,
    bool: str,
    int: str,
    Decimal: str,
    UUID: str,
    date: date.isoformat,
    datetime: lambda value: f'"{value.isoformat()}"',
    bytes: lambda value: f'"\\\\x{value.hex()}"',
}
