"""Which counts are too small to be said: parameters, not code."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lotse_statistics.tables import Key

COUNT_MIN = 3
"""The smallest count that is shown. Source: rules of statistical secrecy of the Federal Employment Agency, 2026-11."""
DELICATE_MIN = 5
"""The smallest count about health, psychosocial needs and violence. Source: the project's domain notes A7, 2026-11."""
SPREAD_MIN = 3
"""A hidden count can be any of at least this many more values: its interval is at least so wide, ends included, that
max - min >= 3. Narrower counts as recovered. Source: the issue, in its strict reading."""


@dataclass(frozen=True)
class Rules:
    """`delicate` names categories that have a minimum of their own, in whatever dimension they stand."""

    count_min: int = COUNT_MIN
    delicate: Mapping[str, int] = field(default_factory=dict)
    spread_min: int = SPREAD_MIN

    def minimum(self, key: Key) -> int:
        """The smallest count that this cell may show."""
        return max(self.count_min, *(self.delicate.get(name, 0) for name in key))

    def is_small(self, key: Key, count: int, persons: int | None = None) -> bool:
        """Whether it must be hidden: it is not zero, and too few cases or too few persons stand behind it."""
        least = self.minimum(key)
        return 0 < count < least or (count > 0 and persons is not None and persons < least)


PLAIN = Rules()
