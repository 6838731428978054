"""Figures that name nobody: small counts are hidden, and enough others with them that they cannot be recomputed."""

from collections.abc import Mapping

COUNT_MIN = 3
"""The smallest count that is shown. Source: statistical secrecy of the Federal Employment Agency, as of 2026-11."""


def suppressed(counts: Mapping[str, int]) -> dict[str, int | None]:
    """Each cell with its count, or None where it is hidden; a zero is shown, since a hidden cell is not zero.

    Whoever knows the total subtracts the cells that are shown. So at least two cells are hidden, and together they
    hold so much that each of them could be any of at least COUNT_MIN values: the smallest cells are hidden until then.
    """
    hidden = {name for name, count in counts.items() if 0 < count < COUNT_MIN}
    if not hidden:
        return dict(counts)
    rest = sorted((count, name) for name, count in counts.items() if count >= COUNT_MIN)
    while rest and not _is_safe([counts[name] for name in hidden]):
        hidden.add(rest.pop(0)[1])
    if not _is_safe([counts[name] for name in hidden]):
        return {name: None if count else 0 for name, count in counts.items()}
    return {name: None if name in hidden else count for name, count in counts.items()}


def _is_safe(hidden: list[int]) -> bool:
    """With their sum known and each at least 1, a cell ranges over `sum - cells + 1` values."""
    return len(hidden) >= 2 and sum(hidden) - len(hidden) + 1 >= COUNT_MIN
