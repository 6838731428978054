"""Bundles over a history, as the format's page has them: a mapping of names to bytes, and the ZIP of it."""

import base64
import hashlib
import struct
from collections.abc import Mapping, Sequence
from typing import Any

import rfc8785

from tests.verifier.histories import History
from tests.verifier.keys import POLICY, WITNESS_KEY, WITNESSED_AT, Key
from tests.verifier.twins import BELEGLISTE, SOLL_IST, beancount, belegliste_rows, hledger, soll_ist_rows, table

Files = dict[str, bytes]
VALID_TO = "2099-12-31"


def leaf_hash(body: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + body).digest()


class Recursion:
    """The Merkle tree as RFC 6962, section 2.1 defines it; a hash is kept once it was computed."""

    def __init__(self, hashes: Sequence[bytes]) -> None:
        self.hashes = hashes
        self.known: dict[tuple[int, int], bytes] = {}

    def root(self, start: int = 0, end: int | None = None) -> bytes:
        stop = len(self.hashes) if end is None else end
        if stop - start == 0:
            return hashlib.sha256(b"").digest()
        if stop - start == 1:
            return self.hashes[start]
        if (start, stop) not in self.known:
            middle = start + _half(stop - start)
            joined = b"\x01" + self.root(start, middle) + self.root(middle, stop)
            self.known[start, stop] = hashlib.sha256(joined).digest()
        return self.known[start, stop]

    def path(self, index: int, start: int = 0, end: int | None = None) -> list[bytes]:
        stop = len(self.hashes) if end is None else end
        if stop - start <= 1:
            return []
        middle = start + _half(stop - start)
        if index < middle:
            return [*self.path(index, start, middle), self.root(middle, stop)]
        return [*self.path(index, middle, stop), self.root(start, middle)]


def _half(count: int) -> int:
    """The largest power of two below it."""
    return 1 << (count - 1).bit_length() - 1


def note(origin: str, size: int, root: bytes) -> bytes:
    return f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n".encode()


def signed(text: bytes, key: Key, *witnesses: Key, at: int = WITNESSED_AT) -> bytes:
    """A checkpoint with its cosignatures."""
    lines = key.line(key.private.sign(text))
    for witness in witnesses:
        blob = at.to_bytes(8, "big") + witness.private.sign(f"cosignature/v1\ntime {at}\n".encode() + text)
        lines += witness.line(blob)
    return text + b"\n" + lines.encode()


def tile_files(bodies: Sequence[bytes], hashes: Sequence[bytes]) -> Files:
    """Tiles and entry bundles."""
    files: Files = {}
    for start in range(0, len(bodies), 256):
        some = bodies[start : start + 256]
        raw = b"".join(struct.pack(">H", len(body)) + body for body in some)
        files[tile_path("entries", start // 256, len(some))] = raw
    level, row = 0, list(hashes)
    while row:
        for start in range(0, len(row), 256):
            some = row[start : start + 256]
            files[tile_path(str(level), start // 256, len(some))] = b"".join(some)
        row = [Recursion(row[at : at + 256]).root() for at in range(0, len(row) - 255, 256)]
        level += 1
    return files


def tile_path(level: str, number: int, width: int) -> str:
    parts = [f"{number:03d}"]
    if number >= 1000:
        parts = [f"x{number // 1000:03d}", f"{number % 1000:03d}"]
    return f"log/tile/{level}/{'/'.join(parts)}" + ("" if width == 256 else f".p/{width}")


def proof(index: int, tree: Recursion, checkpoint: bytes) -> bytes:
    lines = ["c2sp.org/tlog-proof@v1", f"index {index}"]
    lines += [base64.b64encode(one).decode() for one in tree.path(index)]
    return "\n".join(lines).encode() + b"\n\n" + checkpoint


def bundle(
    kept: History,
    *,
    checkpoint: bytes | None = None,
    key: Key | None = None,
    witnesses: Sequence[Key] = (WITNESS_KEY,),
    bodies: Sequence[bytes] | None = None,
) -> Files:
    """All files of a bundle over a history. `bodies` replace the entries, everything else is made to fit them."""
    written = kept.bodies if bodies is None else list(bodies)
    hashes = [leaf_hash(body) for body in written]
    tree = Recursion(hashes)
    origin = kept.leaves[0]["origin"] if kept.leaves else "alpha.example/grant-ledger"
    note_raw = checkpoint or signed(note(origin, len(written), tree.root()), key or kept.key, *witnesses)
    rows = belegliste_rows(kept)
    about: dict[str, Any] = {
        "format": "lotse-bundle@v1",
        "origin": origin,
        "size": len(written),
        "valid_to": VALID_TO,
        "grants": kept.grants,
        "belege_missing": sorted(kept.missing & _covered_files(kept, rows)),
    }
    if kept.leaves:
        about["recorded_to"] = kept.leaves[-1]["recorded_at"]
    files: Files = {
        "LIESMICH.txt": b"drei Schritte\n",
        "bundle.json": rfc8785.dumps(about) + b"\n",
        "policy.txt": POLICY,
        "log/checkpoint": note_raw,
        **tile_files(written, hashes),
        **{f"proofs/{index}.tlog-proof": proof(index, tree, note_raw) for index in {int(row[18]) for row in rows}},
        "openings.jsonl": openings(kept),
        **{f"belege/{digest}": raw for digest, raw in kept.evidence.items()},
        "belegliste.csv": table(BELEGLISTE, rows),
        "soll_ist.csv": table(SOLL_IST, soll_ist_rows(kept)),
        "journal.hledger": hledger(kept),
        "journal.beancount": beancount(kept),
        "verify.html": b"<!doctype html>",
    }
    return with_manifest(files)


def _covered_files(kept: History, rows: Sequence[Sequence[str]]) -> set[str]:
    covered = {int(row[18]) for row in rows}
    return {
        one["sha256"] for leaf in kept.leaves if leaf["log_index"] in covered for one in leaf.get("attachments", ())
    }


def with_manifest(files: Mapping[str, bytes]) -> Files:
    """The same files with the manifest that fits them."""
    rest = {name: raw for name, raw in files.items() if name != "MANIFEST.sha256"}
    lines = [f"{hashlib.sha256(rest[name]).hexdigest()}  {name}\n" for name in sorted(rest)]
    return {**rest, "MANIFEST.sha256": "".join(lines).encode()}


def openings(kept: History) -> bytes:
    found = sorted(kept.openings, key=lambda one: (one["log_index"], one["part"]))
    return b"".join(rfc8785.dumps(one) + b"\n" for one in found)
