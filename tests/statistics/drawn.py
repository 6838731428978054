"""Counts as the two associations have them: few categories with much, many with little, months of all sizes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from lotse_statistics.families import Said, said
from lotse_statistics.rules import Rules
from lotse_statistics.tables import Key, added, with_sums
from tests.statistics.attack import Knowledge, Seen

MONTHS = tuple(f"2026-{number:02}" for number in range(1, 13))
QUARTERS = tuple(frozenset(MONTHS[first : first + 3]) for first in range(0, 12, 3))
HALVES = (frozenset(MONTHS[:6]), frozenset(MONTHS[6:]))
YEAR = frozenset(MONTHS)

Tables = Mapping[str, Mapping[str, Mapping[Key, int]]]
"""By table, month and cell."""


@dataclass(frozen=True)
class Shape:
    """The categories of a table's dimensions."""

    name: str
    rows: int
    columns: int = 0

    @property
    def cells(self) -> tuple[Key, ...]:
        if not self.columns:
            return tuple((f"r{row:02}",) for row in range(self.rows))
        return tuple((f"r{row:02}", f"c{column:02}") for row in range(self.rows) for column in range(self.columns))


FAMILIES: tuple[tuple[Shape, ...], ...] = (
    (Shape("channel_depth", 8, 3), Shape("language", 5), Shape("interpreter", 2)),
    (Shape("age", 6), Shape("gender", 4), Shape("region", 5), Shape("bracket", 3)),
    (Shape("code", 17),),
    (Shape("code_outcome", 12, 6),),
    (Shape("channel", 7), Shape("language", 5)),
)


def drawn(random: Random, shapes: Sequence[Shape], months: Sequence[str] = MONTHS) -> Tables:
    """Each case falls into one cell of every table; the weights fall like those of real code lists."""
    weights = {shape.name: _weights(random, shape) for shape in shapes}
    size = random.choice((2, 6, 15, 40, 120, 400))
    tables: dict[str, dict[str, dict[Key, int]]] = {shape.name: {} for shape in shapes}
    for month in months:
        cases = max(0, int(random.gauss(size, size / 3)))
        for shape in shapes:
            counted: dict[Key, int] = {}
            for cell in random.choices(shape.cells, weights[shape.name], k=cases):
                counted[cell] = counted.get(cell, 0) + 1
            tables[shape.name][month] = counted
    return tables


def _weights(random: Random, shape: Shape) -> list[float]:
    steep = random.uniform(0.3, 2.0)
    own = [1 / (place + 1) ** steep for place in range(len(shape.cells))]
    random.shuffle(own)
    return own


def published(tables: Tables, periods: Sequence[frozenset[str]], rules: Rules) -> list[Said]:
    """The reports in the order in which they are asked for, each guarded by all before it."""
    reports: list[Said] = []
    for period in periods:
        one = said(tables, reports, period, rules)
        if one is not None:
            reports.append(one)
    return reports


def knowledge(tables: Tables, shapes: Sequence[Shape], reports: Sequence[Said]) -> Knowledge:
    """What everybody can read."""
    seen, totals = [], []
    for report in reports:
        for name, hidden in report.hidden.items():
            whole = counted(tables, name, report.months)
            shown = {key: count for key, count in whole.items() if key not in hidden}
            seen.append(Seen(name, report.months, shown, hidden))
        first = min(tables)
        totals.append((report.months, sum(added(tables[first][month] for month in report.months).values())))
    return Knowledge({shape.name: shape.cells for shape in shapes}, seen, totals)


def counted(tables: Tables, name: str, months: frozenset[str]) -> dict[Key, int]:
    """The truth of a table over some months, with its sums."""
    return with_sums(added(tables[name][month] for month in sorted(months)))
