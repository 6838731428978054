"""A treasurer's list enters the books by the way of every order, or is refused row by row."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from lotse_ledger.domain.voucher_list.columns import COLUMNS
from tests import kit
from tests.ledger import given
from tests.ledger.treasury import Treasury, cash, treasury

INVOICE = b"%PDF-1.7\nRechnung 17\n%%EOF\n"
LEASE = b"%PDF-1.7\nMiete Februar\n%%EOF\n"
STATEMENT = b"%PDF-1.7\nKontoauszug Februar\n%%EOF\n"
GRANT = str(given.GRANT)
HEADINGS = (
    "Kostenposition;Beleg-Nr.;Art;Auftragsdatum;Rechnungsdatum;Rechnungsbetrag brutto;USt;Zahlungsdatum;"
    "Zahlungsart/Konto;Empfänger/Einzahler;Grund der Zahlung;gezahlter Betrag;davon Projektanteil %;zuwendungsfähig;"
    "Ablehnungsgrund;Beleg-Datei;Zahlungsnachweis-Datei;Personal-Kürzel;Monat"
)
PRINT = (
    "material;B-17;;01.01.2026;20.01.2026;1.250,00;199,58;03.02.2026;Überweisung;Druckerei Süd GmbH;"
    "Druck der Wegweiser;1.234,56;;;;rechnung 17.pdf;auszug.pdf;;"
)
RENT = "material;B-18;;;;;;05.02.2026;bar;Hausverwaltung Nord;Raummiete Februar;500,01;33,33;;;miete.pdf;;;"
PAY = "personnel;G-1;Gehalt;;;;;27.02.2026;;;;2.500,00;;2.000,00;über der Vergleichsgruppe;auszug.pdf;;P-07;02.2026"


@pytest.fixture
def ledger(database: Callable[[str], kit.ServiceDatabase], tmp_path: Path) -> Treasury:
    found = treasury(database("ledger"), tmp_path)
    found.order(cash(1_000_00))
    (tmp_path / "belege").mkdir()
    (tmp_path / "belege" / "rechnung 17.pdf").write_bytes(INVOICE)
    (tmp_path / "belege" / "miete.pdf").write_bytes(LEASE)
    (tmp_path / "belege" / "auszug.pdf").write_bytes(STATEMENT)
    return found


def listed(ledger: Treasury, *rows: str, name: str = "liste.csv", encoding: str = "cp1252") -> Path:
    file = ledger.folder / name
    file.write_bytes("\r\n".join([HEADINGS, *rows, ""]).encode(encoding))
    return file


def entered(ledger: Treasury, file: Path, *more: str) -> tuple[int, str, str]:
    done = ledger.run(
        "vouchers", "import", str(file), "--grant", GRANT, "--evidence", str(ledger.folder / "belege"), *more
    )
    return done.code, done.out, done.err


def size(ledger: Treasury) -> int:
    return int(ledger.rows("SELECT count(*) FROM entry")[0][0])


def leaves(ledger: Treasury) -> list[str]:
    return [row.body for row in ledger.rows("SELECT body FROM entry ORDER BY log_index")]


def posted(ledger: Treasury) -> dict[str, int]:
    rows = ledger.rows("SELECT account, sum(amount) AS amount FROM posting GROUP BY account")
    return {row.account: int(row.amount) for row in rows}


def test_each_row_becomes_an_entry_with_its_evidence(ledger: Treasury) -> None:
    before = size(ledger)
    assert entered(ledger, listed(ledger, PRINT, RENT, PAY)) == (
        0,
        "3 neu, 0 schon gebucht, 0 abgelehnt; gebucht.\n",
        "",
    )
    assert size(ledger) == before + 3
    accounts = posted(ledger)
    assert accounts[f"expense:{GRANT}:material"] == 1_234_56 + 166_65  # 33.33 per cent of 500.01, to the nearest cent
    assert accounts[f"expense:{GRANT}:personnel"] == 2_000_00
    assert accounts["assets:bank"] == -(1_000_00 + 1_234_56 + 2_500_00)
    assert accounts["assets:cash"] == 1_000_00 - 500_01
    for content in (INVOICE, STATEMENT):
        assert ledger.evidence.read(hashlib.sha256(content).hexdigest()) == content


def test_names_of_payees_and_files_are_in_no_leaf_and_nowhere_in_clear(ledger: Treasury) -> None:
    entered(ledger, listed(ledger, PRINT, RENT, PAY))
    dumped = ledger.stored()
    assert not any(word in dumped for word in ("Druckerei", "Hausverwaltung", "rechnung 17", "miete.pdf", "auszug"))
    assert "P-07" in dumped
    assert ledger.rows("SELECT count(*) FROM opening WHERE part = 'payee' AND key_id IS NOT NULL")[0][0] == 2


def test_the_same_file_twice_changes_nothing(ledger: Treasury) -> None:
    file = listed(ledger, PRINT, RENT, PAY)
    entered(ledger, file)
    before = leaves(ledger), ledger.rows("SELECT * FROM opening ORDER BY 2, 3"), list(ledger.evidence.digests())
    assert entered(ledger, file) == (0, "0 neu, 3 schon gebucht, 0 abgelehnt; gebucht.\n", "")
    utf = listed(ledger, PRINT, RENT, PAY, name="utf8.csv", encoding="utf-8-sig")
    assert entered(ledger, utf)[0] == 0
    assert before == (
        leaves(ledger),
        ledger.rows("SELECT * FROM opening ORDER BY 2, 3"),
        list(ledger.evidence.digests()),
    )


def test_a_list_that_grew_enters_what_is_new(ledger: Treasury) -> None:
    entered(ledger, listed(ledger, PRINT))
    assert entered(ledger, listed(ledger, PRINT, PAY))[1] == "1 neu, 1 schon gebucht, 0 abgelehnt; gebucht.\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [("1.234,56", "1.234,57"), ("Druckerei Süd", "Druckerei Nord"), ("03.02.2026", "04.02.2026")],
)
def test_a_row_that_was_changed_is_refused_and_named(ledger: Treasury, old: str, new: str) -> None:
    entered(ledger, listed(ledger, PRINT))
    before = leaves(ledger)
    code, out, err = entered(ledger, listed(ledger, PRINT.replace(old, new), PAY))
    assert (code, "nichts wurde geschrieben" in out) == (1, True)
    assert err.startswith("Zeile 2: Unter dieser Nummer steht im Journal schon etwas anderes.")
    assert "[body_differs]" in err
    assert leaves(ledger) == before


def test_one_bad_row_keeps_the_whole_file_out(ledger: Treasury) -> None:
    before = leaves(ledger)
    code, out, err = entered(ledger, listed(ledger, PRINT, PAY.replace("27.02.2026", "30.02.2026")))
    assert (code, out) == (1, "1 neu, 0 schon gebucht, 1 abgelehnt; nichts wurde geschrieben.\n")
    assert err.startswith("Zeile 3, Spalte Zahlungsdatum: ist kein Tag; erlaubt sind 03.02.2026 und 2026-02-03")
    assert leaves(ledger) == before
    assert list(ledger.evidence.digests()) == []
    assert ledger.rows("SELECT count(*) FROM outbox WHERE body IS NOT NULL")[0][0] == 0


def test_with_partial_the_good_rows_enter_and_the_bad_ones_are_named(ledger: Treasury) -> None:
    before = size(ledger)
    code, out, err = entered(ledger, listed(ledger, PRINT, PAY.replace("27.02.2026", "morgen")), "--partial")
    assert (code, out) == (1, "1 neu, 0 schon gebucht, 1 abgelehnt; gebucht.\n")
    assert "Zeile 3" in err
    assert size(ledger) == before + 1


def test_a_preview_tries_everything_and_writes_nothing(ledger: Treasury) -> None:
    before = leaves(ledger)
    code, out, _ = entered(ledger, listed(ledger, PRINT, RENT), "--preview")
    assert (code, out) == (0, "2 neu, 0 schon gebucht, 0 abgelehnt; Vorschau: nichts wurde geschrieben.\n")
    code, out, err = entered(ledger, listed(ledger, PRINT.replace("03.02.2026", "03.02.2024")), "--preview")
    assert (code, "[outside_grant_period]" in err, "Spalte Zahlungsdatum" in err) == (1, True, True)
    assert leaves(ledger) == before
    assert list(ledger.evidence.digests()) == []


def test_what_the_books_refuse_is_named_with_its_row_and_the_others_are_tried(ledger: Treasury) -> None:
    _, _, err = entered(ledger, listed(ledger, PRINT.replace("03.02.2026", "03.02.2024"), RENT, "reisen" + RENT[8:]))
    assert [line.partition(":")[0] for line in err.splitlines()] == [
        "Zeile 2, Spalte Zahlungsdatum",
        "Zeile 4, Spalte Kostenposition",
    ]


def test_a_voucher_without_evidence_is_refused(ledger: Treasury) -> None:
    _, _, err = entered(
        ledger, listed(ledger, PRINT.replace("rechnung 17.pdf", ""), RENT.replace("miete.pdf", "fehlt.pdf"))
    )
    assert "Zeile 2, Spalte Beleg-Datei: fehlt" in err
    assert "Zeile 3, Spalte Beleg-Datei: ist nicht im Beleg-Ordner" in err


def test_a_cash_box_is_never_below_zero_and_the_row_is_named(ledger: Treasury) -> None:
    code, _, err = entered(ledger, listed(ledger, RENT.replace("500,01", "1.000,01")))
    assert (code, err.startswith("Zeile 2, Spalte gezahlter Betrag"), "[over_cash]" in err) == (1, True, True)


def test_one_invoice_under_two_numbers_is_charged_once(ledger: Treasury) -> None:
    code, _, err = entered(ledger, listed(ledger, PRINT, PRINT.replace("B-17", "B-18")))
    assert (code, "Zeile 3" in err, "[shares_over_whole]" in err) == (1, True, True)


def test_a_link_out_of_the_folder_of_evidence_is_not_followed(ledger: Treasury) -> None:
    outside = ledger.folder / "geheim.pdf"
    outside.write_bytes(INVOICE)
    (ledger.folder / "belege" / "link.pdf").symlink_to(outside)
    _, _, err = entered(ledger, listed(ledger, PRINT.replace("rechnung 17.pdf", "link.pdf")))
    assert "[evidence_not_a_file]" in err


def test_a_digest_that_does_not_fit_the_file_is_refused(ledger: Treasury) -> None:
    file = ledger.folder / "digest.csv"
    row = PRINT + ";" + "ab" * 32
    file.write_text(f"{HEADINGS};Beleg-SHA-256\n{row}\n", encoding="utf-8")
    assert "[digest_differs]" in entered(ledger, file)[2]


def test_evidence_that_was_erased_does_not_come_back(ledger: Treasury) -> None:
    file = listed(ledger, PRINT)
    entered(ledger, file)
    ledger.evidence.erase(hashlib.sha256(INVOICE).hexdigest())
    code, _, err = entered(ledger, listed(ledger, PRINT, PAY))
    assert (code, err) == (1, "Ein Beleg wurde gelöscht und kommt nicht wieder.\n")


def test_a_workbook_enters_as_the_same_list(ledger: Treasury) -> None:
    book = openpyxl.Workbook()
    for row in (HEADINGS, PRINT, RENT, PAY):
        book.active.append(row.split(";"))
    file = ledger.folder / "liste.xlsx"
    book.save(file)
    entered(ledger, listed(ledger, PRINT, RENT, PAY))
    assert entered(ledger, file) == (0, "0 neu, 3 schon gebucht, 0 abgelehnt; gebucht.\n", "")


def test_a_file_that_is_none_is_refused_with_a_sentence(ledger: Treasury) -> None:
    odd = ledger.folder / "odd.csv"
    odd.write_bytes(b"\x00\x01")
    for file, words in ((odd, "Das ist kein Text"), (ledger.folder, "Das ist keine Datei.")):
        code, _, err = entered(ledger, file)
        assert (code, words in err) == (1, True), err
    odd.write_text("Kostenposition;Beleg-Nr.;Zahlungsdatum;Schuhgröße\n", encoding="utf-8")
    code, _, err = entered(ledger, odd)
    assert (code, "Unbekannte Überschrift in Spalte 4." in err, "Fehlende Spalte: gezahlter Betrag." in err) == (
        1,
        True,
        True,
    )


def test_a_grant_is_meant_by_how_its_id_begins(ledger: Treasury) -> None:
    done = ledger.run("vouchers", "import", str(listed(ledger, PRINT)), "--grant", "ffff", "--lang", "en")
    assert (done.code, "Which grant is meant?" in done.err, GRANT in done.err) == (1, True, True)
    file = str(listed(ledger, PRINT))
    done = ledger.run("vouchers", "import", file, "--grant", GRANT[:6], "--evidence", str(ledger.folder / "belege"))
    assert done.code == 0


def test_vouchers_of_a_demonstration_say_demo_and_facts_leave_with_the_commit(ledger: Treasury) -> None:
    entered(ledger, listed(ledger, PRINT))
    assert '"standing":"demo"' in leaves(ledger)[-1]
    (said,) = ledger.rows("SELECT count(*) FROM outbox WHERE subject LIKE '%voucher-booked%'")
    assert said[0] == 1


def test_the_template_has_every_column_and_is_read_back_as_empty(ledger: Treasury) -> None:
    file = ledger.folder / "vorlage.csv"
    assert ledger.run("vouchers", "template", str(file)).code == 0
    text = file.read_text(encoding="utf-8-sig")
    assert all(one.heading in text for one in COLUMNS if one.name not in ("position", "drawdown", "log_index"))
    assert entered(ledger, file)[:2] == (0, "0 neu, 0 schon gebucht, 0 abgelehnt; gebucht.\n")
    assert ledger.run("vouchers", "template", str(file)).code == 1
