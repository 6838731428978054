"""What is recorded stays: rights, triggers and ownership each hold it alone."""

from collections.abc import Callable

import psycopg
import pytest
from sqlalchemy import text

from lotse_ledger.handlers.orders import take
from lotse_ledger.migrations import RIGHTS
from lotse_ledger.store import tables
from tests.kit import ServiceDatabase
from tests.ledger import given

Database = Callable[[str], ServiceDatabase]
APPEND_ONLY = [table for table, rights in RIGHTS.items() if rights == "SELECT, INSERT"]


def _refused(connection: psycopg.Connection, attack: str) -> bool:
    try:
        connection.execute(attack.encode())
    except psycopg.Error:
        return True
    return False


ATTACKS = [
    *(f"{what} {table}" for table in APPEND_ONLY for what in ("TRUNCATE", "DROP TABLE", "DELETE FROM")),
    *(f"ALTER TABLE {table} DISABLE TRIGGER ALL" for table in APPEND_ONLY),
    *(f"DROP TRIGGER {table}_is_append_only ON {table}" for table in APPEND_ONLY),
    "TRUNCATE entry CASCADE",
    "UPDATE entry SET body = body",
    "UPDATE posting SET amount = amount",
    "UPDATE checkpoint SET signature = signature",
    "ALTER TABLE entry DROP CONSTRAINT leaf_is_of_the_body",
    "DROP FUNCTION entry_must_balance() CASCADE",
    "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "SET ROLE ledger_owner",
    "SET SESSION AUTHORIZATION ledger_owner",
    "SET session_replication_role = replica",
    "ALTER TABLE entry OWNER TO ledger",
    "INSERT INTO entry SELECT * FROM entry ON CONFLICT (log_index) DO UPDATE SET body = 'x'",
    "MERGE INTO posting USING entry ON true WHEN MATCHED THEN DELETE",
    "CREATE TABLE mine (one int)",
]


async def test_the_service_itself_cannot_change_what_is_recorded(database: Database) -> None:
    ledger = database("ledger")
    async with given.transaction(ledger) as tx:
        await take(given.application(), given.context(), tx, house=given.house(checkpoint_entries=1))
        before = (await tx.execute(text("SELECT md5(string_agg(e::text, '')) FROM entry e"))).scalar_one()
    with psycopg.connect(ledger.url, autocommit=True) as connection:
        connection.execute("GRANT ALL ON entry, posting TO ledger")  # warns, and gives nothing
        let_through = [attack for attack in ATTACKS if not _refused(connection, attack)]
    assert let_through == []
    async with given.transaction(ledger) as tx:
        assert (await tx.execute(text("SELECT md5(string_agg(e::text, '')) FROM entry e"))).scalar_one() == before


async def test_a_trigger_refuses_even_where_a_right_was_granted(database: Database) -> None:
    ledger = database("ledger")
    async with given.transaction(ledger) as tx:
        await take(given.application(), given.context(), tx, house=given.house(checkpoint_entries=1))
    with psycopg.connect(ledger.owner_url, autocommit=True) as owner:
        owner.execute("GRANT UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA public TO ledger")
    with psycopg.connect(ledger.url, autocommit=True) as connection:
        for table in APPEND_ONLY:
            column = next(column.name for column in tables.metadata.tables[table].columns if not column.identity)
            update = f"UPDATE {table} SET {column} = {column}"
            for attack in (f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE", update):
                with pytest.raises(psycopg.Error, match="append-only"):
                    connection.execute(attack.encode())
