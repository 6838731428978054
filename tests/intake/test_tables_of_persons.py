"""No table is forgotten: each one is erased, kept by a named rule, or has nothing of a person in it."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from lotse_chassis.migrate import CHASSIS_RIGHTS
from lotse_contracts import intake
from lotse_intake.domain.erasure import KEPT_BY
from lotse_intake.providers import readable
from lotse_intake.store import erasures, rights
from lotse_intake.store.tables import metadata
from tests.intake.given import Intake

HER, ANYBODY = uuid4(), uuid4()
ERASED = {table.name: table for table, _ in erasures.steps_of(HER)}
KEPT = {table.name: table for table, _ in erasures.kept_of(HER)}
NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
CHOICES = re.compile(r"\(\(?(\w+) = ANY \(+ARRAY\['([^']+)'::text")
TABLES = [table for table in metadata.sorted_tables if table.name not in CHASSIS_RIGHTS]
SPECIAL: dict[str, dict[str, Any]] = {
    "case_file": {"phase": "intake", "closed_at": None, "closure_reason": None},
    "goal": {"result": None, "reason": None, "ended_at": None},
    "task": {"result": None, "reason": None, "ended_at": None, "goal_id": None},
    "document": {"purpose": "case", "consent_id": None},
    "person_link": {"kind": "parent_of"},
    "contact": {"case_id": None, "concern_id": None},
    "concern": {"state": "received", "clock": "look", "ended_at": None, "outcome": None},
}
"""Where the checks of a table say more than one column at a time."""


def test_every_table_is_erased_or_kept_or_holds_nothing_of_a_person() -> None:
    named = {*ERASED, *KEPT, *erasures.IMPERSONAL}
    assert {table.name for table in TABLES} == named
    assert len(ERASED) + len(KEPT) + len(erasures.IMPERSONAL) == len(named)


def test_what_holds_nothing_of_a_person_does_not_hang_on_one() -> None:
    personal = {*ERASED, *KEPT}
    for name in erasures.IMPERSONAL:
        table = metadata.tables[name]
        assert "person_id" not in table.columns
        assert not {key.column.table.name for key in table.foreign_keys} & personal, name


def test_everything_encrypted_about_a_person_can_be_read_for_her() -> None:
    assert readable.not_readable(metadata, frozenset({*ERASED, *KEPT})) == []


def _filled(table: Table, rows: dict[str, dict[str, Any]], choices: dict[str, str]) -> dict[str, Any]:
    """A row of this table that is hers, or hangs on what is."""
    row = {column.name: _value(table, column, rows, choices) for column in table.columns if column.identity is None}
    return row | SPECIAL.get(table.name, {})


def _value(table: Table, column: Column[Any], rows: dict[str, dict[str, Any]], choices: dict[str, str]) -> Any:
    for key in column.foreign_keys:
        parent = key.column.table.name
        if parent == "person" and column.name == "other_id":
            return ANYBODY
        if parent == "person" and column.name in ("second_id", "merged_id"):
            return max(HER, ANYBODY)
        if parent == "person" and column.name in ("first_id", "kept_id"):
            return min(HER, ANYBODY)
        if parent != table.name:
            return rows[parent][key.column.name]
        return None
    if column.name == "person_id":
        return HER
    if column.name in choices:
        return choices[column.name]
    return _of_type(column)


def _of_type(column: Column[Any]) -> Any:
    kinds: list[tuple[type, Any]] = [
        (Uuid, uuid4()),
        (Boolean, False),
        (DateTime, NOW),
        (Date, date(2026, 11, 25)),
        (BigInteger, 1),
        (SmallInteger, 1),
        (Integer, 1),
        (LargeBinary, b"x"),
        (ARRAY, ["x"]),
        (JSONB, Jsonb([])),
        (Text, "x"),
    ]
    return next(value for kind, value in kinds if isinstance(column.type, kind))


def _insert(connection: psycopg.Connection, table: Table, row: dict[str, Any]) -> None:
    names = ", ".join(f'"{name}"' for name in row)
    places = ", ".join(["%s"] * len(row))
    connection.execute(f'INSERT INTO "{table.name}" ({names}) VALUES ({places})'.encode(), list(row.values()))


def _choices(connection: psycopg.Connection, table: str) -> dict[str, str]:
    found = connection.execute(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c' AND conrelid = %s::regclass", (table,)
    )
    return {match[1]: match[2] for (text,) in found for match in [CHOICES.search(text)] if match}


def fill_everything(here: Intake) -> dict[str, dict[str, Any]]:
    """One row of hers in every table that is personal, written as the owner."""
    rows: dict[str, dict[str, Any]] = {}
    with psycopg.connect(here.database.owner_url) as connection:
        for table in TABLES:
            if table.name in erasures.IMPERSONAL:
                if table.name == "handover_batch":
                    rows[table.name] = _filled(table, rows, _choices(connection, table.name))
                    _insert(connection, table, rows[table.name])
                continue
            row = _filled(table, rows, _choices(connection, table.name))
            if table.name == "person":
                other = {**row, "person_id": ANYBODY, "referral_id": None}
                _insert(connection, table, other)
                connection.execute("DELETE FROM to_index")
            if table.name == "to_index":
                connection.execute("DELETE FROM to_index")
            rows[table.name] = row
            _insert(connection, table, row)
    return rows


def her_rows(here: Intake, tables: dict[str, Table]) -> Iterator[tuple[str, int]]:
    """How many rows of hers each table has, counted by what the list of steps says."""
    steps = {table.name: which for table, which in [*erasures.steps_of(HER), *erasures.kept_of(HER)]}
    for name in tables:
        where = steps[name].compile(compile_kwargs={"literal_binds": True})
        yield name, here.rows(f'SELECT count(*) FROM "{name}" WHERE {where}')[0][0]


async def test_a_row_in_every_table_is_found_and_gone_after_the_erasure_or_kept_by_its_rule(here: Intake) -> None:
    fill_everything(here)
    here.keys.create(HER)
    for name, count in her_rows(here, ERASED | KEPT):
        assert count >= 1, name
    whole = sum(here.rows(f'SELECT count(*) FROM "{name}"')[0][0] for name in ERASED)
    (receipt,) = [
        message
        for message in await here.hear(intake.ErasePerson(person_id=HER), actor=None)
        if isinstance(message, intake.PersonErased)
    ]
    counts = {one.store: one.count for one in receipt.counts}
    left = {name: here.rows(f'SELECT count(*) FROM "{name}"')[0][0] for name in ERASED}
    assert {name for name, count in left.items() if count} <= {"person", "to_index"}  # of the other person
    assert sum(counts[name] for name in ERASED) == whole - sum(left.values())
    assert {name for name, count in her_rows(here, KEPT) if not count} == set()
    assert not [name for name in ERASED if str(HER) in str(here.rows(f'SELECT * FROM "{name}"'))]


async def test_everything_that_is_erased_is_also_shown_to_her(here: Intake) -> None:
    fill_everything(here)
    here.keys.create(HER)
    from tests.intake.test_persons import person_data

    shown = await person_data(here, HER)
    assert {*ERASED, *KEPT} - shown.keys() == {"pin_guess", "blind_index"}  # secrets, and digests of what is shown
    assert shown["person_link"][0]["other_id"] == {"withheld": "third_person"}
    assert str(ANYBODY) not in str(shown)


async def test_whoever_took_over_her_case_is_named_among_the_recipients(here: Intake) -> None:
    rows = fill_everything(here)
    async with here.service.engine.begin() as tx:
        (handed_over,) = await rights.handovers_of(tx, [HER])
        assert await rights.handovers_of(tx, [ANYBODY]) == []
    assert handed_over.recipient == rows["handover_batch"]["recipient"]


def test_what_is_kept_has_nothing_that_she_said() -> None:
    for table in KEPT.values():
        assert not [column.name for column in table.columns if isinstance(column.type, LargeBinary)], table.name


def test_every_kept_table_has_its_rule() -> None:
    assert set(KEPT) | {"access_log"} == set(KEPT_BY)


@pytest.mark.parametrize("name", sorted(KEPT))
def test_what_is_kept_is_only_ever_added_to(name: str) -> None:
    from lotse_intake.migrations import RIGHTS

    assert "DELETE" not in RIGHTS[name]


def test_the_person_of_a_row_is_a_random_number() -> None:
    assert UUID(str(HER)).version == 4
