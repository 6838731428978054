"""The files that entries stand on are looked at, and one of them can be ended without a break in the log."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import kit
from tests.ledger import given
from tests.ledger.treasury import Treasury, treasury

INVOICE = b"%PDF-1.7\nRechnung 17\n%%EOF\n"
DIGEST = hashlib.sha256(INVOICE).hexdigest()
LIST = (
    "Kostenposition;Beleg-Nr.;Zahlungsdatum;Empfänger;Grund der Zahlung;Betrag;Beleg-Datei\n"
    "material;B-17;03.02.2026;Druckerei;Druck;10,00;rechnung.pdf\n"
)


@pytest.fixture
def ledger(database: Callable[[str], kit.ServiceDatabase], tmp_path: Path) -> Treasury:
    found = treasury(database("ledger"), tmp_path)
    (tmp_path / "rechnung.pdf").write_bytes(INVOICE)
    file = tmp_path / "liste.csv"
    file.write_text(LIST, encoding="utf-8")
    done = found.run("vouchers", "import", str(file), "--grant", str(given.GRANT), "--evidence", str(tmp_path))
    assert done.code == 0, done.err
    return found


def state(ledger: Treasury) -> tuple[int, str]:
    done = ledger.run("files", "check", "--csv")
    row = next(line for line in done.out.splitlines() if line.startswith(DIGEST))
    return done.code, row.split(";")[1]


def test_a_file_that_is_missing_or_altered_is_found(ledger: Treasury) -> None:
    assert state(ledger) == (0, "in Ordnung")
    stored = ledger.folder / "files" / f"{DIGEST}.evidence"
    whole = stored.read_bytes()
    stored.write_bytes(whole[:-1])
    assert state(ledger) == (1, "VERÄNDERT")
    stored.unlink()
    assert state(ledger) == (1, "FEHLT")
    stored.write_bytes(whole)
    assert state(ledger) == (0, "in Ordnung")


def test_a_file_of_no_entry_is_named_and_no_fault(ledger: Treasury) -> None:
    other = ledger.evidence.keep(INVOICE + b"%").sha256
    done = ledger.run("files", "check", "--csv")
    assert (done.code, f"{other};ohne Eintrag" in done.out) == (0, True)


def test_erasing_a_file_is_entered_once_and_the_file_does_not_come_back(ledger: Treasury) -> None:
    for reason in ("falsche Datei", "noch einmal"):
        assert ledger.run("files", "erase", DIGEST, "--reason", reason).code == 0
    (entry,) = ledger.rows("SELECT body FROM entry WHERE kind = 'evidence_erased'")
    assert json.loads(entry.body)["data"] == {"sha256": DIGEST, "reason": "falsche Datei"}
    assert state(ledger) == (0, "gelöscht")
    assert not ledger.evidence.holds(DIGEST)


@pytest.mark.parametrize("words", [("0" * 64, "--reason", "x"), ("../x", "--reason", "x"), (DIGEST, "--reason", "")])
def test_what_the_log_does_not_know_is_not_erased(ledger: Treasury, words: tuple[str, ...]) -> None:
    assert ledger.run("files", "erase", *words).code == 1
    assert ledger.rows("SELECT count(*) FROM entry WHERE kind = 'evidence_erased'")[0][0] == 0
    assert state(ledger) == (0, "in Ordnung")
