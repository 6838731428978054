"""The short form for one table of one dimension whose total is known and that nothing else overlaps."""

from collections.abc import Mapping

from lotse_statistics.protection import protected
from lotse_statistics.rules import COUNT_MIN, PLAIN, Rules

__all__ = ["COUNT_MIN", "suppressed"]

ONLY = frozenset({"only"})


def suppressed(counts: Mapping[str, int], rules: Rules = PLAIN) -> dict[str, int | None]:
    """Each cell with its count, or None where it is hidden; a zero is shown, since a hidden cell is not zero.

    Where nothing can be shown safely all that are not zero are hidden, and their total must not be told.
    """
    release = protected({"only": {(name,): count for name, count in counts.items()}}, [], ONLY, rules)
    if release is None or 0 < sum(counts.values()) < rules.count_min:
        return {name: None if count else 0 for name, count in counts.items()}
    return {name: None if (name,) in release.hidden else count for name, count in counts.items()}
