"""The report as people read it: a page that prints, a table for a spreadsheet, and plain text."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from lotse_referral.domain.reports import FAMILIES, PARTS
from lotse_statistics.naming import HIDDEN, Families, Names, in_words, sections, span_in_words
from lotse_statistics.spreadsheet import harmless, spreadsheet

TITLES = {"referrals": "Zahlen zu Vermittlungen und Gruppen", "gaps": "Lücken im Angebot"}
NOT_STATED = "keine Angabe"
MEETINGS = "Termine der Gruppenangebote"

_PAGES = Environment(
    loader=PackageLoader("lotse_referral", "pages"),
    undefined=StrictUndefined,
    autoescape=select_autoescape(default=True),
    trim_blocks=True,
    lstrip_blocks=True,
)


@cache
def names() -> Names:
    """The German names that come along."""
    given = json.loads(files("lotse_referral").joinpath("data/report_names.json").read_text(encoding="utf-8"))
    return Names(**given)


def page(report: Mapping[str, Any], sha256: str, *, state: str) -> str:
    """One HTML document that loads nothing; `state` is draft or published."""
    called, rules = names(), report["rules"]
    return _PAGES.get_template("report.html").render(
        report=report,
        part=report["part"],
        title=TITLES[report["part"]],
        association=_association(report),
        span=span_in_words(report["months"]),
        sections=list(sections(report, called, _families(report))),
        figures=list(_figures(report)),
        meetings=list(_meetings(report)),
        delicate=[called.value("code", code) for code in rules["delicate"]],
        delicate_min=max(rules["delicate"].values(), default=rules["count_min"]),
        sha256=sha256,
        state=state,
        hidden=HIDDEN,
        in_words=in_words,
    )


def table(report: Mapping[str, Any]) -> str:
    """Every count in a line of its own, for a spreadsheet."""
    called = names()
    lines = tuple(
        (MEETINGS, called.dimensions["kind"], harmless(kind), called.dimensions["plan_line"], harmless(line), count)
        for kind, line, count in _meetings(report)
    )
    return spreadsheet(report, called, _families(report), lines)


def text(report: Mapping[str, Any], *, state: str) -> str:
    """For the screen of whoever typed the command."""
    lines = [f"{TITLES[report['part']]}, {_association(report)}, {span_in_words(report['months'])}"]
    lines += ["Entwurf, nicht weitergeben"] if state == "draft" else []
    for section in sections(report, names(), _families(report)):
        lines += ["", f"{section.name}: {HIDDEN if section.total is None else section.total}"]
        for grid in section.grids:
            lines.append(f"  {grid.caption}{'' if grid.is_said else ': nicht ausgewiesen'}")
            for name, cells in grid.rows:
                pairs = zip(grid.head[1:], cells, strict=True)
                counts = [cell.text if len(cells) == 1 else f"{head} {cell.text}" for head, cell in pairs]
                lines.append(f"    {name}: {', '.join(counts)}")
    more = [f"{kind}, {line}: {count}" for kind, line, count in _meetings(report)]
    lines += ["", MEETINGS, *(f"    {one}" for one in more)] if more else []
    lines += ["", *(f"{label}: {value} ({unit})" for label, unit, value in _figures(report))]
    return "\n".join(lines).rstrip() + "\n"


def _association(report: Mapping[str, Any]) -> str:
    return names().associations.get(report["association"], report["association"])


def _families(report: Mapping[str, Any]) -> Families:
    return {name: FAMILIES[name] for name in PARTS[report["part"]]}


def _figures(report: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for name, (label, unit) in names().figures.items():
        if name in report["figures"]:
            value = report["figures"][name]
            yield label, unit, NOT_STATED if value is None else in_words(value)


def _meetings(report: Mapping[str, Any]) -> Iterator[tuple[str, str, int]]:
    for row in report["meetings"]:
        kind, line = row["key"]
        yield names().value("kind", kind), names().value("plan_line", line), row["count"]
