"""Notify's own role may not change what was decided, lift a tombstone's row, or touch the tables themselves."""

from uuid import uuid4

import psycopg
import pytest

from tests.notify.given import House, tell

ATTACKS = [
    "UPDATE decision SET because = 'due'",
    "DELETE FROM person",
    "DELETE FROM tally",
    "TRUNCATE decision",
    "TRUNCATE notification CASCADE",
    "DROP TABLE decision",
    "DROP INDEX send_attempt_once",
    "ALTER TABLE decision DISABLE TRIGGER ALL",
    "ALTER TABLE notification DROP CONSTRAINT notification_state_check",
    "ALTER TABLE decision OWNER TO notify",
    "SET ROLE notify_owner",
    "SET SESSION AUTHORIZATION notify_owner",
    "SET session_replication_role = replica",
    "CREATE TABLE another (id int)",
    "COPY contact TO PROGRAM 'cat'",
]


@pytest.mark.parametrize("attack", ATTACKS)
async def test_the_service_may_not(house: House, attack: str) -> None:
    person_id = uuid4()
    await house.hear(house.contact(person_id))
    await house.hear(tell(person_id))
    before = [house.rows(table) for table in ("person", "decision", "notification")]
    with psycopg.connect(house.database.url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(attack.encode())
    assert [house.rows(table) for table in ("person", "decision", "notification")] == before


def test_what_acts_with_the_rights_of_the_owner_is_for_the_service_alone(house: House) -> None:
    """PostgreSQL lets everybody execute a new function, whoever may reach the database next to us."""
    query = "SELECT oid, proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
    with psycopg.connect(house.database.owner_url) as connection:
        found = connection.execute(query.encode()).fetchall()
        may = {
            (name, role): connection.execute("SELECT has_function_privilege(%s, %s, 'EXECUTE')", (role, oid)).fetchone()
            for oid, name in found
            for role in ("public", "notify")
        }
    assert may == {("rewrite_address_index", "public"): (False,), ("rewrite_address_index", "notify"): (True,)}
