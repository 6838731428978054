"""The administrator's commands: retention, keys, audit, dpo and access, as they are typed."""

import json
import logging
import stat
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from markdown_it import MarkdownIt

from lotse_chassis.command import main
from lotse_chassis.identity import Staff, issue_token
from lotse_contracts import intake
from lotse_contracts.catalogue import facts_of
from lotse_intake.app import build
from lotse_intake.cli.commands import COMMANDS
from lotse_intake.domain.retention import day_of
from lotse_intake.handlers import record
from lotse_intake.migrations import MIGRATIONS, RIGHTS
from lotse_intake.settings import IntakeSettings
from tests import kit
from tests.intake.given import CANARIES, MAIL, NAME, Intake, known_person
from tests.intake.test_retention import LATER, answered

Typed = Any


@pytest.fixture
def typed(here: Intake, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Typed]:
    """`typed("retention", "--run")` gives exit code, output and errors, with the settings of `here`."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    for name, value in here.settings.model_dump().items():
        if value not in (None, ""):
            monkeypatch.setenv(f"LOTSE_{name.upper()}", str(value))

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["lotse-intake", *words])
        with pytest.raises(SystemExit) as ended:
            main("intake", build, IntakeSettings, MIGRATIONS, RIGHTS, commands=COMMANDS)
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    yield run
    root.handlers[:] = handlers
    root.setLevel(level)


def in_thread(typed: Typed, *words: str) -> tuple[int, str, str]:
    """A command starts an event loop of its own."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        found: tuple[int, str, str] = pool.submit(typed, *words).result()
    return found


def token_file(here: Intake, folder: Path, actor: str, role: str) -> str:
    at = here.service.now()
    path = folder / f"{actor}.token"
    path.write_text(
        issue_token(Staff(actor, role), here.token_key, association=kit.ASSOCIATION, at=at, lifetime=timedelta(hours=1))
    )
    return str(path)


async def test_the_dry_run_lists_and_run_takes(here: Intake, typed: Typed) -> None:
    here.now = here.service.now() - LATER
    person_id, _ = await answered(here, name="")
    code, out, _ = in_thread(typed, "retention", "--dry-run")
    assert code == 0
    assert f"anonymous_enquiry  {person_id}" in out
    assert "Nichts wurde gelöscht." in out
    assert here.rows("SELECT frozen FROM person") == [(False,)]
    lines = in_thread(typed, "retention", "--json", "--until", "2027-04-01")[1].splitlines()
    assert {json.loads(line)["rule"] for line in lines} == {"anonymous_enquiry", "free_text", "project_end"}
    code, out, _ = in_thread(typed, "retention", "--run", "--actor", "admin-1")
    assert (code, out.strip()) == (0, "anonyme Anfrage, beantwortet: 1")
    assert here.rows("SELECT frozen FROM person") == [(True,)]
    assert here.rows("SELECT by FROM retention_run") == [("admin-1",)]
    assert in_thread(typed, "retention", "--run")[1].strip() == "Nichts war fällig."
    for canary in CANARIES:
        assert canary not in out


async def test_keys_are_counted_and_what_wraps_them_is_replaced(here: Intake, typed: Typed) -> None:
    person_id = await known_person(here)
    code, out, _ = in_thread(typed, "keys", "list", "--lang", "en")
    assert code == 0
    assert "keys of persons: 1" in out
    assert str(person_id) not in out
    assert here.settings.kek_file
    before = here.settings.kek_file.read_bytes()
    code, out, _ = in_thread(typed, "keys", "rotate", "--lang", "en")
    assert (code, "keys wrapped again: 1" in out) == (0, True)
    assert here.settings.kek_file.read_bytes() != before
    assert here.keys.holds(person_id)
    assert NAME in str(await _fields(here, person_id))
    here.settings.kek_file.write_bytes(bytes(32))
    code, out, _ = in_thread(typed, "keys", "list", "--lang", "en")
    assert (code, "NOT READABLE): 1" in out) == (1, True)


async def _fields(here: Intake, person_id: UUID) -> Any:
    from tests.intake.test_persons import person_data

    return await person_data(here, person_id)


async def test_audit_shows_roles_and_days_and_a_member_of_staff_only_to_two(
    here: Intake, typed: Typed, tmp_path: Path
) -> None:
    here.now = here.service.now()
    person_id, enquiry_id = await answered(here)
    code, out, _ = in_thread(typed, "audit", "person", str(person_id), "--actor", "admin-1")
    assert code == 0
    assert "counsellor" in out
    assert "w-1" not in out
    assert "audit" in in_thread(typed, "audit", "person", str(person_id))[1]
    assert "answer" in in_thread(typed, "audit", "object", str(enquiry_id))[1]
    day = day_of(here.now).isoformat()
    words = ["audit", "incident", "--reason", "complaint", "--about", "w-1", "--from", day, "--to", day]
    mine, second = token_file(here, tmp_path, "a-1", "administrator"), token_file(here, tmp_path, "k-1", "coordinator")
    code, _, err = in_thread(typed, *words, "--token-file", mine, "--second-token-file", mine)
    assert (code, "second_person_needed" in err) == (1, True)
    assert here.counts()["incident_lookup"] == 0
    code, out, _ = in_thread(typed, *words, "--token-file", mine, "--second-token-file", second)
    assert code == 0
    assert {json.loads(line)["purpose"] for line in out.splitlines()} >= {"answer"}
    assert here.counts()["incident_lookup"] == 1
    (tmp_path / "forged").write_text("eyJhbGciOiJub25lIn0.e30.")
    code, _, err = in_thread(typed, *words, "--token-file", mine, "--second-token-file", str(tmp_path / "forged"))
    assert (code, "token_invalid" in err) == (1, True)


