"""Whether a witness may sign what a log hands in: only what the log it saw before has grown into.

Source: C2SP tlog-witness, as of 2026-07-22, in the order in which the specification checks.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lotse_ledger.domain.checkpoints import Head, NotACheckpoint, head_of, size_of
from lotse_ledger.domain.merkle import EMPTY_ROOT
from lotse_ledger.domain.notes import NotANote, SignatureFalse, SignedNote, Vkey, parse_note, signers, standard
from lotse_ledger.domain.proofs import HASH_BYTES, PROOF_HASHES_MAX, consistency_holds

REQUEST_BYTES_MAX = 16_384  # 63 hashes, and a checkpoint with some signatures

MALFORMED = "checkpoint_malformed"
OLD_SIZE_LARGER = "checkpoint_old_size_larger"
UNKNOWN_LOG = "checkpoint_of_unknown_log"
NOT_SIGNED = "checkpoint_not_signed"
SIGNATURE_FALSE = "checkpoint_signature_false"
CONFLICT = "checkpoint_old_size_differs"
ROOT_WRONG = "checkpoint_root_wrong"
NOT_CONSISTENT = "checkpoint_not_consistent"
FORKED = "checkpoint_forked"

STATUS_OF = {
    MALFORMED: 400,
    OLD_SIZE_LARGER: 400,
    NOT_SIGNED: 403,
    SIGNATURE_FALSE: 403,
    UNKNOWN_LOG: 404,
    CONFLICT: 409,
    ROOT_WRONG: 422,
    NOT_CONSISTENT: 422,
    FORKED: 422,
}
"""The specification's HTTP status of each reason."""


class NotWitnessed(ValueError):
    """The witness does not sign this. `latest_size` is what it saw last, where that is the reason."""

    def __init__(self, code: str, latest_size: int = 0) -> None:
        super().__init__(code)
        self.code, self.latest_size = code, latest_size

    @property
    def status(self) -> int:
        """As the specification answers it over HTTP."""
        return STATUS_OF[self.code]


@dataclass(frozen=True)
class Submission:
    """A checkpoint with the proof that it grew out of the last one the witness saw, which had this size."""

    old_size: int
    proof: tuple[bytes, ...]
    checkpoint: SignedNote
    head: Head


def submission(raw: bytes) -> Submission:
    """The body of `add-checkpoint`. Raises NotWitnessed with `checkpoint_malformed`."""
    head, gap, checkpoint = raw.partition(b"\n\n")
    try:
        first, *proof = head.decode("ascii").split("\n")
        if not gap or not first.startswith("old ") or len(raw) > REQUEST_BYTES_MAX:
            raise NotWitnessed(MALFORMED)
        return submitted(size_of(first.removeprefix("old ")), [standard(line) for line in proof], checkpoint)
    except (UnicodeDecodeError, NotACheckpoint, ValueError) as fault:
        raise NotWitnessed(MALFORMED) from fault


def submitted(old_size: int, proof: Sequence[bytes], checkpoint: bytes) -> Submission:
    """The same from its parts. Raises NotWitnessed with `checkpoint_malformed`."""
    if len(proof) > PROOF_HASHES_MAX or any(len(one) != HASH_BYTES for one in proof):
        raise NotWitnessed(MALFORMED)
    try:
        note = parse_note(checkpoint)
        return Submission(old_size, tuple(proof), note, head_of(note.text))
    except (NotANote, NotACheckpoint) as fault:
        raise NotWitnessed(MALFORMED) from fault


def request_of(given: Submission) -> bytes:
    """The body of `add-checkpoint`."""
    lines = [f"old {given.old_size}", *(base64.b64encode(one).decode() for one in given.proof)]
    return "\n".join([*lines, "", ""]).encode() + given.checkpoint.raw


def signed_by_its_log(given: Submission, keys: Mapping[str, Sequence[Vkey]]) -> None:
    """Raises NotWitnessed if the log is unknown, no key of it signed, or a line of a known key is false."""
    known = keys.get(given.head.origin)
    if not known:
        raise NotWitnessed(UNKNOWN_LOG)
    try:
        if not signers(given.checkpoint, known):
            raise NotWitnessed(NOT_SIGNED)
    except SignatureFalse:
        raise NotWitnessed(SIGNATURE_FALSE) from None


def grown_out_of(given: Submission, latest: Head | None) -> None:
    """Raises NotWitnessed unless the log seen last has grown into this one, or is this one."""
    seen = latest or Head(given.head.origin, 0, EMPTY_ROOT)
    head = given.head
    if given.old_size > head.size:
        raise NotWitnessed(OLD_SIZE_LARGER)
    if given.old_size != seen.size:
        raise NotWitnessed(CONFLICT, seen.size)
    if head.size == 0 and head.root != EMPTY_ROOT:
        raise NotWitnessed(ROOT_WRONG, seen.size)
    if head.size == seen.size and head.root != seen.root:
        raise NotWitnessed(FORKED, seen.size)
    if not consistency_holds(given.proof, old=seen.size, old_root=seen.root, new=head.size, new_root=head.root):
        raise NotWitnessed(NOT_CONSISTENT, seen.size)
