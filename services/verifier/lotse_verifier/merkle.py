"""The tree over the entries: its nodes, its root at every size, proofs of inclusion. Source: RFC 6962, section 2.1."""

import hashlib
from collections.abc import Sequence

EMPTY_ROOT = hashlib.sha256().digest()


def leaf_hash(entry: bytes) -> bytes:
    """Of one entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Of two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """All whole subtrees over some leaves: `levels[height][place]`."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.size = len(leaves)
        self.levels = [list(leaves)]
        while len(below := self.levels[-1]) > 1:
            pairs = zip(below[0::2], below[1::2], strict=False)
            self.levels.append([hashlib.sha256(b"\x01" + left + right).digest() for left, right in pairs])

    def root(self, size: int | None = None) -> bytes:
        """Over the first `size` leaves, all of them if None."""
        wanted = self.size if size is None else size
        return folded([self.levels[height][place] for height, place in peaks(wanted)])

    def node(self, height: int, place: int) -> bytes | None:
        """A whole subtree; None where the leaves do not reach."""
        if height >= len(self.levels) or place >= len(self.levels[height]):
            return None
        return self.levels[height][place]


def peaks(size: int) -> list[tuple[int, int]]:
    """The whole subtrees that a tree of this size is made of, from left to right: (height, place)."""
    found, start = [], 0
    for height in reversed(range(size.bit_length())):
        if size >> height & 1:
            found.append((height, start >> height))
            start += 1 << height
    return found


def folded(hashes: Sequence[bytes]) -> bytes:
    """The root over the peaks."""
    if not hashes:
        return EMPTY_ROOT
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


def included(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> tuple[bytes, list[tuple[int, int]]] | None:
    """The root that this path leads to, and the place of each of its hashes: (height, place).

    None if the path has the wrong length for the size. Source: RFC 9162, section 2.1.3.2, the same tree.
    """
    if index >= size:
        return None
    height, place, last, root, places = 0, index, size - 1, leaf, list[tuple[int, int]]()
    for sibling in path:
        if last == 0:
            return None
        if place & 1 or place == last:
            # A right edge that has no brother goes up until it has one.
            while not place & 1:
                place, last, height = place >> 1, last >> 1, height + 1
            places.append((height, place - 1))
            root = node_hash(sibling, root)
        else:
            places.append((height, place + 1))
            root = node_hash(root, sibling)
        place, last, height = place >> 1, last >> 1, height + 1
    return (root, places) if last == 0 else None
