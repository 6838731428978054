"""What the parts of a report are called in German, and how its tables are laid out for readers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lotse_statistics.tables import ANY

Families = Mapping[str, Mapping[str, tuple[str, ...]]]
"""The tables of a report by family and their dimensions, in the order in which they are read."""
HIDDEN = "•"
ALL = "insgesamt"
COLUMNS_UPRIGHT_MAX = 6  # of a table on a page upright
MONTHS = (
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
)


@dataclass(frozen=True)
class Names:
    """By the codes of a report; tables as `family.table`, figures with their unit."""

    families: Mapping[str, str]
    tables: Mapping[str, str]
    dimensions: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    figures: Mapping[str, Sequence[str]]
    associations: Mapping[str, str]

    def value(self, dimension: str, code: str) -> str:
        """A category; the code itself where it has no name."""
        if code == ANY:
            return ALL
        return self.values.get(dimension, {}).get(code, code)


@dataclass(frozen=True)
class Cell:
    """A count as it is read: a number, `•` where it is hidden; `share` of the largest for a bar, 0 to 100."""

    text: str
    share: int = 0
    is_sum: bool = False


@dataclass(frozen=True)
class Grid:
    """A table with a caption; no rows where it is not said."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...] = ()
    is_said: bool = True


@dataclass(frozen=True)
class Section:
    """A family: its name, its total (None: not said), its tables."""

    name: str
    total: int | None
    grids: tuple[Grid, ...] = field(default=())
    is_short: bool = False

    @property
    def is_wide(self) -> bool:
        """Whether a table of it needs a page across."""
        return any(len(grid.head) > COLUMNS_UPRIGHT_MAX for grid in self.grids)


def span_in_words(months: Sequence[str]) -> str:
    """`Oktober bis Dezember 2026`."""
    (first_year, first), (last_year, last) = months[0].split("-"), months[-1].split("-")
    begin, end = MONTHS[int(first) - 1], MONTHS[int(last) - 1]
    if months[0] == months[-1]:
        return f"{begin} {first_year}"
    return (
        f"{begin} bis {end} {last_year}" if first_year == last_year else f"{begin} {first_year} bis {end} {last_year}"
    )


def sections(report: Mapping[str, Any], names: Names, families: Families) -> Iterator[Section]:
    """The report family by family."""
    for family, tables in families.items():
        said = report["families"].get(family)
        short = len(report["months"]) < report["rules"].get("months_min", {}).get(family, 1)
        if said is None:
            yield Section(names.families[family], None, is_short=short)
            continue
        grids = tuple(
            _grid(f"{names.families[family]} {names.tables[f'{family}.{table}']}", dimensions, said, table, names)
            for table, dimensions in tables.items()
            if said["total"]
        )
        yield Section(names.families[family], said["total"], grids)


def _grid(caption: str, dimensions: tuple[str, ...], said: Mapping[str, Any], table: str, names: Names) -> Grid:
    rows = said["tables"].get(table)
    if rows is None:
        return Grid(caption, (), is_said=False)
    counts: dict[tuple[str, ...], int | None] = {tuple(row["key"]): row["count"] for row in rows}
    counts[(ANY,) * len(dimensions)] = said["total"]
    if len(dimensions) == 1:
        return Grid(caption, (names.dimensions[dimensions[0]], "Anzahl"), _lines(counts, dimensions[0], names))
    return _crossed(caption, counts, dimensions, names)


def _lines(
    counts: Mapping[tuple[str, ...], int | None], dimension: str, names: Names
) -> tuple[tuple[str, tuple[Cell, ...]], ...]:
    largest = max((count or 0 for key, count in counts.items() if any(key)), default=0)
    order = _order([key[0] for key in counts if any(key)], dimension, names)
    lines = [(names.value(dimension, code), (_cell(counts[(code,)], largest),)) for code in order]
    return (*lines, (ALL, (_cell(counts[(ANY,)], 0, is_sum=True),)))


def _crossed(
    caption: str, counts: Mapping[tuple[str, ...], int | None], dimensions: tuple[str, ...], names: Names
) -> Grid:
    row_name, column_name = dimensions
    across = [*_order([key[1] for key in counts if key[1] and not key[0]], column_name, names), ANY]
    down = [*_order([key[0] for key in counts if key[0] and not key[1]], row_name, names), ANY]
    head = (names.dimensions[row_name], *(names.value(column_name, code) for code in across))
    lines = tuple(
        (
            names.value(row_name, row),
            tuple(_cell(counts.get((row, one), 0), 0, is_sum=not (row and one)) for one in across),
        )
        for row in down
    )
    return Grid(caption, head, lines)


def _order(codes: Sequence[str], dimension: str, names: Names) -> list[str]:
    """As the names are listed; what has none comes last, by its code."""
    known = list(names.values.get(dimension, {}))
    return sorted(set(codes), key=lambda code: (known.index(code) if code in known else len(known), code))


def _cell(count: int | None, largest: int, *, is_sum: bool = False) -> Cell:
    if count is None:
        return Cell(HIDDEN, 0, is_sum)
    return Cell(in_words(count), round(100 * count / largest) if largest else 0, is_sum)


def in_words(count: int) -> str:
    """With a thin space between thousands, as DIN 5008 has it."""
    return f"{count:,}".replace(",", "\u202f") if abs(count) >= 10_000 else str(count)
