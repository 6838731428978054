"""The report as a table for a spreadsheet: every count in a line of its own."""

import csv
import io
from collections.abc import Mapping
from typing import Any

from lotse_statistics.naming import ALL, HIDDEN, Families, Names, span_in_words

BYTE_ORDER_MARK = "\ufeff"  # without it Excel reads UTF-8 as the local code page; LibreOffice knows it as well
HEAD = ("Zeitraum", "Bereich", "Merkmal 1", "Ausprägung 1", "Merkmal 2", "Ausprägung 2", "Anzahl")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
NOT_SAID = "nicht ausgewiesen"

Line = tuple[object, ...]


def spreadsheet(report: Mapping[str, Any], names: Names, families: Families, more: tuple[Line, ...] = ()) -> str:
    """Semicolons, as German spreadsheets expect, and a byte order mark. `more`: further lines, the span left out."""
    out = io.StringIO()
    out.write(BYTE_ORDER_MARK)
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEAD)
    span = span_in_words(report["months"])
    for family, tables in families.items():
        said = report["families"].get(family)
        total = NOT_SAID if said is None else said["total"]
        writer.writerow((span, names.families[family], ALL, "", "", "", total))
        if said is None:
            continue
        for name, dimensions in tables.items():
            for row in said["tables"].get(name) or ():
                count = HIDDEN if row["count"] is None else row["count"]
                writer.writerow((span, names.families[family], *_cells(names, dimensions, row["key"]), count))
    for line in more:
        writer.writerow((span, *line))
    for name, (label, unit) in names.figures.items():
        if name in report["figures"]:
            value = report["figures"][name]
            writer.writerow((span, label, unit, "", "", "", NOT_SAID if value is None else value))
    return out.getvalue()


def _cells(names: Names, dimensions: tuple[str, ...], key: list[str]) -> list[str]:
    """What the key says, dimension by dimension; a table has one or two."""
    found: list[str] = []
    for dimension, code in zip(dimensions, key, strict=True):
        found += [names.dimensions[dimension], harmless(names.value(dimension, code))]
    return found + [""] * (4 - len(found))


def harmless(text: str) -> str:
    """No spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text
