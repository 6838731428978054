"""A treasurer's list: what each cell may say, and where the list is wrong."""

from datetime import date

import pytest
from hypothesis import given, strategies

from lotse_ledger.domain.voucher_list import cells
from lotse_ledger.domain.voucher_list.cells import WHOLE, CellRefused
from lotse_ledger.domain.voucher_list.columns import COLUMNS, TEMPLATE, HeadingsRefused, named, places
from lotse_ledger.domain.voucher_list.rows import Fault, part_of, whole_of
from tests.ledger.voucher_lists import HEADINGS, PAYROLL, ROW, read


def test_a_row_is_read_as_a_german_wrote_it() -> None:
    (found,), faults = read(f"{HEADINGS}\n{ROW}\n")
    assert faults == []
    assert (found.number, found.line, found.paid, found.paid_on) == ("B-17", "material", 1_234_56, date(2026, 2, 3))
    assert (found.gross, found.eligible, found.basis_points, found.kind) == (1_234_56, 1_234_56, WHOLE, "invoice")
    assert found.payee == "Druckerei Süd GmbH"
    assert "Druckerei" not in repr(found)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_way_in_which_spreadsheets_save_a_table_is_read_alike(encoding: str, delimiter: str, end: str) -> None:
    row = ROW.replace("1.234,56", '"1.234,56"')
    text = f"{HEADINGS}\n{row}\n".replace(";", delimiter).replace("\n", end)
    assert read(text.encode(encoding)) == read(f"{HEADINGS}\n{ROW}\n")


def test_a_title_and_a_line_that_names_the_separator_may_stand_above_the_headings() -> None:
    (found,), faults = read(f"sep=;\r\nBelegliste 2026;;\r\n\r\n{HEADINGS}\r\n{ROW}\r\n")
    assert (found.line_number, faults) == (5, [])


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1.234,56", 123456),
        ("1234,56", 123456),
        ("1234.56", 123456),
        ("1.234", 123400),
        ("1 234,5 €", 123450),
        ("1.234.567,89 EUR", 123456789),
        ("0,01", 1),
        ("7", 700),
    ],
)
def test_amounts_are_read_in_each_german_way(text: str, amount: int) -> None:
    assert cells.cents(cells.plain(text)) == amount


@pytest.mark.parametrize(
    "text", ["1,234.56", "1.23.456", "1,234", "12,345", "1e5", "١٢", "", "EUR", "1.2345", "9" * 14]
)
def test_what_could_be_read_in_two_ways_is_no_amount(text: str) -> None:
    with pytest.raises(CellRefused, match="not_an_amount"):
        cells.cents(text)


def test_a_negative_amount_is_told_apart_since_it_is_booked_as_a_refund() -> None:
    for text in ("-5,00", "(5,00)"):
        with pytest.raises(CellRefused, match="negative_amount"):
            cells.cents(text)


@given(strategies.integers(0, 10**11))
def test_an_amount_written_in_german_is_read_back(amount: int) -> None:
    text = f"{amount // 100:,}".replace(",", ".") + f",{amount % 100:02d}"
    assert cells.cents(text) == amount


@pytest.mark.parametrize("text", ["03.02.2026", "3.2.2026", "3.2.26", "2026-02-03"])
def test_days_are_read_in_each_german_way(text: str) -> None:
    assert cells.day(text) == date(2026, 2, 3)


@pytest.mark.parametrize("text", ["30.02.2026", "2026-13-01", "02/03/2026", "3. Februar 2026", "45691", "01.01.1999"])
def test_what_is_no_day_or_could_be_two_is_refused(text: str) -> None:
    with pytest.raises(CellRefused, match="not_a_day"):
        cells.day(text)


@pytest.mark.parametrize("text", ["2026-03", "03.2026", "3/2026", "März 2026", "01.03.2026", "2026-03-01"])
def test_months_are_read_in_each_german_way(text: str) -> None:
    assert cells.month(text) == "2026-03"


@given(strategies.integers(0, 10**9), strategies.integers(1, WHOLE))
def test_the_part_that_a_list_shows_is_the_part_that_is_booked(paid: int, share: int) -> None:
    part = part_of(paid, share)
    assert part_of(whole_of(part, share), share) == part
    assert whole_of(part_of(paid, WHOLE), WHOLE) == paid


def test_every_heading_and_alias_means_one_column() -> None:
    for column in COLUMNS:
        for heading in (column.heading, *column.aliases, column.heading.upper(), column.heading.replace(" ", "\n")):
            assert named(heading) == column.name


def test_headings_that_are_unknown_doubled_or_missing_are_named() -> None:
    with pytest.raises(HeadingsRefused) as refused:
        places(("Kostenposition", "Beleg-Nr.", "Beleg", "Schuhgröße"))
    assert refused.value.unknown == (4,)
    assert refused.value.doubled == ("Beleg-Nr.",)
    assert "gezahlter Betrag" in refused.value.missing


def faults_of(changed: dict[str, str]) -> list[tuple[str, str]]:
    given = {
        "line": "material",
        "number": "B-17",
        "paid_on": "03.02.2026",
        "payee": "Druckerei Süd GmbH",
        "reason": "Druck",
        "paid": "100,00",
    }
    row = given | changed
    headings = {column.name: column.heading for column in COLUMNS}
    text = "\n".join(";".join(cells) for cells in ([headings[name] for name in row], list(row.values())))
    vouchers, faults = read(text, ["material", "fees"])
    assert bool(vouchers) != bool(faults)
    assert all(fault.line == 2 for fault in faults)
    return [(fault.column, fault.code) for fault in faults]


