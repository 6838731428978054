"""The auditor's bundle: the same two dates give the same bytes, and the verifier, built apart, finds it true."""

import hashlib
import json
import subprocess
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from beancount import loader

from lotse_ledger.domain.notes import cosignature, parse_note
from lotse_ledger.store import witness
from lotse_verifier import cli as verifier
from tests import kit
from tests.ledger import given
from tests.ledger.treasury import Treasury, treasury

INVOICE = b"%PDF-1.7\nRechnung 17\n%%EOF\n"
DIGEST = hashlib.sha256(INVOICE).hexdigest()
GRANT = str(given.GRANT)
LIST = (
    "Kostenposition;Beleg-Nr.;Zahlungsdatum;Empfänger;Grund der Zahlung;Betrag;Anteil %;Beleg-Datei\n"
    "material;B-17;03.02.2026;Druckerei Süd GmbH;=;1.234,56;;rechnung.pdf\n"
    "fees;B-18;05.02.2026;Übersetzer Nord;Dolmetschen;333,33;33,33;andere.pdf\n"
).replace(";=;", ";Druck der Wegweiser;")


@pytest.fixture
def ledger(database: Callable[[str], kit.ServiceDatabase], tmp_path: Path) -> Treasury:
    found = treasury(database("ledger"), tmp_path)
    (tmp_path / "rechnung.pdf").write_bytes(INVOICE)
    (tmp_path / "andere.pdf").write_bytes(INVOICE + b"%")
    file = tmp_path / "liste.csv"
    file.write_text(LIST, encoding="utf-8")
    assert found.run("vouchers", "import", str(file), "--grant", GRANT, "--evidence", str(tmp_path)).code == 0
    return found


def exported(ledger: Treasury, name: str = "paket.zip", *more: str) -> Path:
    file = ledger.folder / name
    done = ledger.run("export", "bundle", "--out", str(file), "--valid-to", "2026-12-31", *more)
    assert done.code == 0, done.err
    with zipfile.ZipFile(file) as archive:
        assert done.out == hashlib.sha256(archive.read("MANIFEST.sha256")).hexdigest() + "\n"
    return file


