"""The figures of referrals, groups and gaps: what is counted, and what of it may be said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lotse_contracts.values import ReferralReportPart
from lotse_statistics.protection import Persons
from lotse_statistics.reports import family_of
from lotse_statistics.rules import Rules
from lotse_statistics.spans import Span
from lotse_statistics.tables import Counts, Key

SCHEMA = "lotse.referral-report.v1"
NONE = "none"
OTHER = "other"

FAMILIES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "sent": {"category": ("category",), "mode": ("mode",)},
    "completed": {"mode_confirmer": ("mode", "confirmer"), "outcome": ("outcome",)},
    "declined": {"decline": ("decline",), "mode": ("mode",)},
    "failed": {"failure": ("failure",), "mode": ("mode",)},
    "withdrawn": {"withdrawal": ("withdrawal",), "mode": ("mode",)},
    "lapsed": {"mode_lapse": ("mode", "lapse")},
    "checkbacks": {"round_answered": ("round", "answered"), "way": ("way",)},
    "group_heads": {"kind_plan_line": ("kind", "plan_line"), "age": ("age",)},
    "gaps": {"code": ("code",), "language": ("language",)},
}
"""What is said: the tables of a report by family and their dimensions. A referral that has ended is in one family
alone, by how it ended, so that no family can be computed from another. What depends on each other by the rules of the
machine (an office that logs in confirms itself, nobody but she can leave it unconfirmed) stands in one table, for the
tables of a family guard each other only where any category of one may go with any of the other. For the same reason
check-backs say whether she answered and not what: that is counted where it closed the loop."""
MARGINS: Mapping[str, Mapping[str, tuple[str, str]]] = {"sent": {"category_mode": ("category", "mode")}}
"""Which ways there are to which services is public, so these two are protected as one table, whose cells nobody is
told: hardly any of them would be large enough."""
COUNTED: Mapping[str, Mapping[str, tuple[str, ...]]] = {**FAMILIES, **MARGINS}
"""What is counted."""
GROUPS = "group_heads"
PARTS: Mapping[ReferralReportPart, tuple[str, ...]] = {
    "referrals": tuple(name for name in FAMILIES if name != "gaps"),
    "gaps": ("gaps",),
}
"""Each part has its own rhythm: months for the city, quarters or years for the funder."""
LANGUAGES = ("uk", "ru", "de", "en")
"""A rarer language says who she is: all others are one."""
MEDIANS: Mapping[str, str] = {
    "sent_delivered_hours": "hours",
    "delivered_accepted_hours": "hours",
    "accepted_scheduled_days": "days",
    "sent_completed_days": "days",
}
"""How long a referral took from one state to the next, by the later one's month. Never by employee (§ 87(1) no. 6
BetrVG, as of 2026-11)."""

MonthCounts = Mapping[str, Mapping[str, Counts]]
"""Of one month: by family and table."""


@dataclass(frozen=True)
class Parameters:
    """What may be said: data, see `data/report_rules.json`.

    `months_min`: families that only a report of so many months says, since in a shorter one most of them is hidden.
    """

    version: str
    rules: Rules
    median_min: int
    months_min: Mapping[str, int]


@dataclass(frozen=True)
class Counted:
    """What was counted: months by name, how many persons stand behind each key of the whole span, further figures.

    `meetings` of groups by month, kind and plan line. `medians` with the number of cases. `stale`: services beyond the
    day of their check now, of all that are open.
    """

    months: Mapping[str, MonthCounts]
    persons: Mapping[str, Mapping[str, Persons]]
    meetings: Mapping[str, Counts] = field(default_factory=dict)
    medians: Mapping[str, tuple[int | None, int]] = field(default_factory=dict)
    stale: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Wanted:
    """Which report: whose, which part, over which months."""

    association: str
    part: ReferralReportPart
    span: Span


def report_of(
    wanted: Wanted, counted: Counted, earlier: Sequence[Mapping[str, Any]], given: Parameters
) -> dict[str, Any]:
    """The report as it may be published, beside all of this part that was published earlier (in that order)."""
    span = wanted.span
    families = {name: _family(name, wanted, counted, earlier, given) for name in PARTS[wanted.part]}
    return {
        "schema": SCHEMA,
        "association": wanted.association,
        "part": wanted.part,
        "period": span.name,
        "months": list(span.months),
        "rules": _rules(given),
        "families": families,
        "figures": _figures(counted, given) if wanted.part == "referrals" else {},
        "meetings": _meetings(span, counted) if wanted.part == "referrals" else [],
    }


def _family(
    name: str, wanted: Wanted, counted: Counted, earlier: Sequence[Mapping[str, Any]], given: Parameters
) -> dict[str, Any] | None:
    months = wanted.span.months
    if len(months) < given.months_min.get(name, 1):
        return None
    persons, margins = counted.persons.get(name), MARGINS.get(name)
    return family_of(name, _months(name, counted), months, earlier, given.rules, persons=persons, margins=margins)


def _rules(given: Parameters) -> dict[str, Any]:
    return {
        "version": given.version,
        "count_min": given.rules.count_min,
        "delicate": dict(given.rules.delicate),
        "median_min": given.median_min,
        "spread_min": given.rules.spread_min,
        "months_min": dict(given.months_min),
    }


def _months(family: str, counted: Counted) -> dict[str, dict[str, Counts]]:
    return {
        table: {month: counts[family][table] for month, counts in counted.months.items()} for table in COUNTED[family]
    }


def _figures(counted: Counted, given: Parameters) -> dict[str, int | None]:
    """Medians of enough cases only; offices are no persons."""
    figures: dict[str, int | None] = dict.fromkeys(MEDIANS)
    for name, (median, cases) in counted.medians.items():
        figures[name] = median if cases >= given.median_min else None
    stale, services = counted.stale
    return figures | {"services_stale": stale, "services": services}


def _meetings(span: Span, counted: Counted) -> list[dict[str, Any]]:
    """How many took place, by kind and plan line: about no person."""
    sums: dict[Key, int] = {}
    for month in span.months:
        for key, count in counted.meetings.get(month, {}).items():
            sums[key] = sums.get(key, 0) + count
    return [{"key": list(key), "count": count} for key, count in sorted(sums.items()) if count]
