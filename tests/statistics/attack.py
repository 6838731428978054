"""Whoever reads everything that was published, and has an integer program: the least and most a hidden count can be.

It shares nothing with the protection but the shape of the tables: every count of every month is a variable, every
shown key an equation, every hidden one at least 1, and the tables of a family have one total.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import block_diag, csr_matrix, vstack

Key = tuple[str, ...]
SPREAD = 3  # narrower is recovered
MOST = 100_000.0


@dataclass(frozen=True)
class Seen:
    """One table of one report, as it was published; a key that is in neither is a shown zero."""

    table: str
    months: frozenset[str]
    shown: Mapping[Key, int]
    hidden: frozenset[Key]


@dataclass
class Knowledge:
    """Everything published about one family: tables, and the totals that were said, by the months they cover."""

    cells: Mapping[str, Sequence[Key]]
    seen: list[Seen] = field(default_factory=list)
    totals: list[tuple[frozenset[str], int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._build()

    def _build(self) -> None:
        """One column for each cell of each table in each part of the time that can be told apart."""
        covers = [one.months for one in self.seen] + [months for months, _ in self.totals]
        signatures = {
            month: tuple(month in cover for cover in covers) for month in sorted(set().union(*covers, frozenset()))
        }
        self.parts = {part: place for place, part in enumerate(sorted(set(signatures.values())))}
        self.part_of = {month: self.parts[signature] for month, signature in signatures.items()}
        self.columns: dict[tuple[str, int, Key], int] = {}
        for table, cells in sorted(self.cells.items()):
            for part in range(len(self.parts)):
                for cell in cells:
                    self.columns[(table, part, cell)] = len(self.columns)
        rows: list[tuple[list[int], list[float], float, float]] = []
        for one in self.seen:
            rows += self._rows_of(one)
        for months, total in self.totals:
            for table in self.cells:
                own = self.column_numbers(table, months, ())
                rows.append((own, [1.0] * len(own), total, total))
        first, *others = sorted(self.cells)
        for other in others:
            for part in range(len(self.parts)):
                plus, minus = self._whole(first, part), self._whole(other, part)
                rows.append((plus + minus, [1.0] * len(plus) + [-1.0] * len(minus), 0, 0))
        self.constraint = _constraint(rows, len(self.columns))

    def _rows_of(self, one: Seen) -> Iterator[tuple[list[int], list[float], float, float]]:
        keys = {key for cell in self.cells[one.table] for key in sums(cell)}
        for key in sorted(keys):
            own = self.column_numbers(one.table, one.months, key)
            value = one.shown.get(key, 0)
            if key in one.hidden:
                yield own, [1.0] * len(own), 1, MOST
            elif any(key):
                yield own, [1.0] * len(own), value, value

    def column_numbers(self, table: str, months: frozenset[str], key: Key) -> list[int]:
        """The columns that a key sums up; an empty key is the total."""
        parts = sorted({self.part_of[month] for month in months})
        cells = [cell for cell in self.cells[table] if not any(key) or key in sums(cell)]
        return [self.columns[(table, part, cell)] for part in parts for cell in cells]

    def _whole(self, table: str, part: int) -> list[int]:
        return [self.columns[(table, part, cell)] for cell in self.cells[table]]

    def range_of(self, table: str, months: frozenset[str], key: Key) -> tuple[int, int]:
        """The least and the most that this key can be."""
        return _ends(self.constraint, len(self.columns), self.column_numbers(table, months, key))

    def months_of(self, part: int) -> frozenset[str]:
        """The months of one part of the time, such as what a year leaves over beside a published month."""
        return frozenset(month for month, own in self.part_of.items() if own == part)

    def recovered(self) -> list[tuple[Seen, Key, int, int]]:
        """Every hidden key whose interval is too narrow."""
        found = []
        for one in self.seen:
            for key in sorted(one.hidden):
                least, most = self.range_of(one.table, one.months, key)
                if most - least < SPREAD:
                    found.append((one, key, least, most))
        return found


def sums(cell: Key) -> tuple[Key, ...]:
    """The cell and what it is part of, the total last."""
    if len(cell) == 1:
        return (cell, ("",))
    return (cell, (cell[0], ""), ("", cell[1]), ("", ""))


def _constraint(rows: Sequence[tuple[list[int], list[float], float, float]], width: int) -> LinearConstraint:
    data = [value for _, values, _, _ in rows for value in values]
    places = [place for own, _, _, _ in rows for place in own]
    ends = list(accumulate((len(own) for own, _, _, _ in rows), initial=0))
    matrix = csr_matrix((data, places, ends), shape=(len(rows), width))
    return LinearConstraint(matrix, [row[2] for row in rows], [row[3] for row in rows])


def range_of_both(both: Sequence[Knowledge], summed: Sequence[Seen], wanted: tuple[int, Seen, Key]) -> tuple[int, int]:
    """As `range_of`, for whoever reads the reports of both associations and their sums: what `summed` shows is an
    equation over both; `wanted` names the association (0 or 1), the table and the key."""
    one, other = both
    shift, width = len(one.columns), len(one.columns) + len(other.columns)
    rows: list[tuple[list[int], list[float], float, float]] = []
    for seen in summed:
        for key, value in seen.shown.items():
            own = one.column_numbers(seen.table, seen.months, key)
            theirs = [shift + place for place in other.column_numbers(seen.table, seen.months, key)]
            rows.append((own + theirs, [1.0] * (len(own) + len(theirs)), value, value))
    linking = _constraint(rows, width)
    matrix = vstack([block_diag([one.constraint.A, other.constraint.A]), linking.A])
    least = [*one.constraint.lb, *other.constraint.lb, *linking.lb]
    most = [*one.constraint.ub, *other.constraint.ub, *linking.ub]
    place, seen, key = wanted
    columns = both[place].column_numbers(seen.table, seen.months, key)
    own = [column + place * shift for column in columns]
    return _ends(LinearConstraint(matrix, least, most), width, own)


def _ends(constraint: LinearConstraint, width: int, columns: Sequence[int]) -> tuple[int, int]:
    """The least and the most that the sum of these columns can be."""
    ends = []
    for sign in (1.0, -1.0):
        goal = [0.0] * width
        for column in columns:
            goal[column] = sign
        found = milp(goal, constraints=constraint, integrality=[1] * width, bounds=Bounds(0, MOST))
        assert found.success, found.message
        ends.append(round(sign * found.fun))
    return ends[0], ends[1]
