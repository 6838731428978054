"""The list of files, and what the bundle says it is about."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lotse_verifier.canonical import NotCanonical, parsed
from lotse_verifier.faults import Finding, Unreadable
from lotse_verifier.tiles import Files

MANIFEST = "MANIFEST.sha256"
ABOUT = "bundle.json"
CHECKPOINT = "log/checkpoint"
FORMAT = "lotse-bundle@v1"
LINE = re.compile(r"(?P<digest>[0-9a-f]{64})  (?P<path>[A-Za-z0-9._/-]+)", re.ASCII)
REQUIRED = (
    MANIFEST,
    ABOUT,
    "LIESMICH.txt",
    "policy.txt",
    CHECKPOINT,
    "openings.jsonl",
    "belegliste.csv",
    "soll_ist.csv",
    "journal.hledger",
    "journal.beancount",
    "verify.html",
)
KNOWN = re.compile(r"log/tile/.+|proofs/(0|[1-9][0-9]{0,15})\.tlog-proof|belege/[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True)
class About:
    """What the bundle claims to be about; each is checked against the log."""

    origin: str
    size: int
    recorded_to: str
    valid_to: str
    grants: tuple[str, ...]
    belege_missing: tuple[str, ...]


def read_about(files: Files) -> About:
    """Raises Unreadable."""
    raw = files.read(ABOUT)
    try:
        value = parsed(raw.removesuffix(b"\n"))
    except NotCanonical:
        raise Unreadable("not_canonical", ABOUT) from None
    if not raw.endswith(b"\n") or not isinstance(value, dict) or value.get("format") != FORMAT:
        raise Unreadable("other_format", ABOUT)
    texts = [value.get(name, "") for name in ("origin", "recorded_to", "valid_to")]
    lists = [value.get(name) for name in ("grants", "belege_missing")]
    size = value.get("size")
    if not all(isinstance(one, str) for one in texts) or not isinstance(size, int) or not all(map(_texts, lists)):
        raise Unreadable("other_format", ABOUT)
    return About(texts[0], size, texts[1], texts[2], tuple(lists[0] or ()), tuple(lists[1] or ()))


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def check_files(files: Files) -> None:
    """Raises Unreadable where a file is missing without which nothing can be said."""
    for name in (MANIFEST, ABOUT, CHECKPOINT):
        if not files.has(name):
            raise Unreadable("file_missing", name)


def differences(files: Files, expected_sha256: str | None) -> Iterator[Finding]:
    """Files that are not as the manifest says, and files that no bundle has. Raises Unreadable for no manifest.

    `expected_sha256` is the manifest's own digest, where the auditor has it from elsewhere.
    """
    listed = _listed(files.read(MANIFEST))
    if expected_sha256 is not None and _digest(files, MANIFEST) != expected_sha256:
        yield Finding("edited", "manifest_differs", file=MANIFEST)
    there = {name for name in files.names if name != MANIFEST}
    for name in sorted(listed.keys() - there):
        yield Finding("removed", "file_not_there", file=name)
    for name in sorted(there - listed.keys()):
        yield Finding("inserted", "file_not_listed", file=name)
    for name in sorted(there & listed.keys()):
        if _digest(files, name) != listed[name]:
            yield Finding("edited", "file_differs", file=name)
    for name in sorted(set(REQUIRED) - set(files.names)):
        yield Finding("removed", "file_missing", file=name)
    for name in files.names:
        if name not in REQUIRED and not KNOWN.fullmatch(name):
            yield Finding("inserted", "file_unknown", file=name)


def _listed(raw: bytes) -> dict[str, str]:
    try:
        lines = raw.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise Unreadable("not_a_manifest", MANIFEST) from None
    found: dict[str, str] = {}
    for line in lines[:-1]:
        parts = LINE.fullmatch(line)
        if parts is None or (found and parts["path"] <= next(reversed(found))):
            raise Unreadable("not_a_manifest", MANIFEST)
        found[parts["path"]] = parts["digest"]
    if lines[-1] or MANIFEST in found:
        raise Unreadable("not_a_manifest", MANIFEST)
    return found


def _digest(files: Files, name: str) -> str:
    digest = hashlib.sha256()
    for piece in files.chunks(name):
        digest.update(piece)
    return digest.hexdigest()
