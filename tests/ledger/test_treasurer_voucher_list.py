"""A treasurer's list: what each cell may say, and where the list is wrong."""

import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, strategies

from lotse_ledger.domain.voucher_list import cells
from lotse_ledger.domain.voucher_list.cells import WHOLE, CellRefused
from lotse_ledger.domain.voucher_list.columns import COLUMNS, TEMPLATE, HeadingsRefused, named, places
from lotse_ledger.domain.voucher_list.rows import Fault, Voucher, part_of, read_rows, whole_of
from lotse_ledger.providers import sheets
from lotse_ledger.providers.sheets import FILE_BYTES_MAX, ROWS_MAX, SheetRefused, read_sheet, rows_of

TODAY = date(2026, 11, 25)
HEADINGS = "Kostenposition;Beleg-Nr.;Zahlungsdatum;Empfänger/Einzahler;Grund der Zahlung;gezahlter Betrag"
ROW = "material;B-17;03.02.2026;Druckerei Süd GmbH;Druck der Wegweiser;1.234,56"
PAYROLL = "Kostenposition;Beleg-Nr.;Art;Personal-Kürzel;Monat;Zahlungsdatum;Empfänger;Grund der Zahlung;Betrag"


def read(text: str | bytes, lines: list[str] | None = None) -> tuple[list[Voucher], list[Fault]]:
    content = text.encode() if isinstance(text, str) else text
    headings, rows = rows_of(content)
    return read_rows(rows, places(headings.cells), lines=lines, today=TODAY)


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


def workbook(*rows: list[Any], change: Any = None) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    if change is not None:
        change(sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_is_read_as_the_same_table_in_text() -> None:
    row = ["material", "B-17", date(2026, 2, 3), "Druckerei Süd GmbH", "Druck der Wegweiser", 1234.56]
    assert read(workbook(HEADINGS.split(";"), row)) == read(f"{HEADINGS}\n{ROW}\n")


def test_shares_and_sums_of_a_workbook_are_read_as_they_are_shown() -> None:
    def percent(sheet: Any) -> None:
        sheet["G2"].number_format = "0.00%"

    row = ["material", 17, "03.02.2026", "X GmbH", "Druck", 0.1 + 0.2, 0.3333]
    (found,), faults = read(workbook([*HEADINGS.split(";"), "Anteil %"], row, change=percent))
    assert faults == []
    assert (found.number, found.paid, found.basis_points) == ("17", 30, 3333)


def test_a_formula_in_a_workbook_is_refused_even_where_it_has_a_value() -> None:
    row = ["material", "B-17", "03.02.2026", "X GmbH", "Druck", "=SUM(A1:A9)"]
    vouchers, faults = read(workbook(HEADINGS.split(";"), row))
    assert (vouchers, faults) == ([], [Fault(2, "gezahlter Betrag", "formula")])


def test_a_third_decimal_in_a_workbook_is_no_amount() -> None:
    row = ["material", "B-17", "03.02.2026", "X GmbH", "Druck", 12.345]
    assert read(workbook(HEADINGS.split(";"), row))[1] == [Fault(2, "gezahlter Betrag", "not_an_amount")]


def repacked(content: bytes, name: str, part: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            new.writestr(member.filename, part if member.filename == name else old.read(member))
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
LAUGHS = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "' + b"lol" * 100 + b'"><!ENTITY b "&a;&a;&a;&a;">]><l>&b;</l>'
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>'


@pytest.mark.parametrize("part", [LAUGHS, OUTSIDE, LAUGHS.decode().encode("utf-16"), b"<not xml", b""])
def test_a_workbook_that_declares_entities_or_is_broken_is_refused(part: bytes) -> None:
    with pytest.raises(SheetRefused, match="workbook_unreadable"):
        rows_of(repacked(workbook(HEADINGS.split(";")), SHEET, part))


def test_a_workbook_that_grows_is_refused_before_it_is_unpacked() -> None:
    bomb = repacked(workbook(HEADINGS.split(";")), SHEET, bytes(60 * 1024 * 1024))
    assert len(bomb) < FILE_BYTES_MAX
    with pytest.raises(SheetRefused, match="workbook_too_large"):
        rows_of(bomb)


def test_a_workbook_whose_directory_lies_about_a_size_is_refused() -> None:
    bomb = bytearray(repacked(workbook(HEADINGS.split(";")), SHEET, b"<a>" + bytes(3 * 1024 * 1024)))
    size = (3 * 1024 * 1024 + 3).to_bytes(4, "little")
    while size in bomb:
        bomb[bomb.index(size) : bomb.index(size) + 4] = (100).to_bytes(4, "little")
    with pytest.raises(SheetRefused):
        rows_of(bytes(bomb))


def test_a_sheet_whose_last_row_is_far_away_ends_at_the_limit() -> None:
    def far(sheet: Any) -> None:
        sheet["A1048576"] = "x"

    with pytest.raises(SheetRefused, match="too_many_rows"):
        rows_of(workbook(HEADINGS.split(";"), change=far))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "no_headings"),
        (b"\x00\x01\x02", "not_text"),
        (b"\xff\xfeab\x00", "not_text"),
        (HEADINGS.encode("cp1252") + b"\nmaterial;\x81\n", "not_text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_or_protected_workbook"),
        (b"PK\x03\x04broken", "workbook_unreadable"),
        (b"a;b;c\n1;2;3\n", "no_headings"),
        (f'{HEADINGS}\nmaterial;"B-17\n'.encode(), "broken_quotes"),
        (b";" * (sheets.COLUMNS_MAX + 1), "too_many_columns"),
        (HEADINGS.encode() + b"\n1;2;3" * (ROWS_MAX + 20), "too_many_rows"),
        (bytes(FILE_BYTES_MAX + 1), "file_too_large"),
        (f"{HEADINGS}\n".encode() + b"x" * 200_000, "broken_quotes"),
    ],
)
def test_what_is_no_table_is_refused_with_a_word(content: bytes, code: str) -> None:
    with pytest.raises(SheetRefused) as refused:
        rows_of(content)
    assert refused.value.code == code


def test_a_file_of_any_size_is_read_up_to_the_limit_only(tmp_path: Path) -> None:
    huge = tmp_path / "huge.csv"
    with huge.open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(SheetRefused, match="file_too_large"):
        read_sheet(huge)


@given(strategies.binary(max_size=400))
def test_no_content_makes_the_reader_stumble(content: bytes) -> None:
    for given_content in (content, f"{HEADINGS}\n".encode() + content, b"PK\x03\x04" + content):
        try:
            read(given_content)
        except (SheetRefused, HeadingsRefused):
            continue


def test_the_template_has_what_is_needed_and_nothing_that_is_computed() -> None:
    assert places(tuple(one.heading for one in TEMPLATE))
