"""The report as people read it: a page of the Sachbericht, and a table for a spreadsheet."""

import csv
import io
import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from lotse_intake.domain.coding import CodeList
from lotse_intake.domain.naming import ALL, HIDDEN, Names, in_words, sections, span_in_words
from lotse_intake.domain.reports import FAMILIES

BYTE_ORDER_MARK = "\ufeff"  # without it Excel reads UTF-8 as the local code page; LibreOffice knows it as well
CSV_HEAD = ("Zeitraum", "Bereich", "Merkmal 1", "Ausprägung 1", "Merkmal 2", "Ausprägung 2", "Anzahl")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
NOT_SAID = "nicht ausgewiesen"

_PAGES = Environment(
    loader=PackageLoader("lotse_intake", "pages"),
    undefined=StrictUndefined,
    autoescape=select_autoescape(default=True),
    trim_blocks=True,
    lstrip_blocks=True,
)


@cache
def _named() -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(
        files("lotse_intake").joinpath("data/report_names.json").read_text(encoding="utf-8")
    )
    return found


def names_with(codes: CodeList) -> Names:
    """The German names that come along, and those of the concern codes as they are loaded, retired ones too."""
    given = _named()
    concerns = {one.code: one.names["de"] for one in codes.items if one.parent is None}
    return Names(
        given["families"],
        given["tables"],
        given["dimensions"],
        {**given["values"], "code": concerns},
        given["figures"],
        given["associations"],
    )


def page(report: Mapping[str, Any], names: Names, sha256: str, *, state: str, handed_in: str = "") -> str:
    """One HTML document that loads nothing; `state` is draft, published, handed_in or sum."""
    figures = [
        (label, unit, "keine Angabe" if report["figures"][name] is None else in_words(report["figures"][name]))
        for name, (label, unit) in names.figures.items()
        if name in report["figures"]
    ]
    by = report["association"]
    delicate = sorted({*report["rules"]["delicate"].values()})
    return _PAGES.get_template("report.html").render(
        report=report,
        associations=[names.associations.get(one, one) for one in ([by] if isinstance(by, str) else by)],
        span=span_in_words(report["months"]),
        sections=list(sections(report, names)),
        figures=figures,
        delicate=[names.value("code", code) for code in report["rules"]["delicate"]],
        delicate_min=delicate[-1] if delicate else report["rules"]["count_min"],
        sha256=sha256,
        state=state,
        handed_in=handed_in,
        hidden=HIDDEN,
        all=ALL,
        in_words=in_words,
    )


def table(report: Mapping[str, Any], names: Names) -> str:
    """Every count in a line of its own: semicolons, as German spreadsheets expect, and a byte order mark."""
    out = io.StringIO()
    out.write(BYTE_ORDER_MARK)
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(CSV_HEAD)
    span = span_in_words(report["months"])
    for family, tables in FAMILIES.items():
        said = report["families"].get(family)
        total = NOT_SAID if said is None else said["total"]
        writer.writerow((span, names.families[family], ALL, "", "", "", total))
        if said is None:
            continue
        for name, dimensions in tables.items():
            for row in said["tables"].get(name) or ():
                first, *second = zip(dimensions, row["key"], strict=True)
                cells = [names.dimensions[first[0]], names.value(*first)]
                cells += [names.dimensions[second[0][0]], names.value(*second[0])] if second else ["", ""]
                count = HIDDEN if row["count"] is None else row["count"]
                writer.writerow((span, names.families[family], *map(_harmless, cells), count))
    for name, (label, unit) in names.figures.items():
        if name in report["figures"]:
            value = report["figures"][name]
            writer.writerow((span, label, unit, "", "", "", NOT_SAID if value is None else value))
    return out.getvalue()


def _harmless(text: str) -> str:
    """No spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text
