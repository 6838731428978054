"""Tables from outside: workbooks and text as they come, and files that mean harm."""

import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, strategies

from lotse_ledger.domain.voucher_list.columns import HeadingsRefused
from lotse_ledger.domain.voucher_list.rows import Fault
from lotse_ledger.providers import sheets
from lotse_ledger.providers.sheets import FILE_BYTES_MAX, ROWS_MAX, SheetRefused, read_sheet, rows_of
from tests.ledger.voucher_lists import HEADINGS, ROW, read


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


def test_the_reader_of_workbooks_uses_a_parser_that_expands_no_entities() -> None:
    assert openpyxl.DEFUSEDXML
