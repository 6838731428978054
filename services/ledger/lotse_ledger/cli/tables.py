"""Rows for a terminal or for a spreadsheet, whichever was asked for."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lotse_ledger.domain.lists.spreadsheet import Amount, Cell, Percent, german, written

COLUMN_CHARACTERS_MAX = 40
GAP = "  "


@dataclass(frozen=True)
class Table:
    """`titles` head the columns of `rows`; `remarks` are said below it, never in a spreadsheet."""

    titles: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]
    remarks: tuple[str, ...] = ()


def show(table: Table, *, as_csv: bool) -> None:
    """On the standard output; a spreadsheet byte for byte as it would be in a bundle."""
    if as_csv:
        sys.stdout.flush()
        sys.stdout.buffer.write(written(table.titles, table.rows))
        return
    for line in lines_of(table):
        print(line)


def lines_of(table: Table) -> Iterable[str]:
    """Columns as wide as they must be; amounts and numbers to the right."""
    texts = [[_cut(german(cell)) for cell in row] for row in table.rows]
    widths = [max(map(len, column)) for column in zip(table.titles, *texts, strict=True)]
    right = [any(isinstance(row[place], Amount | Percent | int) for row in table.rows) for place in range(len(widths))]
    yield _line(table.titles, widths, right)
    yield GAP.join("-" * width for width in widths)
    for text in texts:
        yield _line(text, widths, right)
    yield from ("", *table.remarks) if table.remarks else ()


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    padded = [
        cell.rjust(width) if to_right else cell.ljust(width)
        for cell, width, to_right in zip(cells, widths, right, strict=True)
    ]
    return GAP.join(padded).rstrip()


def _cut(text: str) -> str:
    """A terminal gets no control characters, whoever wrote them."""
    shown = "".join(one if one.isprintable() else "?" for one in text)
    return shown if len(shown) <= COLUMN_CHARACTERS_MAX else shown[: COLUMN_CHARACTERS_MAX - 1] + "…"
