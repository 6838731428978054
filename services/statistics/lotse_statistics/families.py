"""Several tables of one report that count the same cases: they share their total, and are said or withheld with it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from lotse_statistics.protection import Persons, protected, smallest_part
from lotse_statistics.rules import PLAIN, Rules
from lotse_statistics.tables import Counts, Key
from lotse_statistics.worlds import Release

Months = Mapping[str, Counts]
"""The true counts of a table by month."""


@dataclass(frozen=True)
class Said:
    """What one report says of a family: its total, and each table that is named with the keys it hides.

    A table that is not named is not said at all. The tables of a family have no category list in common.
    """

    months: frozenset[str]
    hidden: Mapping[str, frozenset[Key]]


def said(
    tables: Mapping[str, Months],
    earlier: Sequence[Said],
    covered: frozenset[str],
    rules: Rules = PLAIN,
    persons: Mapping[str, Persons] | None = None,
    *,
    sums_only: Collection[str] = (),
) -> Said | None:
    """What a new report may say of a family beside all earlier ones; None: not even the total.

    `earlier` are the reports that said the family, in the order in which they were published; the result depends on
    nothing else. Tables in `sums_only` say their sums and no cell. Raises ValueError where the tables do not have the
    same total in each month.
    """
    totals = totals_of(tables)
    if 0 < smallest_part(totals, [*(one.months for one in earlier), covered]) < rules.count_min:
        return None
    hidden: dict[str, frozenset[Key]] = {}
    for name, months in sorted(tables.items()):
        before = [Release(one.months, set(one.hidden[name])) for one in earlier if name in one.hidden]
        if name in sums_only:
            for one in before:
                one.hidden |= {key for month in one.months for key in months.get(month, {})}
        behind = None if persons is None else persons.get(name)
        release = protected(months, before, covered, rules, behind, sums_only=name in sums_only)
        if release is not None:
            hidden[name] = frozenset(release.hidden)
    return Said(covered, hidden)


def totals_of(tables: Mapping[str, Months]) -> dict[str, int]:
    """The total of each month. Raises ValueError where two tables do not agree, since they must count the same."""
    found: dict[str, int] = {}
    for months in tables.values():
        for month, counts in months.items():
            total = sum(counts.values())
            if found.setdefault(month, total) != total:
                raise ValueError("the tables of a family have one total in each month")
    return found
