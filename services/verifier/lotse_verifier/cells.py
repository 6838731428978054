"""The lists as text: semicolons, a byte order mark, German days and amounts, and no cell that is a formula."""

import re
from collections.abc import Sequence

MARK = "\ufeff"
CELL = re.compile(r'(?:"((?:[^"]|"")*)"|([^";\r\n]*))(;|\r\n)')
AMOUNT = re.compile(r"(-?)([0-9]{1,36}),([0-9]{2})", re.ASCII)
END = "\r\n"
UNUSUAL = frozenset('"\r\n')
FORMULA = ("=", "+", "-", "@", "\t", "\r")
SCALE = 100


class Misshapen(ValueError):
    """This is no list as the format has it."""


def rows_of(raw: bytes) -> list[list[str]]:
    """Title line first. Raises Misshapen."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise Misshapen("not UTF-8") from None
    if not text.startswith(MARK):
        raise Misshapen("no byte order mark")
    rows, at = list[list[str]](), len(MARK)
    while at < len(text):
        row, at = _row(text, at)
        rows.append(row)
    return rows


def _row(text: str, at: int) -> tuple[list[str], int]:
    """The cells of a line, and where the next one begins. Without quotes, as most are, a line is only parted."""
    end = text.find(END, at)
    line = text[at:end]
    if end >= 0 and UNUSUAL.isdisjoint(line):
        return line.split(";"), end + len(END)
    row = list[str]()
    while True:
        cell = CELL.match(text, at)
        if cell is None:
            raise Misshapen("no cell")
        quoted, plain, stop = cell.groups()
        row.append(plain if quoted is None else quoted.replace('""', '"'))
        at = cell.end()
        if stop == END:
            return row, at


def titled(raw: bytes, titles: Sequence[str]) -> list[dict[str, str]]:
    """The rows by title. Raises Misshapen for other titles or a row that is too long or short."""
    head, *rows = rows_of(raw) or [[]]
    if tuple(head) != tuple(titles) or any(len(row) != len(titles) for row in rows):
        raise Misshapen("other columns")
    return [dict(zip(titles, row, strict=True)) for row in rows]


def text_cell(text: object) -> str:
    """A text, so that no program takes it for a formula."""
    said = text if isinstance(text, str) else ""
    return f"'{said}" if said.startswith(FORMULA) else said


def day_cell(day: object) -> str:
    """TT.MM.JJJJ."""
    return ".".join(reversed(day.split("-"))) if isinstance(day, str) else ""


def amount_cell(amount: int | None) -> str:
    """Minor units with a comma."""
    if amount is None:
        return ""
    whole, cents = divmod(abs(amount), SCALE)
    return f"{'-' if amount < 0 else ''}{whole},{cents:02d}"


def amount_in(cell: str) -> int | None:
    """Minor units; None for anything that is no amount."""
    found = AMOUNT.fullmatch(cell)
    if found is None:
        return None
    amount = int(found[2]) * SCALE + int(found[3])
    return -amount if found[1] else amount
