"""Tables as German spreadsheet programs open them, and no cell that such a program would compute.

Source: RFC 4180 for quotes; the format of the lists in the auditor's bundle.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

BOM = "\ufeff"
LINE_END = "\r\n"
DELIMITER = ";"
_FORMULA_HEADS = ("=", "+", "-", "@", "\t", "\r")
_QUOTED = frozenset(f'{DELIMITER}"\r\n')
CENTS = 2


@dataclass(frozen=True)
class Amount:
    """Minor units."""

    minor: int
    scale: int = CENTS


@dataclass(frozen=True)
class Percent:
    """Basis points."""

    points: int


Cell = str | int | date | Amount | Percent | None
"""A text is guarded against being taken for a formula; the others are written by us alone."""


def written(titles: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """UTF-8 with a byte order mark, semicolons, CRLF."""
    lines = [DELIMITER.join(titles), *(DELIMITER.join(_cell(cell) for cell in row) for row in rows)]
    return (BOM + "".join(line + LINE_END for line in lines)).encode()


def german(cell: Cell) -> str:
    """A cell as a person reads it."""
    if cell is None:
        return ""
    if isinstance(cell, Amount):
        return _decimal(cell.minor, cell.scale)
    if isinstance(cell, Percent):
        return _decimal(cell.points, CENTS)
    if isinstance(cell, date):
        return f"{cell:%d.%m.%Y}"
    return str(cell)


def _cell(cell: Cell) -> str:
    text = german(cell)
    if isinstance(cell, str) and text.startswith(_FORMULA_HEADS):
        text = "'" + text
    if _QUOTED.isdisjoint(text):
        return text
    return '"' + text.replace('"', '""') + '"'


def _decimal(minor: int, scale: int) -> str:
    sign, digits = "-" if minor < 0 else "", str(abs(minor)).rjust(scale + 1, "0")
    return f"{sign}{digits[:-scale]},{digits[-scale:]}" if scale else f"{sign}{digits}"
