"""The report for the funder: what is counted, and what of it may be said."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lotse_statistics.protection import Persons
from lotse_statistics.reports import family_of
from lotse_statistics.rules import Rules
from lotse_statistics.spans import Span
from lotse_statistics.tables import Counts

SCHEMA = "lotse.report.v1"

FAMILIES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "persons": {
        "age_band": ("age_band",),
        "gender": ("gender",),
        "language": ("language",),
        "region": ("region",),
        "residence_bracket": ("residence_bracket",),
    },
    "enquiries": {"channel": ("channel",)},
    "concerns": {"code": ("code",), "urgency": ("urgency",)},
    "outcomes": {"code_outcome": ("code", "outcome")},
    "contacts": {"channel_depth": ("channel", "depth"), "language": ("language",), "interpreter": ("interpreter",)},
    "group_heads": {"offer": ("offer",), "language": ("language",)},
}
"""The tables of a report by family and their dimensions. The tables of a family count the same cases, so they have one
total; no category list stands in two tables of a family. An enquiry makes a person known, so these two families count
nearly the same cases, and have no category list in common either."""
FIGURES = ("minutes", "meetings")
"""Sums that are about no person: how long was advised, how many group offers took place."""

MonthCounts = Mapping[str, Mapping[str, Counts]]
"""Of one month: by family and table."""


@dataclass(frozen=True)
class Parameters:
    """What may be said: data, see `data/report_rules.json`.

    `months_min`: families that only a report of so many months says, since in a shorter one most of them is hidden, and
    what is hidden in a month must be hidden in its year as well.
    """

    version: str
    rules: Rules
    median_min: int
    step: int
    months_min: Mapping[str, int]


@dataclass(frozen=True)
class Counted:
    """What was counted: months by name, how many persons stand behind each key of the whole span, further figures.

    `continuing`: persons with a contact in the span who were known before it. `medians` with the number of cases.
    """

    months: Mapping[str, MonthCounts]
    persons: Mapping[str, Mapping[str, Persons]]
    sums: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    continuing: int = 0
    medians: Mapping[str, tuple[int | None, int]] = field(default_factory=dict)


def report_of(
    association: str, span: Span, counted: Counted, earlier: Sequence[Mapping[str, Any]], given: Parameters
) -> dict[str, Any]:
    """The report as it may be published, beside all that was published earlier (in that order)."""
    families = {
        name: _family(name, span, counted, earlier, given.rules)
        if len(span.months) >= given.months_min.get(name, 1)
        else None
        for name in FAMILIES
    }
    return {
        "schema": SCHEMA,
        "association": association,
        "period": span.name,
        "months": list(span.months),
        "rules": {
            "version": given.version,
            "count_min": given.rules.count_min,
            "delicate": dict(given.rules.delicate),
            "median_min": given.median_min,
            "step": given.step,
            "spread_min": given.rules.spread_min,
            "months_min": dict(given.months_min),
        },
        "families": families,
        "figures": _figures(span, counted, families, given),
    }


def _family(
    name: str, span: Span, counted: Counted, earlier: Sequence[Mapping[str, Any]], rules: Rules
) -> dict[str, Any] | None:
    months, persons = _months(name, counted), counted.persons.get(name)
    return family_of(name, months, span.months, earlier, rules, persons=persons)


def _months(family: str, counted: Counted) -> dict[str, dict[str, Counts]]:
    return {
        table: {month: counts[family][table] for month, counts in counted.months.items()} for table in FAMILIES[family]
    }


def _figures(span: Span, counted: Counted, families: Mapping[str, Any], given: Parameters) -> dict[str, int | None]:
    """Whole hours of advice, rounded; persons who continue, in full tens; medians only of enough cases."""
    minutes = _sum("minutes", span, counted)
    figures: dict[str, int | None] = {
        "advice_hours": None if families["contacts"] is None else (minutes + 30) // 60,
        "meetings": _sum("meetings", span, counted),
        "persons_continuing_at_least": counted.continuing - counted.continuing % given.step,
    }
    for name, (median, cases) in counted.medians.items():
        figures[name] = median if cases >= given.median_min else None
    return figures


def _sum(name: str, span: Span, counted: Counted) -> int:
    return sum(counted.sums.get(month, {}).get(name, 0) for month in span.months)


def one_dimension(report: Mapping[str, Any], family: str, table: str, names: Iterable[str]) -> dict[str, int | None]:
    """The cells of a table that is not hidden as a whole; of one that is, every name that could stand in it."""
    given = report["families"].get(family)
    rows = None if given is None else given["tables"][table]
    if rows is None:
        return dict.fromkeys(names)
    return {row["key"][0]: row["count"] for row in rows}
