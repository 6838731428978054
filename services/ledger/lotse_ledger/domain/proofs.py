"""Proofs of RFC 6962: that an entry is in a log of this size, and that a longer log begins with a shorter one.

A proof is a list of subtree hashes. Which subtrees it takes is computed first, so that a store can read them at once;
each is made of perfect subtrees, and those are what a reader gives by height and number.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from lotse_ledger.domain.merkle import EMPTY_ROOT, node_hash

HASH_BYTES = 32
PROOF_HASHES_MAX = 63  # Source: C2SP tlog-witness


@dataclass(frozen=True)
class Span:
    """The subtree over the leaves from `first` up to, not including, `last`."""

    first: int
    last: int


@dataclass(frozen=True)
class Node:
    """The perfect subtree over 2^height leaves that begins at leaf `number` * 2^height."""

    height: int
    number: int


Reader = Callable[[Node], bytes]


def inclusion_spans(index: int, size: int) -> tuple[Span, ...]:
    """What proves a leaf, from its sibling up. Raises ValueError unless 0 <= index < size. Source: RFC 6962, 2.1.1."""
    if not 0 <= index < size:
        raise ValueError("no such leaf in a log of this size")
    spans: list[Span] = []
    first, last = 0, size
    while last - first > 1:
        middle = first + _split(last - first)
        if index < middle:
            spans.append(Span(middle, last))
            last = middle
        else:
            spans.append(Span(first, middle))
            first = middle
    return tuple(reversed(spans))


def consistency_spans(old: int, new: int) -> tuple[Span, ...]:
    """What proves that the log of size `new` begins with that of size `old`. Source: RFC 6962, 2.1.2.

    Nothing is needed from the empty log and from the same size. Raises ValueError unless 0 <= old <= new.
    """
    if not 0 <= old <= new:
        raise ValueError("a log does not become shorter")
    if old in (0, new):
        return ()
    spans: list[Span] = []
    first, last, whole = 0, new, True
    while old != last:
        middle = first + _split(last - first)
        if old <= middle:
            spans.append(Span(middle, last))
            last = middle
        else:
            spans.append(Span(first, middle))
            first, whole = middle, False
    if not whole:
        spans.append(Span(first, last))
    return tuple(reversed(spans))


def nodes_of(span: Span) -> Iterator[Node]:
    """The perfect subtrees of a subtree, largest first."""
    first = span.first
    while first < span.last:
        height = (span.last - first).bit_length() - 1
        yield Node(height, first >> height)
        first += 1 << height


def hash_of(span: Span, read: Reader) -> bytes:
    """The root over a subtree."""
    *others, found = [read(node) for node in nodes_of(span)] or [EMPTY_ROOT]
    for peak in reversed(others):
        found = node_hash(peak, found)
    return found


def proof(spans: Iterable[Span], read: Reader) -> tuple[bytes, ...]:
    """The hashes of what a proof takes."""
    return tuple(hash_of(span, read) for span in spans)


def inclusion_proof(index: int, size: int, read: Reader) -> tuple[bytes, ...]:
    """That a leaf is in a log of this size."""
    return proof(inclusion_spans(index, size), read)


def consistency_proof(old: int, new: int, read: Reader) -> tuple[bytes, ...]:
    """That the longer log begins with the shorter one."""
    return proof(consistency_spans(old, new), read)


def inclusion_holds(proof: Sequence[bytes], *, leaf: bytes, index: int, size: int, root: bytes) -> bool:
    """Whether the leaf hash stands at this index under this root. Source: RFC 9162, 2.1.3.2."""
    if not 0 <= index < size or not _are_hashes(proof, leaf, root):
        return False
    place, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(sibling, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def consistency_holds(proof: Sequence[bytes], *, old: int, old_root: bytes, new: int, new_root: bytes) -> bool:
    """Whether the log with the new root begins with the one with the old root. Source: RFC 9162, 2.1.4.2."""
    if not 0 <= old <= new or not _are_hashes(proof, old_root, new_root):
        return False
    if old in (0, new):
        return not proof and (old_root == new_root if old == new else old_root == EMPTY_ROOT)
    rest = list(proof) if old & (old - 1) else [old_root, *proof]
    if not rest:
        return False
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    older = newer = rest[0]
    for sibling in rest[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            older, newer = node_hash(sibling, older), node_hash(sibling, newer)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            newer = node_hash(newer, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and (older, newer) == (old_root, new_root)


def _split(size: int) -> int:
    """The largest power of two below the size."""
    return 1 << (size - 1).bit_length() - 1


def _are_hashes(proof: Sequence[bytes], *others: bytes) -> bool:
    return len(proof) <= PROOF_HASHES_MAX and all(len(one) == HASH_BYTES for one in (*proof, *others))
