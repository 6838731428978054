"""Tables of counts: cells under one or two dimensions, and the sums beside them."""

from collections.abc import Iterable, Mapping

ANY = ""
"""In the place of a category: the sum over all of them. `("health", "")` is a row's sum, `("", "")` the grand total."""

Key = tuple[str, ...]
Counts = Mapping[Key, int]
"""Cells only, such as `{("health", "need_met"): 4}`; what is not named is zero. A table's keys are equally long."""


def with_sums(counts: Counts) -> dict[Key, int]:
    """Cells and all sums of them; a table of one dimension has one sum, of two rows, columns and the total."""
    found: dict[Key, int] = {}
    for key, count in counts.items():
        if ANY in key or count < 0:
            raise ValueError("a cell names a category in each dimension, and its count is not negative")
        for one in sums_of(key):
            found[one] = found.get(one, 0) + count
    return found


def sums_of(key: Key) -> tuple[Key, ...]:
    """The cell itself and every sum that it is part of."""
    if len(key) == 1:
        return (key, (ANY,))
    row, column = key
    return (key, (row, ANY), (ANY, column), (ANY, ANY))


def added(parts: Iterable[Counts]) -> dict[Key, int]:
    """Cell by cell."""
    whole: dict[Key, int] = {}
    for part in parts:
        for key, count in part.items():
            whole[key] = whole.get(key, 0) + count
    return whole


def is_total(key: Key) -> bool:
    """Whether it is the grand total."""
    return not any(key)
