"""The administrator's commands as they are called, and the tables defended against their own service."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
import pytest

from lotse_chassis.command import Command
from lotse_referral.cli.groups import load_offers
from lotse_referral.cli.loading import load_directory
from lotse_referral.migrations import RIGHTS
from lotse_referral.migrations.loading import shipped
from lotse_referral.settings import ReferralSettings
from tests.kit import ServiceDatabase

SECONDS = 180  # to start on a machine that does a great deal else


@dataclass(frozen=True)
class Run:
    """How a command ended, and what it printed."""

    code: int
    printed: str


Caller = Callable[..., Run]


@pytest.fixture
def called(capsys: pytest.CaptureFixture[str]) -> Caller:
    """Call a command in this process; one test below calls it as an administrator does."""

    def call(command: Command, database: ServiceDatabase, **settings: Path) -> Run:
        told = ReferralSettings(association="auslaenderrat", database_url=database.url, **settings)  # type: ignore[arg-type]
        return Run(command(told), capsys.readouterr().out)

    return call


def count(database: ServiceDatabase, query: str) -> int:
    with psycopg.connect(database.url) as connection:
        (number,) = connection.execute(query.encode()).fetchone() or (0,)
    return int(number)


def test_load_directory_says_what_is_wrong_and_loads_the_rest(
    database: Callable[[str], ServiceDatabase], tmp_path: Path, called: Caller
) -> None:
    fresh, file = database("referral"), tmp_path / "directory.json"
    document = shipped()
    document["services"][0]["category"] = "gold"
    document["services"].append({"name": "No source", "category": "work"})
    file.write_text(json.dumps(document))
    for _ in range(2):
        run = called(load_directory, fresh, directory_file=file)
        assert run.code == 0
        assert "row 1 ukrainisches-zentrum" in run.printed
        assert "row 40 no-source: source missing, left out" in run.printed
        assert "38 service(s) in directory dresden, 2 fault(s)" in run.printed
    assert count(fresh, "SELECT count(*) FROM service WHERE status = 'active'") == 38
    assert called(load_directory, fresh).code == 0
    assert count(fresh, "SELECT count(*) FROM service WHERE status = 'active'") == 39


def test_what_is_no_directory_and_no_list_is_refused_whole(
    database: Callable[[str], ServiceDatabase], tmp_path: Path, called: Caller
) -> None:
    fresh, file = database("referral"), tmp_path / "wrong.json"
    file.write_text("{}")
    assert called(load_directory, fresh, directory_file=file) == Run(1, "")
    assert called(load_offers, fresh, group_offers_file=file) == Run(1, "")
    assert called(load_offers, fresh) == Run(1, "")


def test_group_offers_are_loaded_and_changed(
    database: Callable[[str], ServiceDatabase], tmp_path: Path, called: Caller
) -> None:
    fresh, file = database("referral"), tmp_path / "offers.json"
    practice = {"key": "practice", "name": "German practice", "seats": 8, "service": "volkshochschule-dresden-e-v"}
    file.write_text(json.dumps([practice, {"key": "club", "seats": 3}, practice | {"key": "half", "seats": -1}]))
    assert "1 group offer(s), 2 left out" in called(load_offers, fresh, group_offers_file=file).printed
    file.write_text(json.dumps([practice | {"seats": 9}]))
    assert called(load_offers, fresh, group_offers_file=file).code == 0
    assert count(fresh, "SELECT seats FROM group_offer") == 9


def test_a_database_that_is_away_is_said_and_nothing_is_loaded(
    database: Callable[[str], ServiceDatabase], called: Caller
) -> None:
    away = replace(database("referral"), url="postgresql://nobody@127.0.0.1:1/nothing")
    run = called(load_directory, away)
    assert (run.code, "service(s)" in run.printed) == (4, False)


def test_an_administrator_calls_it_by_name(database: Callable[[str], ServiceDatabase]) -> None:
    given = {"LOTSE_ASSOCIATION": "auslaenderrat", "LOTSE_DATABASE_URL": database("referral").url}
    run = subprocess.run(
        [sys.executable, "-m", "lotse_referral", "load-directory"],
        env={"PATH": os.environ["PATH"], **given},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert (run.returncode, run.stdout) == (0, "lotse referral: 39 service(s) in directory dresden, 0 fault(s)\n")


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
