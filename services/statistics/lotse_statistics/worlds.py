"""Other worlds that look the same from outside: the proof that a hidden count cannot be told.

Everything published about one table is a set of sums over its cells and months. A *world* is any assignment of counts
that agrees with all of them. From the true world we walk to others by moves that no published sum shows: the same
cases in the same months, but under other categories. When two reachable worlds differ in a hidden count by at least the
wanted spread, whoever knows everything that was published cannot tell them apart; no search for the attacker's best
method is needed. The moves are cycles in the network of a table (cells from rows to columns, sums from the source to
rows and from columns to the sink), in one class of months or with the opposite move in another class.
"""

import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lotse_statistics.tables import ANY, Counts, Key, added, is_total, with_sums

SOURCE, SINK = "source", "sink"
FREE = 0
Cost = Callable[[Key], int | None]
"""What it costs to hide a key that is shown in the newest release; None: it cannot be hidden."""


@dataclass
class Release:
    """What one report says of one table: which months it covers, and which keys (sums too) it hides."""

    months: frozenset[str]
    hidden: set[Key] = field(default_factory=set)


@dataclass(frozen=True)
class Direction:
    """Where a move takes place: in one class of months, and where `minus` is named with the opposite move there.
    `net` is what each release sees of it: 1, -1, or 0."""

    plus: int
    minus: int | None
    net: tuple[int, ...]


@dataclass(frozen=True)
class Arc:
    """A key as an arc of the network; against its direction the count falls."""

    key: Key
    tail: str
    head: str


class World:
    """The counts of one table by class of months and by release, and what has been moved."""

    def __init__(self, months: Mapping[str, Counts], releases: Sequence[Release], *, sums_only: bool = False) -> None:
        self.releases = releases
        self.sums_only = sums_only
        signatures: dict[frozenset[int], list[str]] = {}
        for month in sorted(months):
            seen_by = frozenset(place for place, one in enumerate(releases) if month in one.months)
            if seen_by:
                signatures.setdefault(seen_by, []).append(month)
        ordered = sorted(signatures.items(), key=lambda pair: sorted(pair[0]))
        self.classes = [signature for signature, _ in ordered]
        self.inside = [with_sums(added(months[month] for month in members)) for _, members in ordered]
        self.outside = [
            with_sums(added(months[month] for month in sorted(one.months) if month in months)) for one in releases
        ]
        self.arcs = [_arc(key) for key in sorted({key for part in self.outside for key in part}) if not is_total(key)]
        self.leading = _leading(self.arcs)
        self.directions = list(self._all_directions())
        self.open_keys = {direction: self._open_in(direction) for direction in self.directions}

    def looks_after(self, key: Key) -> bool:
        """Whether it must not be told; a cell that no report ever says, not even as zero, may be."""
        return ANY in key or not self.sums_only

    def _open_in(self, direction: Direction) -> frozenset[Key]:
        """What every release but the newest hides, of those that would see a move in this direction."""
        found = frozenset(arc.key for arc in self.arcs)
        for release, net in zip(self.releases[:-1], direction.net, strict=False):
            if net:
                found &= release.hidden
        return found

    def _all_directions(self) -> Iterator[Direction]:
        count, places = len(self.classes), range(len(self.releases))
        for plus in range(count):
            yield Direction(plus, None, tuple(int(place in self.classes[plus]) for place in places))
        for plus in range(count):
            for minus in range(count):
                if plus != minus:
                    one, other = self.classes[plus], self.classes[minus]
                    yield Direction(plus, minus, tuple(int(place in one) - int(place in other) for place in places))

    def room(self, key: Key, step: int, direction: Direction) -> int:
        """By how much the key may rise (step 1) or fall (step -1) in this direction, hidden or not: no count falls
        below zero, and none that is hidden below one, since whoever reads knows that hidden is not zero."""
        limits = []
        falling = direction.plus if step < 0 else direction.minus
        if falling is not None and ANY not in key:
            limits.append(self.inside[falling].get(key, 0))
        for net, counts in zip(direction.net, self.outside, strict=True):
            if net:
                count = counts.get(key, 0)
                if not count:
                    return 0
                if net * step < 0:
                    limits.append(count - 1)
        return min(limits, default=1_000_000)

    def price(self, key: Key, direction: Direction, cost: Cost | None) -> int | None:
        """FREE where every release that would see the move hides the key; else what hiding costs, or None."""
        if key not in self.open_keys[direction]:
            return None
        if not direction.net[-1] or key in self.releases[-1].hidden:
            return FREE
        return None if cost is None else cost(key)

    def shift(self, key: Key, amount: int, direction: Direction) -> None:
        """Move a key by an amount, seen as the direction says."""
        _shift(self.inside[direction.plus], key, amount)
        if direction.minus is not None:
            _shift(self.inside[direction.minus], key, -amount)
        for net, counts in zip(direction.net, self.outside, strict=True):
            _shift(counts, key, net * amount)

    def cycle(
        self, key: Key, step: int, direction: Direction, *, at_least: int, cost: Cost | None
    ) -> tuple[int, list[tuple[Key, int]]] | None:
        """The cheapest way to move a key one step unseen: its price, and every key with its step; None: no way."""
        own = self.price(key, direction, cost)
        if own is None or self.room(key, step, direction) < at_least:
            return None
        arc = _arc(key)
        start, end = (arc.head, arc.tail) if step > 0 else (arc.tail, arc.head)
        best: dict[str, int] = {start: own}
        came: dict[str, tuple[str, Key, int]] = {}
        waiting = [(own, start)]
        while waiting:
            spent, node = heapq.heappop(waiting)
            if node == end:
                return spent, [(key, step), *_way_back(came, start, end)]
            if spent > best[node]:
                continue
            for other, forth, onward in self.leading.get(node, ()):
                price = None if other == key else self.price(other, direction, cost)
                if price is None or self.room(other, forth, direction) < at_least:
                    continue
                if spent + price < best.get(onward, 1 << 60):
                    best[onward] = spent + price
                    came[onward] = (node, other, forth)
                    heapq.heappush(waiting, (best[onward], onward))
        return None


def _way_back(came: Mapping[str, tuple[str, Key, int]], start: str, end: str) -> list[tuple[Key, int]]:
    steps, node = [], end
    while node != start:
        node, key, step = came[node]
        steps.append((key, step))
    return steps


def _arc(key: Key) -> Arc:
    """A cell leads from its row to its column, a row's sum from the source to it, a column's sum to the sink."""
    if len(key) == 1:
        return Arc(key, SOURCE, SINK)
    row, column = key
    return Arc(key, f"row {row}", f"column {column}") if row and column else _sum_arc(key)


def _sum_arc(key: Key) -> Arc:
    row, column = key
    return Arc(key, SOURCE, f"row {row}") if row else Arc(key, f"column {column}", SINK)


def _leading(arcs: Sequence[Arc]) -> dict[str, list[tuple[Key, int, str]]]:
    found: dict[str, list[tuple[Key, int, str]]] = {}
    for arc in arcs:
        found.setdefault(arc.tail, []).append((arc.key, 1, arc.head))
        found.setdefault(arc.head, []).append((arc.key, -1, arc.tail))
    return found


def _shift(counts: dict[Key, int], key: Key, amount: int) -> None:
    counts[key] = counts.get(key, 0) + amount
