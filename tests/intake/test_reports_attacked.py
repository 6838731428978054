"""The attack again, on nothing but the reports as they leave the house: JSON of months, quarters, a year."""

import json
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

import pytest

from lotse_intake.domain.adding import sum_of_reports
from lotse_intake.domain.reports import FAMILIES, Counted, report_of
from lotse_intake.pages.report import names_with, page, table
from lotse_intake.providers.lists import shipped
from lotse_intake.providers.report_rules import report_rules
from lotse_statistics.naming import HIDDEN
from lotse_statistics.reports import canonical, said_in
from lotse_statistics.spans import span_of
from tests.statistics.attack import Key, Knowledge, Seen

NAMES = names_with(shipped("concerns"))
HISTORIES: tuple[Sequence[str], ...] = (
    ("2026-01", "2026-02", "2026-03", "2026-Q1"),
    ("2026-Q1", "2026-02", "2026-01_2026-05"),
    ("2026", "2026-H1", "2026-Q2"),
    ("2026-02_2026-04", "2026-03_2026-06", "2026-H1"),
)
SIZES = {"persons": 25, "enquiries": 40, "concerns": 45, "outcomes": 60, "contacts": 80, "group_heads": 50}
OFFERS = ("women_club", "german_practice", "library")
FAMILIES_ATTACKED = ("persons", "enquiries", "concerns", "contacts", "group_heads")  # outcomes: see tests/statistics


def _categories(dimension: str) -> Sequence[str]:
    return list(NAMES.values[dimension]) or OFFERS


def _month(random: Random, weights: dict[str, list[float]]) -> dict[str, dict[str, dict[Key, int]]]:
    """Every case falls into one category of each dimension."""
    found: dict[str, dict[str, dict[Key, int]]] = {}
    for family, tables in FAMILIES.items():
        found[family] = {name: {} for name in tables}
        for _ in range(int(SIZES[family] * random.uniform(0.2, 1.5))):
            for name, dimensions in tables.items():
                key = tuple(
                    random.choices(_categories(one), weights.setdefault(one, _weights(random, one)))[0]
                    for one in dimensions
                )
                found[family][name][key] = found[family][name].get(key, 0) + 1
    return found


def _weights(random: Random, dimension: str) -> list[float]:
    return [random.random() ** 3 + 0.01 for _ in _categories(dimension)]


def history(seed: int) -> list[dict[str, Any]]:
    """The reports of a year so far, as they are read from their bytes."""
    random, weights = Random(seed), dict[str, list[float]]()  # noqa: S311 - a seeded draw
    months = {month: _month(random, weights) for month in span_of("2026").months}
    reports: list[dict[str, Any]] = []
    for period in HISTORIES[seed % len(HISTORIES)]:
        made = report_of("alpha", span_of(period), Counted(months, {}), reports, report_rules())
        reports.append(json.loads(canonical(made)))
    return reports


def knowledge(reports: Sequence[Mapping[str, Any]], family: str) -> Knowledge | None:
    """What everybody can read of a family."""
    cells: dict[str, set[Key]] = {name: set() for name in FAMILIES[family]}
    seen, totals = [], []
    for report in reports:
        said = report["families"][family]
        if said is None:
            continue
        totals.append((frozenset(report["months"]), said["total"]))
        for name, rows in said["tables"].items():
            counts = {tuple(row["key"]): row["count"] for row in rows or ()}
            cells[name] |= {key for key in counts if all(key)}
            if rows is not None:
                hidden = frozenset(key for key, count in counts.items() if count is None)
                shown = {key: count for key, count in counts.items() if count is not None}
                seen.append(Seen(name, frozenset(report["months"]), shown, hidden))
    named = {name: sorted(own) for name, own in cells.items() if any(one.table == name for one in seen)}
    return Knowledge(named, seen, totals) if named else None


@pytest.mark.parametrize("seed", range(16))
def test_nothing_is_recovered_from_the_reports_of_a_year(seed: int) -> None:
    reports = history(seed)
    hidden = 0
    for family in FAMILIES_ATTACKED:
        known = knowledge(reports, family)
        if known is not None:
            hidden += sum(len(one.hidden) for one in known.seen)
            assert known.recovered() == [], family
    assert hidden


def test_what_a_report_says_is_read_back_from_it_as_it_was_decided() -> None:
    for report in history(0):
        for family in FAMILIES:
            found = said_in(report, family)
            assert (found is None) == (report["families"][family] is None)
            if found is not None:
                assert found.months == frozenset(report["months"])


def test_the_sum_shows_no_key_that_either_hides() -> None:
    for seed in range(4):
        one = history(seed)[0]
        other = {**history(seed + 4)[0], "association": "beta"}
        whole = sum_of_reports(one, other)
        for family, said in whole["families"].items():
            for name, rows in (said or {"tables": {}})["tables"].items():
                for row in rows or ():
                    parts = [
                        {tuple(each["key"]): each["count"] for each in report["families"][family]["tables"][name]}
                        for report in (one, other)
                    ]
                    values = [part.get(tuple(row["key"]), 0) for part in parts]
                    assert row["count"] == (None if None in values else sum(values))


def test_page_and_table_show_as_many_hidden_counts_as_the_report_has() -> None:
    for report in history(2):
        hidden = sum(
            row["count"] is None
            for said in report["families"].values()
            if said is not None
            for rows in said["tables"].values()
            for row in rows or ()
        )
        assert page(report, NAMES, "0" * 64, state="published").count('aria-label="verdeckt"') == hidden
        assert table(report, NAMES).count(f";{HIDDEN}\r\n") == hidden
