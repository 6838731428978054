"""Whoever has every report as it left the house, and an integer program, recovers no hidden count."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from random import Random
from typing import Any, get_args

import pytest

from lotse_contracts.values import (
    DeclineReason,
    DeliveryMode,
    EndReason,
    FailureReason,
    OutcomeCode,
    ReferralReportPart,
)
from lotse_referral.domain.machine import TABLE, TERMINAL, Circumstances, holds
from lotse_referral.domain.referral import CONFIRMED_BY
from lotse_referral.domain.reports import COUNTED, FAMILIES, PARTS, Counted, Wanted, report_of
from lotse_referral.pages.report import names, page, table
from lotse_referral.providers.report_rules import report_rules
from lotse_statistics.naming import HIDDEN
from lotse_statistics.reports import canonical, said_in
from lotse_statistics.spans import span_of
from tests.statistics.attack import MOST, Key, Knowledge, Seen, sums

HISTORIES: tuple[Sequence[str], ...] = (
    ("2026-01", "2026-02", "2026-03", "2026-Q1"),
    ("2026-Q1", "2026-02", "2026-01_2026-05"),
    ("2026", "2026-H1", "2026-Q2"),
    ("2026-02_2026-04", "2026-03_2026-06", "2026-H1"),
)
SIZES = {
    "sent": 60,
    "completed": 35,
    "declined": 14,
    "failed": 8,
    "withdrawn": 8,
    "lapsed": 12,
    "checkbacks": 50,
    "group_heads": 60,
    "gaps": 15,
}
PLAN_LINES = ("none", "personnel", "rooms")
SEEDS = range(12)


def _categories(dimension: str) -> Sequence[str]:
    return PLAN_LINES if dimension == "plan_line" else list(names().values[dimension])


TIED: Mapping[str, Mapping[str, str]] = {
    "connected": {"person": "receiver", "staff": "receiver", "unconfirmed": "expired"},
    "link": {"unconfirmed": "expired"},
}
"""An office that logs in confirms itself, and only she leaves something unconfirmed."""
PARTNERS = ("community", "language", "childcare")
"""What the other association offers: nothing else can be connected, and everybody may know that."""


def _month(random: Random, weights: dict[str, list[float]]) -> dict[str, dict[str, dict[Key, int]]]:
    """Every case falls into one category of each dimension, as far as the machine and the directory let it."""
    found: dict[str, dict[str, dict[Key, int]]] = {}
    for family, tables in COUNTED.items():
        found[family] = {name: {} for name in tables}
        for _ in range(int(SIZES[family] * random.uniform(0.2, 1.5))):
            for name, dimensions in tables.items():
                key = _possible(tuple(_drawn(random, weights, one) for one in dimensions))
                found[family][name][key] = found[family][name].get(key, 0) + 1
    return found


def _possible(key: Key) -> Key:
    if key[-1] == "connected" and len(key) == 2 and key[0] not in PARTNERS:
        return (key[0], "self")
    if key[0] in TIED and len(key) == 2:
        return (key[0], TIED[key[0]].get(key[-1], key[-1]))
    return key


def _drawn(random: Random, weights: dict[str, list[float]], dimension: str) -> str:
    if dimension not in weights:
        weights[dimension] = [random.random() ** 3 + 0.01 for _ in _categories(dimension)]
    return random.choices(_categories(dimension), weights[dimension])[0]


@cache
def history(seed: int, part: ReferralReportPart) -> tuple[dict[str, Any], ...]:
    """The reports of a year so far, as they are read from their bytes."""
    random, weights = Random(f"{seed} {part}"), dict[str, list[float]]()  # noqa: S311 - a seeded draw
    months = {month: _month(random, weights) for month in span_of("2026").months}
    reports: list[dict[str, Any]] = []
    for period in HISTORIES[seed % len(HISTORIES)]:
        made = report_of(Wanted("alpha", part, span_of(period)), Counted(months, {}), reports, report_rules())
        reports.append(json.loads(canonical(made)))
    return tuple(reports)


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


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_recovered_from_the_reports_of_a_year(seed: int, part: ReferralReportPart) -> None:
    reports = history(seed, part)
    for family in PARTS[part]:
        known = knowledge(reports, family)
        if known is not None:
            assert known.recovered() == [], family


class WithTheDirectory(Knowledge):
    """Whoever knows as well which ways there are to which service: a table of which only the sums were told."""

    def _rows_of(self, one: Seen) -> Iterator[tuple[list[int], list[float], float, float]]:
        for key in sorted({key for cell in self.cells[one.table] for key in sums(cell)}):
            own = self.column_numbers(one.table, one.months, key)
            if key in one.hidden:
                yield own, [1.0] * len(own), 1, MOST
            elif "" in key and any(key):
                value = one.shown.get(key, 0)
                yield own, [1.0] * len(own), value, value


def with_the_directory(
    reports: Sequence[Mapping[str, Any]], partners: Sequence[str] = PARTNERS
) -> WithTheDirectory | None:
    """All pairs that are possible, whether anybody went there or not."""
    pairs = {(code, mode) for code in _categories("category") for mode in _categories("mode")}
    pairs -= {(code, mode) for code, mode in pairs if mode == "connected" and code not in partners}
    seen, totals = [], []
    for report in reports:
        said = report["families"]["sent"]
        if said is None:
            continue
        months, tables = frozenset(report["months"]), said["tables"]
        totals.append((months, said["total"]))
        if tables["category"] is not None:
            counts = {(*row["key"], ""): row["count"] for row in tables["category"]}
            counts |= {("", *row["key"]): row["count"] for row in tables["mode"]}
            hidden = frozenset(key for key, count in counts.items() if count is None)
            shown = {key: count for key, count in counts.items() if count is not None}
            seen.append(Seen("category_mode", months, shown, hidden))
    return WithTheDirectory({"category_mode": sorted(pairs)}, seen, totals) if seen else None


def test_no_rule_of_the_machine_ties_two_tables_of_a_family() -> None:
    """Any reason goes with any way on which it can be given at all, any outcome with any way and whoever says it."""
    modes, words = get_args(DeliveryMode), {"decline": DeclineReason, "fail": FailureReason, "withdraw": EndReason}
    possible: dict[str, set[tuple[str, str]]] = {}
    for (state, action, role), rule in TABLE.items():
        said = get_args(OutcomeCode) if action == "complete" else get_args(words.get(action))
        for mode, word in ((mode, word) for mode in modes for word in said):
            at = Circumstances(mode, reason=word, outcome=word, times=True, follower=True, fresh_match=True)
            if all(holds(guard, at) for guard in rule.guards):
                way = f"{mode} {CONFIRMED_BY[role]}" if action == "complete" else mode
                possible.setdefault(action, set()).add((way, word))
                assert state not in TERMINAL
    assert set(possible) == {"complete", *words}
    for pairs in possible.values():
        assert len(pairs) == len({way for way, _ in pairs}) * len({word for _, word in pairs}) > 1


@pytest.mark.parametrize("seed", SEEDS)
def test_whoever_knows_the_directory_recovers_nothing_either(seed: int) -> None:
    known = with_the_directory(history(seed, "referrals"))
    assert known is not None
    assert known.recovered() == []


def test_a_tie_that_everybody_knows_gives_nobody_away() -> None:
    """Whoever is connected goes to the club: so many of the club are known, and the few beside it were, too."""
    cells = {("community", "connected"): 5, ("community", "self"): 1, ("violence", "self"): 2}
    cells |= {("housing", "self"): 30, ("work", "self"): 40}
    months: dict[str, Any] = {"2026-01": {family: {name: {} for name in COUNTED[family]} for family in COUNTED}}
    months["2026-01"]["sent"] = {"category_mode": cells}
    made = report_of(Wanted("alpha", "referrals", span_of("2026-01")), Counted(months, {}), [], report_rules())
    known = with_the_directory([made], partners=("community",))
    assert known is not None
    assert known.recovered() == []
    hidden = [one for row in made["families"]["sent"]["tables"]["category"] if (one := row)["count"] is None]
    assert len(hidden) > 1


def test_something_was_hidden_in_every_family() -> None:
    for part, families in PARTS.items():
        for family in families:
            known = [knowledge(history(seed, part), family) for seed in SEEDS]
            assert sum(len(one.hidden) for each in known if each is not None for one in each.seen), family


def test_nothing_small_is_shown() -> None:
    rules = report_rules().rules
    for part, families in PARTS.items():
        for seed in SEEDS:
            for report in history(seed, part):
                for family in families:
                    for rows in ((report["families"][family] or {}).get("tables") or {}).values():
                        for row in rows or ():
                            assert row["count"] is None or row["count"] >= rules.minimum(tuple(row["key"]))


def test_what_a_report_says_is_read_back_from_it_as_it_was_decided() -> None:
    for report in history(0, "referrals"):
        for family in PARTS["referrals"]:
            found = said_in(report, family)
            assert (found is None) == (report["families"][family] is None)


def test_page_and_table_show_as_many_hidden_counts_as_the_report_has() -> None:
    for part in PARTS:
        for report in history(2, part):
            hidden = sum(
                row["count"] is None
                for said in report["families"].values()
                if said is not None
                for rows in said["tables"].values()
                for row in rows or ()
            )
            assert page(report, "0" * 64, state="published").count('aria-label="verdeckt"') == hidden
            assert table(report).count(f";{HIDDEN}\r\n") == hidden
