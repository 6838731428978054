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
    "DROP INDEX submission_once",
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
