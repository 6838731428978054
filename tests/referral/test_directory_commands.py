"""`lotse-referral directory` as an administrator types it: with a database, and with nothing at all."""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from lotse_referral.cli.directory import DIRECTORY
from lotse_referral.cli.directory_printing import FAULTS_PRINTED_MAX
from lotse_referral.cli.directory_texts import ASKS
from lotse_referral.domain.directory.doubts import ASKED
from lotse_referral.migrations.loading import shipped
from tests.kit import ServiceDatabase
from tests.referral.directories import validate

SECONDS = 180
ENGLISH = ("--lang", "en")


@dataclass(frozen=True)
class Run:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


Caller = Callable[..., Run]


@pytest.fixture
def called(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Caller:
    """Type it, with the address of a database or without."""

    def call(*words: object, database: ServiceDatabase | None = None) -> Run:
        monkeypatch.delenv("LOTSE_DATABASE_URL", raising=False)
        if database is not None:
            monkeypatch.setenv("LOTSE_DATABASE_URL", database.url)
        parser = argparse.ArgumentParser()
        DIRECTORY.arguments(parser)
        capsys.readouterr()
        code = DIRECTORY.run(parser.parse_args([str(word) for word in (*words, *ENGLISH)]))
        said = capsys.readouterr()
        return Run(code, said.out, said.err)

    return call


def row(**more: Any) -> dict[str, Any]:
    organization = {"id": str(uuid4()), "name": "Office", "description": "An office."}
    return {"id": str(uuid4()), "name": "Advice", "status": "active", "organization": organization} | more


def test_the_shipped_directory_is_checked_without_anything_and_nothing_is_wrong(called: Caller) -> None:
    run = called("check")
    assert run.code == 0
    assert "39 row(s) read, 0 fault(s)" in run.out
    assert "39  When is it open?" in run.out
    told = json.loads(called("check", "--json", "--on", "2026-11-25").out)
    assert (told["rows"], told["faults"], len(told["doubts"])) == (39, [], 39)
    coordination = next(one for one in told["doubts"] if "Koordinierungsstelle (Aus" in one["name"])
    assert coordination["ask"][:4] == ["hours_unknown", "phone_unknown", "languages_doubtful", "language_times_unknown"]
    assert "address_incomplete" in coordination["ask"]


def test_a_file_is_checked_without_anything_and_each_fault_says_what_is_allowed(called: Caller, tmp_path: Path) -> None:
    file = tmp_path / "services.json"
    file.write_text(json.dumps({"services": [row(), row(status="open", email="nobody")]}))
    run = called("check", file)
    assert run.code == 1
    assert "services[1].status" in run.out
    assert "not_allowed, row left out (allowed: active, inactive, defunct, temporarily closed)" in run.out
    assert "not_a_mail_address, left out (allowed: name@example.org)" in run.out
    assert "nobody" not in run.out
    assert called("check", tmp_path / "nothing.json").code == 1


def test_the_shipped_directory_is_exported_without_anything(called: Caller, tmp_path: Path) -> None:
    first, second = tmp_path / "one.json", tmp_path / "two.json"
    assert called("export", first).code == 0
    assert called("export", second).code == 0
    assert first.read_text() == second.read_text()
    package = json.loads(first.read_text())
    assert validate(package) == 96 + 26 + 39
    assert called("check", first).code == 0
    assert not list(tmp_path.glob("*.part"))


def test_what_is_imported_is_exported_and_asked_for(
    database: Callable[[str], ServiceDatabase], called: Caller, tmp_path: Path
) -> None:
    fresh, file, out = database("referral"), tmp_path / "services.json", tmp_path / "out.json"
    wanted = row(name="The most wanted", phones=[{"id": str(uuid4()), "number": "0351 5"}])
    old = row(name="The oldest", assured_date="2020-01-01")
    many = [row(name="") for _ in range(FAULTS_PRINTED_MAX + 50)]
    file.write_text(json.dumps([wanted, old, *many]))
    faults = tmp_path / "faults.jsonl"
    run = called("import", file, "--faults", faults, database=fresh)
    assert run.code == 0
    assert "252 row(s) read, 250 fault(s); services: 2 new, 0 changed, 0 unchanged" in run.out
    assert "… 50 more fault(s)" in run.out
    assert len(faults.read_text().splitlines()) == 250
    assert "2 unchanged" in called("import", file, database=fresh).out
    assert called("export", out, database=fresh).code == 0
    names = [one["name"] for one in json.loads(out.read_text())["services"]]
    assert (len(names), "The oldest" in names) == (41, True)
    _send_somebody(fresh, wanted["id"])
    first = json.loads(called("todo", "--json", database=fresh).out)[0]
    assert (first["name"], first["phones"]) == ("The most wanted", ["0351 5"])
    assert not [name for name in first if "sent" in name or "count" in name]
    run = called("stale", "--on", "2026-11-25", database=fresh)
    assert run.out == "2020-06-29  The oldest\n"
    assert called("stale", "--on", "2026-11-25").out == "Nothing is due.\n"


def _send_somebody(database: ServiceDatabase, service_id: str) -> None:
    with psycopg.connect(database.url) as connection:
        connection.execute(
            "INSERT INTO referral (referral_id, direction, mode, service_id, language, urgency, created_at, changed_at,"
            " state, version, codes, field_groups, fields_left, person_id, concern_id) VALUES (gen_random_uuid(),"
            " 'out', 'self', %s, 'uk', 'normal', now(), now(), 'sent', 1, '{}', '{}', false, gen_random_uuid(),"
            " gen_random_uuid())",
            (service_id,),
        )


def test_a_file_that_breaks_off_is_said_and_what_came_before_is_there(
    database: Callable[[str], ServiceDatabase], called: Caller, tmp_path: Path
) -> None:
    fresh, file = database("referral"), tmp_path / "broken.json"
    file.write_text(json.dumps({"services": [row(), row()]})[:-30])
    run = called("import", file, "--whole", "--name", "dresden", database=fresh)
    assert run.code == 1
    assert "could be read only up to here" in run.out
    with psycopg.connect(fresh.url) as connection:
        counted = connection.execute("SELECT status, count(*) FROM service GROUP BY status").fetchall()
    assert counted == [("active", 40)]
    assert called("import", file, "--whole", database=fresh).code == 1
    assert called("import", tmp_path / "nothing.json", database=fresh).code == 1


def test_every_question_has_words(called: Caller) -> None:
    assert set(ASKED) == ASKS.keys()
    assert all(words.keys() == {"de", "en"} for words in ASKS.values())
    run = called("todo")
    assert run.out.count("\n  phone: ") == len(shipped()["services"])


def test_an_administrator_calls_it_by_name_without_any_setting(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "lotse_referral", "directory", "check"],
        env={"PATH": os.environ["PATH"]},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert "39 Zeilen gelesen, 0 Fehler" in run.stdout