@pytest.mark.parametrize(
    ("changed", "column", "code"),
    [
        ({"line": "sonstiges"}, "Kostenposition", "line_not_planned"),
        ({"line": "sonst iges"}, "Kostenposition", "not_a_code"),
        ({"number": ""}, "Beleg-Nr.", "empty"),
        ({"paid_on": "30.02.2026"}, "Zahlungsdatum", "not_a_day"),
        ({"paid_on": "26.11.2026"}, "Zahlungsdatum", "in_future"),
        ({"paid": "0,00"}, "gezahlter Betrag", "empty"),
        ({"paid": "1,234.56"}, "gezahlter Betrag", "not_an_amount"),
        ({"paid": "-5,00"}, "gezahlter Betrag", "negative_amount"),
        ({"paid": "=A1+B1"}, "gezahlter Betrag", "formula"),
        ({"payee": "@SUM(A1)"}, "Empfänger/Einzahler", "formula"),
        ({"reason": "=HYPERLINK(1)"}, "Grund der Zahlung", "formula"),
        ({"reason": "+cmd|' /C calc'!A0"}, "Grund der Zahlung", "formula"),
        ({"reason": "Honorar Frau Muster"}, "Grund der Zahlung", "person_in_reason"),
        ({"reason": "x" * 201}, "Grund der Zahlung", "too_long"),
        ({"reason": "a\u202eb"}, "Grund der Zahlung", "control_character"),
        ({"gross": "99,00"}, "gezahlter Betrag", "more_than_invoiced"),
        ({"vat": "101,00"}, "USt", "more_than_invoiced"),
        ({"eligible": "101,00"}, "zuwendungsfähig", "more_than_paid"),
        ({"eligible": "50,01", "share": "50"}, "zuwendungsfähig", "more_than_paid"),
        ({"eligible": "90,00"}, "Ablehnungsgrund", "empty"),
        ({"share": "0"}, "davon Projektanteil %", "not_a_share"),
        ({"share": "100,01"}, "davon Projektanteil %", "not_a_share"),
        ({"document": "../geheim.pdf"}, "Beleg-Datei", "not_a_file_name"),
        ({"document": "C:\\geheim.pdf"}, "Beleg-Datei", "not_a_file_name"),
        ({"document_sha256": "abc"}, "Beleg-SHA-256", "not_a_digest"),
        ({"kind": "Bewirtung"}, "Art", "kind_unknown"),
        ({"kind": "Rechnung", "person_code": "P-07"}, "Art", "payroll_only"),
        ({"kind": "Gehalt", "month": "2026-01", "payee": "P-07"}, "Personal-Kürzel", "empty"),
        ({"kind": "Gehalt", "month": "2026-01", "person_code": "Olena K"}, "Personal-Kürzel", "not_a_person_code"),
        ({"kind": "Gehalt", "person_code": "P-07", "payee": ""}, "Monat", "empty"),
        (
            {"kind": "Gehalt", "person_code": "P-07", "month": "01.2026", "payee": "Kovalenko, Olena"},
            "Empfänger/Einzahler",
            "name_in_payroll",
        ),
    ],
)
def test_a_wrong_cell_is_named_by_its_line_and_column(changed: dict[str, str], column: str, code: str) -> None:
    assert (column, code) in faults_of(changed)


def test_no_fault_quotes_what_stood_in_the_cell() -> None:
    text = f"{PAYROLL}\npersonnel;G-1;Gehalt;Olena;wann;morgen;Kovalenko, Olena;Gehalt Olena Kovalenko;viel\n"
    _, faults = read(text)
    assert {fault.code for fault in faults} >= {"not_a_person_code", "name_in_payroll", "not_a_month", "not_a_day"}
    assert not any(word in repr(faults) for word in ("Olena", "Kovalenko", "viel", "morgen"))


def test_what_somebody_wrote_into_a_payroll_row_never_becomes_the_reason() -> None:
    (found,), faults = read(f"{PAYROLL}\npersonnel;G-1;Gehalt;P-07;01.2026;30.01.2026;P-07;Gehalt Kovalenko;2.500,00\n")
    assert faults == []
    assert (found.reason, found.person_code, found.month, found.payee) == ("Personalkosten", "P-07", "2026-01", "")
    assert "Kovalenko" not in str(vars(found))


def test_a_number_that_stands_in_two_rows_is_named_in_the_second() -> None:
    vouchers, faults = read(f"{HEADINGS}\n{ROW}\n{ROW}\n")
    assert len(vouchers) == 1
    assert faults == [Fault(3, "Beleg-Nr.", "number_twice")]


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    two_lines = 'material;B-18;04.02.2026;"Zwei\nZeilen GmbH";Papier;1,00'
    text = f"{HEADINGS}\n{ROW}\n\n{two_lines}\nmaterial;B-19;gestern;X;Y;1,00\n"
    vouchers, faults = read(text)
    assert [one.line_number for one in vouchers] == [2, 4]
    assert [fault.line for fault in faults] == [6]


def test_columns_that_the_ledger_computes_are_not_read() -> None:
    (found,), faults = read(f"lfd. Nr.;{HEADINGS};Log-Index;Mittelabruf-Nr. (FIFO)\n=1;{ROW};=2;M-1\n")
    assert (found.number, faults) == ("B-17", [])


def test_the_template_has_what_is_needed_and_nothing_that_is_computed() -> None:
    assert places(tuple(one.heading for one in TEMPLATE))
