"""The proof of one entry, checkable with no other file of the bundle. Source: C2SP tlog-proof, 2026-07-22."""

import binascii
import re
from dataclasses import dataclass

from lotse_verifier import limits
from lotse_verifier.faults import Unreadable
from lotse_verifier.merkle import included
from lotse_verifier.notes import HASH_BYTES, NUMBER, Checkpoint, base64_bytes, parse_checkpoint

HEADER = "c2sp.org/tlog-proof@v1"
NAME = re.compile(r"proofs/(0|[1-9][0-9]{0,15})\.tlog-proof", re.ASCII)
INDEX = "index "


@dataclass(frozen=True)
class Proof:
    """An index, the hashes up to the root, and the signed note as it stands."""

    index: int
    path: tuple[bytes, ...]
    note: bytes


def parse_proof(raw: bytes, file: str) -> Proof:
    """Raises Unreadable."""
    if len(raw) > limits.PROOF_BYTES_MAX:
        raise Unreadable("proof_too_large", file)
    head, gap, note = raw.partition(b"\n\n")
    try:
        first, second, *hashes = head.decode("ascii").split("\n")
        number = second.removeprefix(INDEX)
        path = tuple(base64_bytes(line) for line in hashes[: limits.PROOF_HASHES_MAX + 1])
        well = first == HEADER and second.startswith(INDEX) and NUMBER.fullmatch(number) and gap
        if not well or any(len(one) != HASH_BYTES for one in path) or len(hashes) > limits.PROOF_HASHES_MAX:
            raise Unreadable("not_a_proof", file)
    except (ValueError, binascii.Error):
        raise Unreadable("not_a_proof", file) from None
    return Proof(int(number), path, note)


def note_of(raw: bytes) -> bytes:
    """The checkpoint in a proof, or these bytes themselves if they are none."""
    if not raw.startswith(HEADER.encode()):
        return raw
    return raw.partition(b"\n\n")[2]


class Notes:
    """Checkpoints by their bytes: all proofs of a bundle have the same one, and it is checked once."""

    def __init__(self) -> None:
        self._known: dict[bytes, Checkpoint] = {}

    def parsed(self, raw: bytes, file: str) -> Checkpoint:
        """Raises Unreadable."""
        if raw not in self._known:
            self._known[raw] = parse_checkpoint(raw, file)
        return self._known[raw]


def proven(proof: Proof, leaf: bytes, checkpoint: Checkpoint) -> list[tuple[int, int, bytes]] | None:
    """The subtrees that the proof vouches for, (height, place, hash); None if it does not lead to the root."""
    reached = included(leaf, proof.index, checkpoint.size, proof.path)
    if reached is None or reached[0] != checkpoint.root:
        return None
    places = [(height, place, hashed) for (height, place), hashed in zip(reached[1], proof.path, strict=True)]
    whole = [one for one in places if (one[1] + 1) << one[0] <= checkpoint.size]
    return [(0, proof.index, leaf), *whole]
