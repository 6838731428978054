"""The proof of an entry as a text that anybody checks without us. Source: C2SP tlog-proof, as of 2026-07-22."""

import base64
import re
from dataclasses import dataclass

from lotse_ledger.domain.notes import NOTE_BYTES_MAX, NotANote, SignedNote, parse_note, standard
from lotse_ledger.domain.proofs import HASH_BYTES, PROOF_HASHES_MAX

HEADER = "c2sp.org/tlog-proof@v1"
FILE_SUFFIX = ".tlog-proof"
PROOF_BYTES_MAX = NOTE_BYTES_MAX + 8_192
DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")


class NotAProof(ValueError):
    """This is no proof."""


@dataclass(frozen=True)
class TlogProof:
    """That the entry at this index is in the log of the checkpoint."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: SignedNote

    @property
    def text(self) -> bytes:
        """As it is written into a file."""
        lines = [HEADER, f"index {self.index}", *(base64.b64encode(one).decode() for one in self.hashes)]
        return "\n".join([*lines, "", ""]).encode() + self.checkpoint.raw


def parse_proof(raw: bytes) -> TlogProof:
    """Raises NotAProof. Extra data is passed over, since nothing vouches for it."""
    head, gap, note = raw[:PROOF_BYTES_MAX].partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
        if lines[1:2] and lines[1].startswith("extra "):
            del lines[1]
        header, index, *encoded = lines
        hashes = tuple(standard(one) for one in encoded)
        if not gap or header != HEADER or not index.startswith("index ") or len(hashes) > PROOF_HASHES_MAX:
            raise NotAProof("not a proof")
        if not DECIMAL.fullmatch(index.removeprefix("index ")) or any(len(one) != HASH_BYTES for one in hashes):
            raise NotAProof("not a proof")
        return TlogProof(int(index.removeprefix("index ")), hashes, parse_note(note))
    except (ValueError, NotANote) as fault:
        raise NotAProof("not a proof") from fault
