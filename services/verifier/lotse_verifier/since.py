"""What an auditor kept from an earlier check: a checkpoint, a proof, or the whole older bundle."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lotse_verifier import tiles
from lotse_verifier.compare import aligned
from lotse_verifier.faults import Finding
from lotse_verifier.manifest import CHECKPOINT, check_files
from lotse_verifier.merkle import Tree, leaf_hash
from lotse_verifier.notes import Checkpoint, Vkey, log_signed, parse_checkpoint
from lotse_verifier.proofs import note_of
from lotse_verifier.tiles import Files

MARK = "\ufeff".encode()


@dataclass(frozen=True)
class Older:
    """`leaves` are the hashes of the older bundle's entries, none without one."""

    checkpoint: Checkpoint
    leaves: tuple[bytes, ...] = ()


def older_note(raw: bytes) -> Older:
    """From a checkpoint or a proof, also one that was pasted from a mail into an editor of Windows. Raises Unreadable.

    What such an editor adds is taken away again; the signature says whether the rest is what was signed.
    """
    plain = raw.removeprefix(MARK).replace(b"\r\n", b"\n").rstrip(b"\n") + b"\n"
    return Older(parse_checkpoint(note_of(plain), "--since"))


def older_bundle(files: Files) -> Older:
    """From a bundle; its entries count if they lead to its own root. Raises Unreadable."""
    check_files(files)
    checkpoint = parse_checkpoint(files.read(CHECKPOINT), CHECKPOINT)
    leaves = tuple(leaf_hash(body) for body in tiles.entries(files)[0])
    whole = len(leaves) == checkpoint.size and Tree(leaves).root() == checkpoint.root
    return Older(checkpoint, leaves if whole else ())


def check_older(older: Older, checkpoint: Checkpoint, tree: Tree, keys: Sequence[Vkey]) -> Iterator[Finding]:
    """Whether the log only grew. The older state needs the log's signature, no witness: it lay with the auditor."""
    before = older.checkpoint
    if before.origin != checkpoint.origin or not any(log_signed(before, key) for key in keys):
        yield Finding("signature", "old_not_signed", file="--since")
        return
    if before.size == checkpoint.size and before.root != checkpoint.root:
        index = aligned(tree.levels[0], older.leaves).index if older.leaves else None
        yield Finding("edited", "fork", index, file="--since", values=(str(before.size),))
        return
    there, wanted = tree.levels[0], older.leaves
    if before.size > tree.size:
        if not wanted or list(wanted[: tree.size]) == there:
            yield Finding("truncated", "old_longer", tree.size, values=(str(tree.size), str(before.size)))
        else:
            yield aligned(there, wanted)
    elif tree.root(before.size) != before.root:
        if wanted:
            yield aligned(there[: before.size], wanted, there[before.size :])
        else:
            yield Finding("edited", "old_rewritten", 0, before.size, values=(str(before.size),))
