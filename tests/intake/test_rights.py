"""The tables are defended against their own service: what it must not do, PostgreSQL refuses."""

from uuid import uuid4

import psycopg
import pytest

from lotse_intake.migrations import APPEND_ONLY, RIGHTS
from tests.intake.consenting import consent
from tests.intake.given import Intake, known_person

ATTACKS = (
    "TRUNCATE {table}",
    "DROP TABLE {table}",
    "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "UPDATE {table} SET {column} = {column}",
    "DELETE FROM {table}",
)


async def test_the_service_cannot_change_what_is_only_added_to(here: Intake) -> None:
    await here.hear(consent(await known_person(here)))
    with psycopg.connect(here.database.url, autocommit=True) as connection:
        for table in APPEND_ONLY:
            column = connection.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND attidentity = ''",
                (table,),
            ).fetchone()
            assert column
            for attack in ATTACKS:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(attack.format(table=table, column=column[0]).encode())


async def test_even_the_owner_meets_a_trigger(here: Intake) -> None:
    await here.hear(consent(await known_person(here)))
    for statement in ("UPDATE consent SET codes = '{}'", "DELETE FROM consent", "TRUNCATE consent CASCADE"):
        with (
            psycopg.connect(here.database.owner_url) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(statement.encode())


async def test_the_service_can_neither_become_the_owner_nor_make_tables(here: Intake) -> None:
    with psycopg.connect(here.database.url, autocommit=True) as connection:
        connection.execute("GRANT ALL ON consent TO intake")  # a warning, and nothing is granted
        for statement in (
            "UPDATE consent SET codes = '{}'",
            "SET ROLE intake_owner",
            "CREATE TABLE mine (id int)",
            "ALTER TABLE person ADD COLUMN name text",
            "SET session_replication_role = replica",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement.encode())


async def test_what_identifies_an_enquiry_cannot_be_rewritten(here: Intake) -> None:
    await known_person(here)
    with psycopg.connect(here.database.url, autocommit=True) as connection:
        for statement in (
            f"UPDATE enquiry SET person_id = '{uuid4()}'",
            "UPDATE enquiry SET received_at = now()",
            "UPDATE concern SET person_id = person_id",
            "UPDATE entry SET content = ''",
            "UPDATE attachment SET claim_sha256 = ''",
            "UPDATE erasure SET begun_by = ''",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement.encode())


def test_nothing_append_only_may_be_changed_by_right() -> None:
    for table in set(APPEND_ONLY) & set(RIGHTS):
        assert RIGHTS[table] == "SELECT, INSERT"
