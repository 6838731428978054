"""A database of the release before the machines: every old state becomes the one that means the same, with its data."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg.rows import dict_row

from lotse_notify.migrations import first, machine
from tests.notify.given import NOW, Databases

STATES = {
    "queued": "scheduled",
    "parked": "held",
    "sending": "in_flight",
    "sent": "handed_over",
    "failed": "failed",
    "unresolved": "unresolved",
    "cancelled": "cancelled",
    "expired": "expired",
}
TRIES = {
    ("submitting", None): "submitting",
    ("accepted", "server_took_it"): "accepted",
    ("unknown", "connection_lost"): "unknown",
    ("refused", "recipient_refused"): "rejected",
    ("refused", "content_refused"): "rejected",
    ("refused", "server_away"): "not_sent",
    ("refused", "worker_lost"): "not_sent",
    ("refused", "recipient_deferred"): "deferred",
    ("refused", "withdrawn"): "withdrawn",
    ("refused", "absent_by_hand"): "confirmed_absent",
}


@pytest.fixture
def owner(database: Databases) -> psycopg.Connection[dict[str, Any]]:
    """On a database as the release before left it."""
    connection = psycopg.connect(database("chassis").owner_url, autocommit=True, row_factory=dict_row)
    _apply(connection, first.MIGRATIONS)
    return connection


def test_each_old_notification_has_the_state_that_means_the_same(owner: psycopg.Connection[dict[str, Any]]) -> None:
    olds = {state: _old(owner, state) for state in STATES}
    _apply(owner, machine.MIGRATIONS)
    rows = {row["notification_id"]: row for row in owner.execute("SELECT * FROM notification")}
    assert {state: rows[olds[state]]["state"] for state in STATES} == STATES
    assert rows[olds["parked"]]["due_at"] == NOW.replace(day=28), "looked at again when its use is over"
    assert rows[olds["unresolved"]]["due_at"] > datetime.now(NOW.tzinfo), "it waits for somebody who finds out"
    assert [row["ended_at"] is None for row in rows.values()].count(True) == 4


def test_each_old_try_has_the_state_that_means_the_same(owner: psycopg.Connection[dict[str, Any]]) -> None:
    tries = {}
    for state, reason in TRIES:
        tries[state, reason] = uuid4()
        owner.execute(
            "INSERT INTO submission SELECT %s, notification_id, person_id, 'smtp', 1, %s, 'data', %s, now(), now()"
            " FROM notification WHERE notification_id = %s",
            (tries[state, reason], state, reason, _old(owner, "sending")),
        )
    _apply(owner, machine.MIGRATIONS)
    rows = {row["attempt_id"]: row for row in owner.execute("SELECT * FROM send_attempt")}
    assert {key: rows[attempt_id]["state"] for key, attempt_id in tries.items()} == TRIES
    assert {(row["channel"], row["fence"]) for row in rows.values()} == {("email", 1)}


def _old(owner: psycopg.Connection[dict[str, Any]], state: str) -> object:
    person_id, notification_id = uuid4(), uuid4()
    owner.execute("INSERT INTO person (person_id) VALUES (%s)", (person_id,))
    ended = None if state in ("queued", "parked", "sending") else NOW
    owner.execute(
        "INSERT INTO notification (notification_id, person_id, dedupe_sha256, template, arguments, asked_at, useful_by,"
        " state, because, due_at, tries, channel, created_at, ended_at)"
        " VALUES (%s, %s, %s, 'receipt', '{}', %s, %s, %s, 'due', %s, 0, 'email', %s, %s)",
        (notification_id, person_id, notification_id.hex, NOW, NOW.replace(day=28), state, NOW, NOW, ended),
    )
    return notification_id


def _apply(owner: psycopg.Connection[dict[str, Any]], steps: tuple[Any, ...]) -> None:
    for step in steps:
        with owner.transaction():
            for statement in step.statements:
                owner.execute(statement.encode())
