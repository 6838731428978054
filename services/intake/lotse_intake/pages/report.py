"""The report as people read it: a page of the Sachbericht, and a table for a spreadsheet."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from lotse_intake.domain.coding import CodeList
from lotse_intake.domain.reports import FAMILIES
from lotse_statistics.naming import ALL, HIDDEN, Names, in_words, sections, span_in_words
from lotse_statistics.spreadsheet import spreadsheet

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
        sections=list(sections(report, names, FAMILIES)),
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
    """Every count in a line of its own, for a spreadsheet."""
    return spreadsheet(report, names, FAMILIES)
