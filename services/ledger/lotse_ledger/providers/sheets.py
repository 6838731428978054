"""Reads the table that a treasurer sends, CSV or XLSX, into rows of text; both come from outside and are not trusted.

Of a workbook nothing is computed and nothing followed: formulas are marked, links and macros never looked at. Archives
that would grow, XML that declares entities, and sheets without an end are refused before they are read.
"""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from xml.sax import SAXException
from xml.sax.handler import ContentHandler

from defusedxml import DefusedXmlException, sax

from lotse_ledger.domain.voucher_list.columns import named
from lotse_ledger.domain.voucher_list.rows import Row

FILE_BYTES_MAX = 5 * 1024 * 1024
ROWS_MAX = 2_000
COLUMNS_MAX = 64
MEMBERS_MAX = 500  # parts of a workbook
UNPACKED_BYTES_MAX = 50 * 1024 * 1024
RATIO_MAX = 200  # of what a part unpacks to; XML of a sheet shrinks to a twentieth
HEADING_ROWS = 10  # a title may stand above the headings
DELIMITERS = ";,\t"
EXCEL_DIGITS = 15  # a spreadsheet keeps no more of a number
_ZIP_HEAD = b"PK\x03\x04"
_OLE_HEAD = b"\xd0\xcf\x11\xe0"
XML_SUFFIXES = (".xml", ".rels")


class SheetRefused(ValueError):
    """The file is no table that can be read. `code` says why; `line` where, from 1, if it is in a line."""

    def __init__(self, code: str, line: int | None = None) -> None:
        super().__init__(code)
        self.code, self.line = code, line


def read_sheet(path: Path) -> tuple[Row, list[Row]]:
    """The row of headings and the rows below it. Raises SheetRefused or OSError."""
    if not path.is_file():
        raise SheetRefused("not_a_file")
    with path.open("rb") as file:
        content = file.read(FILE_BYTES_MAX + 1)
    return rows_of(content)


def rows_of(content: bytes) -> tuple[Row, list[Row]]:
    """The same of a file's content, whatever it is called. Raises SheetRefused."""
    if len(content) > FILE_BYTES_MAX:
        raise SheetRefused("file_too_large")
    if content.startswith(_OLE_HEAD):
        raise SheetRefused("old_or_protected_workbook")
    rows = list(_of_workbook(content) if content.startswith(_ZIP_HEAD) else _of_text(content))
    if len(rows) > ROWS_MAX + HEADING_ROWS:
        raise SheetRefused("too_many_rows", ROWS_MAX)
    return _headed(rows)


def _headed(rows: Sequence[Row]) -> tuple[Row, list[Row]]:
    """The first row that names three columns or more; above it may stand a title."""
    for place, row in enumerate(rows[:HEADING_ROWS]):
        known = {named(cell) for cell in row.cells} - {None}
        if len(known) >= 3:
            return row, list(rows[place + 1 :])
    raise SheetRefused("no_headings")


def _of_text(content: bytes) -> Iterator[Row]:
    text = _decoded(content)
    delimiter = text[4] if text[:4].lower() == "sep=" and text[4:5] in DELIMITERS else _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line, count = 1, 0
    try:
        for cells in reader:
            if len(cells) > COLUMNS_MAX:
                raise SheetRefused("too_many_columns", line)
            if cells and not (count == 0 and text[:4].lower() == "sep="):
                yield Row(line, tuple(cells))
            count += 1
            if count > ROWS_MAX + HEADING_ROWS:
                raise SheetRefused("too_many_rows", ROWS_MAX)
            line = reader.line_num + 1
    except csv.Error:
        raise SheetRefused("broken_quotes", line) from None


def _decoded(content: bytes) -> str:
    """By the byte order mark; else UTF-8, and what is none is Windows-1252, as German Excel writes it."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _strictly(content, "utf-16")
    if b"\x00" in content:
        raise SheetRefused("not_text")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _strictly(content, "cp1252")


def _strictly(content: bytes, encoding: str) -> str:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as fault:
        raise SheetRefused("not_text", content[: fault.start].count(b"\n") + 1) from None
    if "\x00" in text:
        raise SheetRefused("not_text")
    return text


def _delimiter(text: str) -> str:
    """The one that parts the most known headings."""

    def known(delimiter: str) -> int:
        rows = [line.split(delimiter) for line in text.splitlines()[:HEADING_ROWS]]
        return max((sum(named(cell.strip('" ')) is not None for cell in row) for row in rows), default=0)

    return max(DELIMITERS, key=known)


def _of_workbook(content: bytes) -> Iterator[Row]:
    """The first sheet that shows. openpyxl is imported here: nobody else needs what it weighs."""
    _refuse_bombs(content)
    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        sheet = next((one for one in book.worksheets if one.sheet_state == "visible"), None)
        if sheet is None:
            raise SheetRefused("no_headings")
        for line, cells in enumerate(sheet.iter_rows(max_col=COLUMNS_MAX, max_row=ROWS_MAX + HEADING_ROWS + 1), 1):
            yield _row(line, cells)
    except SheetRefused:
        raise
    except Exception:  # noqa: BLE001 - a reader of such files fails in ways that nobody has listed
        raise SheetRefused("workbook_unreadable") from None


def _row(line: int, cells: Sequence[Any]) -> Row:
    formulas = frozenset(place for place, one in enumerate(cells) if one.data_type == "f")
    return Row(line, tuple(_text(one) for one in cells), formulas)


def _text(cell: Any) -> str:
    """As a German would type it, so that one reading serves both kinds of file."""
    value = cell.value
    if value is None or cell.data_type == "e":
        return "" if value is None else "#"
    if isinstance(value, datetime | date):
        return _day(value)
    if isinstance(value, bool | time) or not isinstance(value, int | float):
        return str(value)
    if "%" in str(cell.number_format):
        return f"{_number(value * 100)} %"
    return _number(value)


def _day(value: datetime | date) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if value.time() == time() else value.isoformat()
    return value.isoformat()


def _number(value: float) -> str:
    """A decimal comma, and no more digits than the spreadsheet itself keeps."""
    text = f"{value:.{EXCEL_DIGITS}g}"
    return str(value) if "e" in text or "n" in text else text.replace(".", ",")


def _refuse_bombs(content: bytes) -> None:
    """Raises SheetRefused for an archive that grows, hides, or declares entities."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if len(members) > MEMBERS_MAX or sum(one.file_size for one in members) > UNPACKED_BYTES_MAX:
                raise SheetRefused("workbook_too_large")
            for member in members:
                _refuse_part(archive, member)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, RuntimeError, OSError, ValueError) as fault:
        if isinstance(fault, SheetRefused):
            raise
        raise SheetRefused("workbook_unreadable") from None


def _refuse_part(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """What a directory says of sizes can be a lie, so each part is unpacked up to the limit."""
    if member.flag_bits & 1:
        raise SheetRefused("old_or_protected_workbook")
    if member.file_size > RATIO_MAX * max(member.compress_size, 1_024):
        raise SheetRefused("workbook_too_large")
    with archive.open(member) as part:
        content = part.read(UNPACKED_BYTES_MAX + 1)
    if len(content) > member.file_size:
        raise SheetRefused("workbook_too_large")
    if member.filename.lower().endswith(XML_SUFFIXES):
        _refuse_declarations(content)


def _refuse_declarations(content: bytes) -> None:
    """XML that declares a document type could expand or fetch; no spreadsheet program writes one."""
    try:
        sax.parseString(content, ContentHandler(), forbid_dtd=True)
    except (DefusedXmlException, SAXException):
        raise SheetRefused("workbook_unreadable") from None
