"""Evidence files: each is what its name says, belongs to an entry, and none that should be there is missing."""

import hashlib
from collections.abc import Iterator, Sequence

from lotse_verifier.entries import Entry
from lotse_verifier.faults import Finding
from lotse_verifier.tiles import Files

FOLDER = "belege/"


def check_evidence(
    files: Files, entries: Sequence[Entry], covered: Sequence[Entry], missing: Sequence[str]
) -> Iterator[Finding]:
    """`covered` are the entries that the Belegliste names, `missing` the files that the bundle admits not to have."""
    named = _named(entries)
    there = [name for name in files.names if name.startswith(FOLDER)]
    for name in there:
        digest = name.removeprefix(FOLDER)
        index, size = named.get(digest, (None, None))
        if _digest(files, name) != digest or (size is not None and files.size(name) != size):
            yield Finding("edited", "evidence_differs", index, file=name)
        elif index is None:
            yield Finding("inserted", "evidence_of_nothing", file=name)
    admitted = {*missing, *(name.removeprefix(FOLDER) for name in there)}
    for entry in covered:
        for digest, _ in entry.attachments:
            if digest not in admitted:
                yield Finding("removed", "evidence_missing", entry.index, file=f"{FOLDER}{digest}")


def _named(entries: Sequence[Entry]) -> dict[str, tuple[int, int | None]]:
    """By digest: the first entry that names it, and its length if any says one."""
    found: dict[str, tuple[int, int | None]] = {}
    for entry in entries:
        for member in ("document_sha256", "payment_sha256"):
            digest = entry.data.get(member)
            if isinstance(digest, str):
                found.setdefault(digest, (entry.index, None))
        for digest, size in entry.attachments:
            index, known = found.get(digest, (entry.index, None))
            found[digest] = index, size if known is None else known
    return found


def _digest(files: Files, name: str) -> str:
    digest = hashlib.sha256()
    for piece in files.chunks(name):
        digest.update(piece)
    return digest.hexdigest()