def contents(file: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def verdict(file: Path, policy: bytes, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, dict[str, Any]]:
    chosen = file.with_suffix(".policy")
    chosen.write_bytes(policy)
    capsys.readouterr()
    code = verifier.main([str(file), "--policy", str(chosen), "--json", *more])
    return code, json.loads(capsys.readouterr().out)


def test_the_verifier_finds_the_bundle_true(ledger: Treasury, capsys: pytest.CaptureFixture[str]) -> None:
    file = exported(ledger, "paket.zip", "--vouchers")
    found = contents(file)
    code, told = verdict(file, found["policy.txt"], capsys)
    assert code == 0, told
    assert found[f"belege/{DIGEST}"] == INVOICE
    assert json.loads(found["bundle.json"])["belege_missing"] == []
    assert b"Druckerei S" in found["openings.jsonl"]
    assert "Druckerei Süd GmbH" in found["belegliste.csv"].decode()
    assert not any(b'"actor"' in found[name] for name in ("openings.jsonl",))


def test_without_the_scope_neither_payees_nor_evidence_are_in_it(
    ledger: Treasury, capsys: pytest.CaptureFixture[str]
) -> None:
    file = exported(ledger)
    found = contents(file)
    code, told = verdict(file, found["policy.txt"], capsys)
    assert code == 0, told
    assert found["openings.jsonl"] == b""
    assert not any(name.startswith("belege/") for name in found)
    assert DIGEST in json.loads(found["bundle.json"])["belege_missing"]
    assert not any(b"Druckerei" in content for content in found.values())


def test_the_same_two_dates_give_the_same_bytes_whatever_came_after(ledger: Treasury) -> None:
    (instant,) = ledger.rows("SELECT max(recorded_at) FROM entry")[0]
    asked = ("--recorded-to", instant.isoformat(), "--vouchers")
    first = exported(ledger, "eins.zip", *asked).read_bytes()
    ledger.order(given.voucher(number="B-990099"))
    exported(ledger, "jetzt.zip")
    second = exported(ledger, "zwei.zip", *asked).read_bytes()
    assert first == second
    assert b"B-990099" not in first


def test_a_bundle_is_entered_after_it_was_made_so_that_the_next_one_names_it(
    ledger: Treasury, capsys: pytest.CaptureFixture[str]
) -> None:
    first, size = exported(ledger, "eins.zip"), int(ledger.rows("SELECT count(*) FROM entry")[0][0])
    manifest = hashlib.sha256(contents(first)["MANIFEST.sha256"]).hexdigest()
    (entry,) = ledger.rows("SELECT body FROM entry WHERE kind = 'export_created'")
    assert json.loads(entry.body)["data"] == {"manifest_sha256": manifest, "size": str(size - 1)}
    assert manifest.encode() not in first.read_bytes()
    second = exported(ledger, "zwei.zip")
    assert manifest.encode() in second.read_bytes()
    code, told = verdict(second, contents(second)["policy.txt"], capsys, "--since", str(first))
    assert code == 0, told


def test_a_witness_is_named_once_it_signed(ledger: Treasury, capsys: pytest.CaptureFixture[str]) -> None:
    (instant,) = ledger.rows("SELECT max(recorded_at) FROM entry")[0]
    asked = ("--recorded-to", instant.isoformat())
    found = contents(exported(ledger, "ohne.zip", *asked))
    key = given.witness_key(given.PARTNER)
    text = parse_note(found["log/checkpoint"]).text
    line = cosignature(text, key, time=1_790_000_000)

    async def signed(tx: Any) -> None:
        size = int(text.decode().split("\n")[1])
        at = datetime(2026, 11, 25, tzinfo=UTC)
        await witness.add_cosignature(tx, line, size=size, witness=given.PARTNER, seen_at=at)

    ledger.do(signed)
    file = exported(ledger, "mit.zip", *asked)
    log = next(one for one in found["policy.txt"].decode().splitlines() if one.startswith("log "))
    policy = f"{log}\nwitness partner {key.vkey}\ngroup others any partner\nquorum others\n".encode()
    code, told = verdict(file, policy, capsys)
    assert code == 0, told
    without = verdict(ledger.folder / "ohne.zip", policy, capsys)
    assert without[0] == 1


def test_a_changed_byte_of_any_file_is_noticed(ledger: Treasury, capsys: pytest.CaptureFixture[str]) -> None:
    file = exported(ledger, "paket.zip", "--vouchers")
    found = contents(file)
    folder = ledger.folder / "ausgepackt"
    for name, content in found.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    assert verdict(folder, found["policy.txt"], capsys)[0] == 0
    for name, content in found.items():
        if content:
            changed = bytearray(content)
            changed[len(changed) // 2] ^= 1
            (folder / name).write_bytes(changed)
            assert verdict(folder, found["policy.txt"], capsys)[0] != 0, name
            (folder / name).write_bytes(content)


def test_evidence_that_was_erased_is_named_as_missing_and_all_else_holds(
    ledger: Treasury, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger.evidence.erase(DIGEST)
    file = exported(ledger, "paket.zip", "--vouchers")
    found = contents(file)
    assert json.loads(found["bundle.json"])["belege_missing"] == [DIGEST]
    code, told = verdict(file, found["policy.txt"], capsys)
    assert code == 0, told


def test_evidence_that_was_altered_on_the_disk_makes_no_bundle(ledger: Treasury) -> None:
    stored = ledger.folder / "files" / f"{DIGEST}.evidence"
    stored.write_bytes(stored.read_bytes()[:-1] + b"x")
    file = ledger.folder / "paket.zip"
    done = ledger.run("export", "bundle", "--out", str(file), "--vouchers")
    assert (done.code, "[evidence_altered]" in done.err) == (1, True)
    assert not file.exists()
    assert not list(ledger.folder.glob(".paket.zip*"))
    assert ledger.rows("SELECT count(*) FROM entry WHERE kind = 'export_created'")[0][0] == 0


def test_a_folder_that_is_not_there_and_a_database_that_is_away_are_said_in_words(ledger: Treasury) -> None:
    done = ledger.run("export", "bundle", "--out", str(ledger.folder / "nowhere" / "paket.zip"))
    assert (done.code, "No such file or directory" in done.err, "Traceback" in done.err) == (1, True, False)
    away = ledger.settings.model_copy(update={"database_url": "postgresql://ledger:x@127.0.0.1:1/ledger"})
    done = Treasury(ledger.database, ledger.folder, away).run("grants")
    assert (done.code, done.err) == (1, "Die Datenbank antwortet nicht; läuft Lotse?\n")


def test_without_a_key_nothing_is_handed_out(database: Callable[[str], kit.ServiceDatabase], tmp_path: Path) -> None:
    keyless = treasury(database("ledger"), tmp_path, LOTSE_LOG_KEY_FILE="")
    done = keyless.run("export", "bundle", "--out", str(tmp_path / "paket.zip"))
    assert (done.code, "[log_key_missing]" in done.err) == (1, True)


def test_a_log_of_several_tiles_makes_a_true_bundle(ledger: Treasury, capsys: pytest.CaptureFixture[str]) -> None:
    ledger.do(lambda tx: given.fill(tx, 600))
    ledger.order(given.voucher(number="N-1"))
    file = exported(ledger, "gross.zip")
    found = contents(file)
    code, told = verdict(file, found["policy.txt"], capsys)
    assert code == 0, told
    assert {name for name in found if name.startswith("log/tile/")} >= {
        "log/tile/0/000",
        "log/tile/0/001",
        "log/tile/entries/001",
        "log/tile/1/000.p/2",
    }
    assert sum(name.startswith("proofs/") for name in found) == 3


def test_the_journals_of_a_bundle_are_read_without_a_warning(ledger: Treasury) -> None:
    found = contents(exported(ledger, "paket.zip"))
    for name in ("journal.hledger", "journal.beancount"):
        (ledger.folder / name).write_bytes(found[name])
    done = subprocess.run(
        ["hledger", "-f", str(ledger.folder / "journal.hledger"), "check", "--strict", "accounts", "commodities"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert loader.load_file(str(ledger.folder / "journal.beancount"))[1] == []
    assert ledger.run("export", "--format", "hledger", "--valid-to", "2026-12-31").out.startswith("; ")


def test_the_page_in_it_is_the_verifiers_own(ledger: Treasury) -> None:
    from lotse_verifier.page import stored

    assert contents(exported(ledger))["verify.html"] == stored()


def test_the_archive_is_what_an_unzip_program_and_sha256sum_expect(ledger: Treasury) -> None:
    file = exported(ledger, "paket.zip", "--vouchers")
    folder = ledger.folder / "entpackt"
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        archive.extractall(folder)
    assert [one.filename for one in members] == sorted((one.filename for one in members), key=str.encode)
    assert {(one.date_time, one.compress_type, one.create_system, one.extra, one.comment) for one in members} == {
        ((1980, 1, 1, 0, 0, 0), zipfile.ZIP_STORED, 3, b"", b"")
    }
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", "--quiet", "MANIFEST.sha256"], cwd=folder, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, b"")
