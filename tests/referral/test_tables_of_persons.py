"""No table is forgotten, whoever made it: each is erased and shown to her, or has nothing of a person in it."""

import json
import re
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from psycopg.types.json import Jsonb
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Time,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from lotse_chassis.migrate import CHASSIS_RIGHTS
from lotse_contracts.referral import AskPersonData, ErasePerson, PersonErased
from lotse_contracts.sealed import encode, open_sealed, public_bytes
from lotse_referral.providers import readable
from lotse_referral.store import persons
from lotse_referral.store.tables import metadata
from tests.kit import ServiceDatabase
from tests.referral.desk import Desk, only

HER, NOW = uuid4(), datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 25, 11, 0, tzinfo=UTC)
CHOICES = re.compile(r"\(\(?\"?(\w+)\"? = ANY \(+ARRAY\['([^']+)'::text")
TABLES = [table for table in metadata.sorted_tables if table.name not in CHASSIS_RIGHTS]
PERSONAL = [table for table, _ in reversed(persons.steps_of(HER))]
SPECIAL: dict[str, dict[str, Any]] = {
    "referral": {"state": "delivered", "mode": "self", "parent_id": None, "link": None},
}
"""Where the checks of a table say more than one column at a time."""


def test_every_table_is_erased_or_holds_nothing_of_a_person() -> None:
    named = {table.name for table in PERSONAL}
    assert {table.name for table in TABLES} == named | persons.IMPERSONAL.keys()
    assert not named & persons.IMPERSONAL.keys()


def test_what_holds_nothing_of_a_person_does_not_hang_on_one() -> None:
    personal = {table.name for table in PERSONAL}
    for name in persons.IMPERSONAL:
        table = metadata.tables[name]
        assert "person_id" not in table.columns
        assert not {key.column.table.name for key in table.foreign_keys} & personal, name
        assert not {column for column, _ in persons.HANGS_ON} & set(table.columns.keys()), name


def test_everything_encrypted_about_a_person_can_be_read_for_her() -> None:
    assert set(persons.encrypted_columns()) == set(readable.CONTEXTS)


def _filled(table: Table, rows: dict[str, dict[str, Any]], choices: dict[str, str]) -> dict[str, Any]:
    row = {column.name: _value(column, rows, choices) for column in table.columns if column.identity is None}
    return row | SPECIAL.get(table.name, {})


def _value(column: Column[Any], rows: dict[str, dict[str, Any]], choices: dict[str, str]) -> Any:
    for key in column.foreign_keys:
        parent = key.column.table.name
        if parent in rows:
            return rows[parent][key.column.name]
        return None
    if column.name == "person_id":
        return HER
    parents = dict(persons.HANGS_ON)
    if column.name in parents and parents[column.name] in rows:
        return rows[parents[column.name]][column.name]
    if column.nullable and column.name not in readable.STAFF_COLUMNS:
        return None
    if column.name in choices:
        return choices[column.name]
    if column.name.endswith("_sha256"):
        return "0" * 64
    return LATER if column.name in ("ends_at", "expires_at") else _of_type(column)


def _of_type(column: Column[Any]) -> Any:
    if isinstance(column.type, ARRAY):
        return [uuid4()] if isinstance(column.type.item_type, Uuid) else ["x"]
    kinds: list[tuple[type, Any]] = [
        (Uuid, uuid4()),
        (Boolean, False),
        (DateTime, NOW),
        (Date, date(2026, 11, 25)),
        (Time, time(10)),
        (BigInteger, 1),
        (SmallInteger, 1),
        (Integer, 1),
        (Float, 1.0),
        (LargeBinary, b"x"),
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
    return {match[1]: match[2] for (text,) in found for match in CHOICES.finditer(text)}


def fill_everything(database: ServiceDatabase) -> dict[str, dict[str, Any]]:
    """One row of hers in every table that is personal, and the group that her place is in."""
    rows: dict[str, dict[str, Any]] = {}
    with psycopg.connect(database.owner_url) as connection:
        for table in metadata.sorted_tables:
            if table.name in persons.IMPERSONAL and table.name != "group_offer":
                continue
            rows[table.name] = _filled(table, rows, _choices(connection, table.name))
            _insert(connection, table, rows[table.name])
    return rows


async def test_a_row_in_every_table_is_counted_and_gone_after_the_erasure(
    desk: Desk, both_databases: tuple[ServiceDatabase, ServiceDatabase]
) -> None:
    rows = fill_everything(both_databases[0])
    receipt = only(PersonErased, await desk.hears(ErasePerson(person_id=HER)))
    counts = {one.store: one.count for one in receipt.counts}
    assert {name for name in counts if counts[name] == 1} >= {table.name for table in PERSONAL}
    for table in PERSONAL:
        assert await desk.rows(table.name) == [], table.name
    left = str({name: found for name, found in (await desk.everything()).items() if name != "tombstone"})
    ids = {str(value) for row in rows.values() for value in row.values() if isinstance(value, UUID)}
    named = {str(row["offer_id"]) for row in [rows["group_offer"]]} | {str(rows["group_offer"].get("location_id"))}
    assert not [one for one in ids - named if one in left and one != str(rows["group_offer"].get("grant_id"))]


async def test_everything_that_is_erased_is_also_shown_to_her(
    desk: Desk, both_databases: tuple[ServiceDatabase, ServiceDatabase]
) -> None:
    fill_everything(both_databases[0])
    shown = await person_data(desk, HER)
    assert {table.name for table in PERSONAL} <= {name for name, found in shown.items() if found}
    assert "olena" not in json.dumps(shown)


async def person_data(desk: Desk, person_id: UUID) -> dict[str, Any]:
    """What she gets, opened with the key of whoever asked."""
    key = X25519PrivateKey.generate()
    answer = await desk.asks(AskPersonData(person_id=person_id, reply_key=encode(public_bytes(key))))
    opened: dict[str, Any] = json.loads(
        open_sealed(answer.content, key, type_name="referral.person-data.v1", key=str(person_id))
    )
    return opened


async def test_nobody_of_the_staff_is_named_to_her(
    desk: Desk, both_databases: tuple[ServiceDatabase, ServiceDatabase]
) -> None:
    rows = fill_everything(both_databases[0])
    shown = await person_data(desk, HER)
    for name, row in rows.items():
        for column in readable.STAFF_COLUMNS & row.keys():
            assert {one[column] for one in shown[name]} == {"staff"}, (name, column)


@pytest.mark.parametrize("table", PERSONAL, ids=lambda table: table.name)
def test_no_secret_of_hers_is_shown(table: Table) -> None:
    secret = [column.name for column in table.columns if column.name.endswith(persons.SECRET_ENDINGS)]
    assert not [name for name in secret if f"{table.name}.{name}" in readable.CONTEXTS]
