"""Where a log differs from what was signed, and what happened there: edited, inserted, removed or truncated.

What can be told apart depends on the evidence. With hashes of all entries that lead to the signed root, the answer is
exact. Where an attacker replaced the hashes too, the whole subtrees that are still vouched for (by upper tiles, by
proofs, by an older bundle) bound the place, and the numbers and times inside the entries name the seam.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lotse_verifier.faults import Finding
from lotse_verifier.merkle import Tree

Nodes = Mapping[int, Mapping[int, bytes]]
"""Subtrees that are vouched for: by height, by place."""


@dataclass(frozen=True)
class Frame:
    """What an entry says about its own place; None where it cannot be read."""

    log_index: int | None
    recorded_at: str | None


def difference(tree: Tree, size: int, trusted: Nodes, frames: Sequence[Frame]) -> Finding:
    """What happened to a log of `size` entries whose tree is not the signed one."""
    known = trusted.get(0, {})
    if len(known) >= size:
        return aligned(tree.levels[0], [known[place] for place in range(size)])
    start, end = _bounds(tree, size, trusted)
    return _seam(tree.size, size, frames, start, end)


def aligned(there: Sequence[bytes], wanted: Sequence[bytes], after: Sequence[bytes] = ()) -> Finding:
    """The first place where two lists of leaf hashes part, and how. No two leaves of one log are equal.

    `after` is what comes after `there` and has nothing to be compared with.
    """
    index = next((at for at, (one, other) in enumerate(zip(there, wanted, strict=False)) if one != other), None)
    if index is None:
        if len(there) < len(wanted):
            return Finding("truncated", "log_truncated", len(there), values=(str(len(there)), str(len(wanted))))
        return Finding("inserted", "entries_beyond", len(wanted), values=(str(len(there)), str(len(wanted))))
    comes_later = there[index] in set(wanted[index + 1 :])
    stands_later = wanted[index] in {*there[index + 1 :], *after}
    if comes_later and stands_later:
        return Finding("edited", "entry_moved", index)
    if comes_later:
        return Finding("removed", "entry_removed", index)
    if stands_later:
        return Finding("inserted", "entry_inserted", index)
    # The rest was renumbered, so that no hash is left to compare with: only the number of entries tells.
    if len(there) < len(wanted):
        return Finding("removed", "entry_removed", index)
    return (
        Finding("inserted", "entry_inserted", index)
        if len(there) > len(wanted)
        else Finding("edited", "entry_edited", index)
    )


def _bounds(tree: Tree, size: int, trusted: Nodes) -> tuple[int, int]:
    """[start, end) has the first broken entry, as far as is known."""
    wrong = sorted(
        (place << height, (place + 1) << height)
        for height, nodes in trusted.items()
        for place, hashed in nodes.items()
        if tree.node(height, place) != hashed
    )
    start = 0
    # Whole subtrees that hold, from the left without a gap.
    while (step := _holding(tree, trusted, start)) is not None:
        start = step
    inside = [pair for pair in wrong if pair[1] > start]
    end = min((stop for _, stop in inside), default=max(size, tree.size))
    return start, min(end, max(size, tree.size))


def _holding(tree: Tree, trusted: Nodes, start: int) -> int | None:
    """Where the largest vouched subtree that begins here and holds ends."""
    for height in sorted(trusted, reverse=True):
        place = start >> height
        if place << height == start and place in trusted[height] and tree.node(height, place) == trusted[height][place]:
            return (place + 1) << height
    return None


def _seam(there: int, wanted: int, frames: Sequence[Frame], start: int, end: int) -> Finding:
    seam = next(_seams(frames), None)
    if seam is not None and seam.index is not None and seam.index >= start:
        return seam
    if there < wanted:
        if end > there:
            return Finding("truncated", "log_truncated", there, values=(str(there), str(wanted)))
        return _at("removed", "entry_removed", start, end)
    if there > wanted:
        return _at("inserted", "entry_inserted", start, end)
    return _at("edited", "entry_edited", start, end)


def _at(code: str, what: str, start: int, end: int) -> Finding:
    until = None if end == start + 1 else end
    if code == "removed":
        return Finding("removed", what, start, until)
    return Finding("inserted", what, start, until) if code == "inserted" else Finding("edited", what, start, until)


def _seams(frames: Sequence[Frame]) -> Iterator[Finding]:
    """Where numbers or times inside the entries do not go on as they must."""
    recorded = ""
    numbers = {frame.log_index for frame in frames}
    for index, frame in enumerate(frames):
        if frame.log_index is None or frame.recorded_at is None:
            yield Finding("edited", "entry_edited", index)
        elif frame.log_index > index:
            moved = index in numbers
            yield Finding("edited", "entry_moved", index) if moved else Finding("removed", "entry_removed", index)
        elif frame.log_index < index or frame.recorded_at <= recorded:
            yield Finding("inserted", "entry_inserted", index)
        recorded = frame.recorded_at or recorded
