"""Which part of a file goes into one answer: the newest that fit, and where the next page begins."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from lotse_intake.domain.cursors import Place

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Item(Generic[T_co]):
    """Something in a file: since when it is there, and how many bytes it takes."""

    at: datetime
    id: UUID
    size_bytes: int
    shown: T_co

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.at, self.id)


def newest(
    lists: Sequence[Sequence[Item[T_co]]], *, limit: int, bytes_max: int
) -> tuple[tuple[Item[T_co], ...], Place | None]:
    """The newest items of several lists that fit together, and the place after which the next page begins, if any.

    Each list is newest first and holds up to `limit` items: of one that is full there may be more, so nothing that is
    older than its last item is shown yet. There is always at least one item, so that every walk along the pages ends.
    """
    horizon = max((_key(one[-1]) for one in lists if len(one) >= limit), default=None)
    ordered = sorted((item for one in lists for item in one), key=_key, reverse=True)
    seen = [item for item in ordered if horizon is None or _key(item) >= horizon]
    taken = size = 0
    for item in seen:
        size += item.size_bytes
        if taken and size > bytes_max:
            break
        taken += 1
    more = horizon is not None or taken < len(ordered)
    return tuple(seen[:taken]), seen[taken - 1].place if more and taken else None


def _key(item: Item[T_co]) -> tuple[datetime, UUID]:
    return item.at, item.id
