"""The Merkle tree of RFC 6962 over leaf hashes, grown leaf by leaf without keeping the leaves."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

NODE_PREFIX = b"\x01"
EMPTY_ROOT = hashlib.sha256(b"").digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Source: RFC 6962, section 2.1."""
    return hashlib.sha256(NODE_PREFIX + left + right).digest()


@dataclass(frozen=True)
class Frontier:
    """The roots of the perfect subtrees that a log of this size consists of, largest first."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def grown(self, leaves: Iterable[bytes]) -> "Frontier":
        """This log with more leaves at its end."""
        size, peaks = self.size, list(self.peaks)
        for leaf in leaves:
            peaks.append(leaf)
            carry = size
            while carry & 1:  # two subtrees of one height become one
                right = peaks.pop()
                peaks.append(node_hash(peaks.pop(), right))
                carry >>= 1
            size += 1
        return Frontier(size, tuple(peaks))

    def root(self) -> bytes:
        """The root over all leaves."""
        if not self.peaks:
            return EMPTY_ROOT
        *others, found = self.peaks
        for peak in reversed(others):
            found = node_hash(peak, found)
        return found


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over all leaves."""
    return Frontier().grown(leaves).root()