async def test_the_record_of_processing_is_written_from_what_runs(here: Intake, typed: Typed, tmp_path: Path) -> None:
    await known_person(here)
    code, _, err = in_thread(typed, "dpo", "--folder", str(tmp_path / "out"))
    assert code == 0, err
    text = (tmp_path / "out" / "verzeichnis.md").read_text()
    whole = json.loads((tmp_path / "out" / "verzeichnis.json").read_text())
    for title in ("Zwecke", "Betroffene", "Empfänger", "Fristen", "Maßnahmen", "Folgenabschätzung"):
        assert title in text
    tables = {one["table"] for one in whole["data"]}
    assert {"person", "access_log", "consent", "outbox"} <= tables
    assert all(f"`{name}`" in text for name in tables)
    assert all(f"`evt {fact.type_name()}`" in text for fact in facts_of("intake"))
    assert whole["dpia"]["scale"]["persons"] == 1
    assert whole["recipients"]["partners"] == ["plattform"]
    assert {one["stream"]: one["kept_days"] for one in whole["streams"]} == {
        "EVENTS": 30,
        "COMMANDS": 30,
        "ORDERS_PUBLIC": 30,
        "DEAD": 90,
    }
    assert whole["retention"]["latest"] == "2027-03-31"
    html = MarkdownIt("commonmark").enable("table").render(text)
    assert html.count("<table>") >= 9
    assert "|" not in html.replace("<", "")
    for canary in (*CANARIES, MAIL):
        assert canary not in text


async def test_the_record_says_what_is_not_as_it_should_be(here: Intake, typed: Typed, tmp_path: Path) -> None:
    assert here.settings.kek_file
    here.settings.kek_file.chmod(0o644)
    in_thread(typed, "dpo", "--folder", str(tmp_path / "out"))
    text = (tmp_path / "out" / "verzeichnis.md").read_text()
    assert "`LOTSE_KEK_FILE`: vorhanden ja, nur für den Dienst lesbar nein." in text
    here.settings.kek_file.chmod(0o600)
    in_thread(typed, "dpo", "--folder", str(tmp_path / "out"))
    text = (tmp_path / "out" / "verzeichnis.md").read_text()
    assert "`LOTSE_KEK_FILE`: vorhanden ja, nur für den Dienst lesbar ja." in text


def test_every_table_and_every_fact_is_described() -> None:
    assert record.uncovered() == []


def test_a_table_or_a_fact_that_nobody_described_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    known = json.loads(json.dumps(record.texts()))
    del known["tables"]["entry"], known["events"]["case-opened"]
    known["events"]["never-said"] = "x"
    known["recipients"].append({"who": "x", "what": "x", "message": "intake.gone.v1"})
    monkeypatch.setattr(record, "texts", lambda: known)
    assert record.uncovered() == ["fact case-opened", "fact never-said", "recipient intake.gone.v1", "table entry"]


async def test_access_is_written_to_two_private_files(
    here: Intake, run_service: Any, broker: kit.Broker, typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lotse_local import keyring
    from tests.intake.test_access_on_the_wire import _submitted
    from tests.intake.test_running import frontend

    service = await run_service("intake")
    async with frontend(broker, "web") as web:
        person_id = await _submitted(service, web)
    key = keyring.signing_key(broker.place, keyring.TOKEN_KEY)
    token = issue_token(
        Staff("k-1", "coordinator"), key, association=kit.ASSOCIATION, at=service.now(), lifetime=timedelta(hours=1)
    )
    (tmp_path / "token").write_text(token)
    monkeypatch.setenv("LOTSE_HTTP_PORT", str(service.face.port))
    words = ["access", str(person_id), "--token-file", str(tmp_path / "token"), "--folder", str(tmp_path / "out")]
    import asyncio

    code, out, err = await asyncio.to_thread(lambda: typed(*words, "--language", "de"))
    assert code == 0, err
    assert len(out.splitlines()) == 2
    page = tmp_path / "out" / "access.html"
    assert NAME in page.read_text()
    whole = intake.SubjectAccessDocument.model_validate_json((tmp_path / "out" / "access.json").read_bytes())
    assert whole.person_id == person_id
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    code, _, err = await asyncio.to_thread(lambda: typed("access", str(uuid4()), *words[2:]))
    assert (code, "422" in err) == (1, True)
    assert not psycopg.connect(here.database.url).execute("SELECT 1 FROM person").fetchall()
