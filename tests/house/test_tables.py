"""The tables in the code are those that the migrations make, column by column."""

import importlib
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import MetaData, create_engine
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import Column, Table

from lotse_chassis.migrate import CHASSIS_MIGRATIONS, CHASSIS_RIGHTS
from lotse_contracts.catalogue import SERVICES
from tests.kit import ServiceDatabase

DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
OF_THE_CHASSIS = set(CHASSIS_RIGHTS)


def _metadata(service: str) -> MetaData:
    """Wherever the store keeps its tables, they hang on one MetaData."""
    for name in (f"lotse_{service}.store.tables", f"lotse_{service}.store"):
        try:
            found: MetaData = importlib.import_module(name).metadata
        except (ImportError, AttributeError):
            continue
        return found
    raise AssertionError(f"{service}: no MetaData named `metadata` in its store")


def _described(table: Table) -> Iterator[str]:
    keys = [column.name for column in table.primary_key.columns]
    yield f"{table.name} primary key: {', '.join(keys)}"
    for column in table.columns:
        yield f"{table.name}.{column.name}: {_type(column)}{'' if column.nullable else ' not null'}"


def _type(column: Column[object]) -> str:
    """As PostgreSQL says it; a text without a length is one type, however it is spelled."""
    said = column.type.compile(dialect=DIALECT).upper()
    return {"VARCHAR": "TEXT", "TIMESTAMP WITH TIME ZONE": "TIMESTAMPTZ", "DOUBLE PRECISION": "FLOAT"}.get(said, said)


def _reflected(url: str) -> MetaData:
    reflected = MetaData()
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    try:
        reflected.reflect(engine)
    finally:
        engine.dispose()
    return reflected


@pytest.mark.parametrize("service", SERVICES)
def test_the_tables_in_the_code_are_those_of_the_migrations(
    service: str, database: Callable[[str], ServiceDatabase]
) -> None:
    made = _reflected(database(service).owner_url)
    declared = _metadata(service)
    own = {name: table for name, table in made.tables.items() if name not in OF_THE_CHASSIS}
    coded = {name: table for name, table in declared.tables.items() if name not in OF_THE_CHASSIS}
    assert {line for table in coded.values() for line in _described(table)} == {
        line for table in own.values() for line in _described(table)
    }


def test_the_tables_of_the_chassis_are_those_of_its_migrations(database: Callable[[str], ServiceDatabase]) -> None:
    assert CHASSIS_MIGRATIONS
    made = _reflected(database("chassis").owner_url)
    declared = importlib.import_module("lotse_chassis.database").metadata
    assert declared.tables.keys() <= made.tables.keys()
    for name, table in declared.tables.items():
        assert set(_described(table)) == set(_described(made.tables[name]))
    assert made.tables.keys() == OF_THE_CHASSIS


@pytest.mark.parametrize("service", SERVICES)
def test_every_table_has_exactly_the_rights_that_are_named(
    service: str, database: Callable[[str], ServiceDatabase]
) -> None:
    made = _reflected(database(service).owner_url)
    rights = importlib.import_module(f"lotse_{service}.migrations").RIGHTS
    assert made.tables.keys() == OF_THE_CHASSIS | rights.keys()
