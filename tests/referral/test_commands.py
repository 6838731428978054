"""The administrator's commands as they are called, and the tables defended against their own service."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from lotse_referral.migrations import RIGHTS
from lotse_referral.migrations.loading import shipped
from tests.kit import ServiceDatabase

SECONDS = 60


def called(database: ServiceDatabase, command: str, **settings: str) -> subprocess.CompletedProcess[str]:
    given = {"LOTSE_ASSOCIATION": "auslaenderrat", "LOTSE_DATABASE_URL": database.url, **settings}
    return subprocess.run(
        [sys.executable, "-m", "lotse_referral", command],
        env={"PATH": os.environ["PATH"], **given},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def count(database: ServiceDatabase, query: str) -> int:
    with psycopg.connect(database.url) as connection:
        (number,) = connection.execute(query.encode()).fetchone() or (0,)
    return int(number)


def test_load_directory_says_what_is_wrong_and_loads_the_rest(
    database: Callable[[str], ServiceDatabase], tmp_path: Path
) -> None:
    fresh = database("referral")
    document = shipped()
    document["services"][0]["category"] = "gold"
    document["services"].append({"name": "No source", "category": "work"})
    file = tmp_path / "directory.json"
    file.write_text(json.dumps(document))
    for _ in range(2):
        run = called(fresh, "load-directory", LOTSE_DIRECTORY_FILE=str(file))
        assert run.returncode == 0, run.stderr
        assert "row 1 ukrainisches-zentrum" in run.stdout
        assert "row 40 no-source: source missing, left out" in run.stdout
        assert "38 service(s) in directory dresden, 2 fault(s)" in run.stdout
    assert count(fresh, "SELECT count(*) FROM service WHERE status = 'active'") == 38
    assert called(fresh, "load-directory").returncode == 0
    assert count(fresh, "SELECT count(*) FROM service WHERE status = 'active'") == 39


def test_a_file_that_is_no_directory_is_refused_whole(
    database: Callable[[str], ServiceDatabase], tmp_path: Path
) -> None:
    file = tmp_path / "directory.json"
    file.write_text("[]")
    run = called(database("referral"), "load-directory", LOTSE_DIRECTORY_FILE=str(file))
    assert (run.returncode, run.stdout) == (1, "")


def test_group_offers_are_loaded_and_changed(database: Callable[[str], ServiceDatabase], tmp_path: Path) -> None:
    fresh, file = database("referral"), tmp_path / "offers.json"
    practice = {"key": "practice", "name": "German practice", "seats": 8, "service": "volkshochschule-dresden-e-v"}
    file.write_text(json.dumps([practice, {"key": "club", "seats": 3}, practice | {"key": "half", "seats": -1}]))
    run = called(fresh, "load-offers", LOTSE_GROUP_OFFERS_FILE=str(file))
    assert "1 group offer(s), 2 left out" in run.stdout
    file.write_text(json.dumps([practice | {"seats": 9}]))
    assert called(fresh, "load-offers", LOTSE_GROUP_OFFERS_FILE=str(file)).returncode == 0
    assert count(fresh, "SELECT seats FROM group_offer") == 9


ATTACKS = (
    *(f"TRUNCATE {table} CASCADE" for table in RIGHTS),
    *(f"DROP TABLE {table} CASCADE" for table in RIGHTS),
    *(f"ALTER TABLE {table} DISABLE TRIGGER ALL" for table in RIGHTS),
    "DELETE FROM tombstone",
    "UPDATE tombstone SET erased_at = now()",
    "DELETE FROM gap",
    "UPDATE gap SET code = 'work'",
    "DELETE FROM service",
    "DELETE FROM access_log",
    "UPDATE access_log SET actor = 'nobody'",
    "DELETE FROM migration",
    "SET ROLE referral_owner",
    "CREATE TABLE mine (x integer)",
)


def test_the_service_cannot_break_its_own_tables(database: Callable[[str], ServiceDatabase]) -> None:
    fresh = database("referral")
    for attack in ATTACKS:
        with psycopg.connect(fresh.url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(attack.encode())


def test_the_database_refuses_states_that_the_machine_does_not_have(
    database: Callable[[str], ServiceDatabase],
) -> None:
    row = (
        "INSERT INTO referral (referral_id, direction, mode, language, urgency, created_at, changed_at, state, version,"
        " codes, field_groups, fields_left) VALUES (gen_random_uuid(), '{}', '{}', 'uk', 'normal', now(), now(), '{}',"
        " 1, '{{}}', '{{}}', false)"
    )
    fresh = database("referral")
    for direction, mode, state in (
        ("out", "self", "sent"),
        ("in", "connected", "sent"),
        ("in", "self", "lost"),
        ("in", "self", "declined"),
        ("in", "self", "completed"),
    ):
        with psycopg.connect(fresh.url) as connection, pytest.raises(psycopg.errors.CheckViolation):
            connection.execute(row.format(direction, mode, state).encode())
