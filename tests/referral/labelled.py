"""The labelled concerns over the shipped directory and its neighbours: how many are found, and how the baseline does.

Whoever tunes weights looks at the half `tuning`; of the other half only totals are ever told.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from uuid import UUID

from lotse_referral.domain.codes import parent_of
from lotse_referral.domain.directory import Entry, identifier, read
from lotse_referral.domain.directory_tables import tables_of
from lotse_referral.domain.index import Index
from lotse_referral.domain.needs import Free, Need, finest
from lotse_referral.domain.offering import offers_of
from lotse_referral.domain.offers import DIRECTORY_ZONE
from lotse_referral.domain.slots import WEEKDAYS
from lotse_referral.migrations.loading import shipped
from tests.referral.labels.make_neighbours import neighbours
from tests.referral.match_given import KNOWN

LABELS = Path(__file__).parent / "labels" / "concerns.json"
FOUND_WITHIN = 3
NEIGHBOURS = 600
MORNING = time(9)
PAYING = ("jobcenter", "sozialamt")
Half = Sequence[dict[str, Any]]
Ranked = Callable[[dict[str, Any]], list[str]]


@dataclass(frozen=True)
class Result:
    """Of `of` concerns, how many had a right service among the first three, and how many wrong ones stood there.

    `wrong_law` are of those the offices that pay benefits under another law.
    """

    of: int
    found: int
    wrong: int
    wrong_law: int

    @property
    def share(self) -> float:
        return self.found / self.of


def half(name: str) -> Half:
    """The concerns of one half."""
    return [one for one in json.loads(LABELS.read_text(encoding="utf-8")) if one["half"] == name]


def entries(count: int = NEIGHBOURS) -> tuple[Entry, ...]:
    """The shipped directory, and synthetic neighbours of it."""
    document = shipped()
    rows = [*document["services"], *(_shaped(row) for row in neighbours(1, count))]
    found, faults = read(rows, date.fromisoformat(document["as_of"]))
    assert not faults
    return found


def _shaped(row: dict[str, Any]) -> dict[str, Any]:
    """What the neighbours say in words of their own, in those of the directory."""
    shaped = {name: value for name, value in row.items() if name not in ("max_age", "women_only", "capacity")}
    if "max_age" in row:
        shaped["maximum_age"] = row["max_age"]
    if "capacity" in row:
        shaped["capacity"] = "available" if row["capacity"]["available"] else "none"
    if row.get("women_only"):
        shaped["eligibility_rules"] = ["women_only"]
    return shaped


def need_of(concern: dict[str, Any]) -> Need:
    """The need of a labelled concern."""
    household = concern.get("household") or {}
    refused = ((identifier("service", one["service"]), one["reason"]) for one in concern.get("declined_by", ()))
    same = ("interpreter_possible", "status", "first_title", "age", "women_only", "district", "postal_code")
    more: dict[str, Any] = {name: concern.get(name) for name in (*same, "step_free", "remote_possible", "urgency")}
    return Need(
        code=finest(concern["code"], concern.get("sub_code")),
        languages=tuple(concern["languages"]),
        children=household.get("children"),
        pregnant=household.get("pregnant"),
        free=tuple(Free(WEEKDAYS.index(day)) for day in concern.get("times_free", ())),
        declined=tuple(refused),
        **more,
    )


def matcher(known: Iterable[Entry]) -> Ranked:
    """Our own ranking."""
    every = tuple(known)
    keys: dict[UUID, str] = {entry.service_id: entry.key for entry in every}
    index = Index(offers_of(tables_of(every, "labels")), KNOWN)

    def ranked(concern: dict[str, Any]) -> list[str]:
        found = index.match(need_of(concern), _moment(concern))
        return [keys[suggestion.service_id] for suggestion in found.suggestions]

    return ranked


def gaps(known: Iterable[Entry]) -> Callable[[dict[str, Any]], bool]:
    """Whether nothing covers a concern."""
    index = Index(offers_of(tables_of(tuple(known), "labels")), KNOWN)
    return lambda concern: index.match(need_of(concern), _moment(concern)).gap


def baseline(known: Iterable[Entry]) -> Ranked:
    """What a list by code would show: whoever covers the code or its parent and is there on the day, by name."""
    every = sorted(known, key=lambda entry: entry.name)

    def ranked(concern: dict[str, Any]) -> list[str]:
        code, day = finest(concern["code"], concern.get("sub_code")), _moment(concern).date()
        return [
            entry.key
            for entry in every
            if entry.status == "active"
            and (entry.valid_to is None or day <= entry.valid_to)
            and {code, parent_of(code)} & set(entry.codes)
        ]

    return ranked


def result(concerns: Half, ranked: Ranked) -> Result:
    """A gap is found where nothing can be right: what stands there is not looked at, but wrong ones count."""
    found = wrong = law = 0
    for one in concerns:
        first = set(ranked(one["concern"])[:FOUND_WITHIN])
        found += not one["right"] or bool(first & set(one["right"]))
        bad = first & set(one["wrong"])
        wrong += len(bad)
        law += sum(key.startswith(PAYING) for key in bad)
    return Result(len(concerns), found, wrong, law)


def _moment(concern: dict[str, Any]) -> datetime:
    return datetime.combine(date.fromisoformat(concern["on"]), MORNING, DIRECTORY_ZONE)
