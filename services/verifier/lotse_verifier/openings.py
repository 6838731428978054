"""Openings against the commitments of the entries: one may be missing, none may be another."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from lotse_verifier import limits
from lotse_verifier.canonical import NotCanonical, canonical, parsed
from lotse_verifier.entries import DIGEST, Entry
from lotse_verifier.faults import Finding, Unreadable
from lotse_verifier.tiles import Files

OPENINGS = "openings.jsonl"
ERASED = "opening_erased"


@dataclass
class Opened:
    """What was opened, by index and part, what is wrong, and what is open although the log says it was erased."""

    contents: dict[tuple[int, str], Any] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)


def check_openings(files: Files, entries: Sequence[Entry]) -> Opened:
    """Raises Unreadable if the file is none."""
    opened = Opened()
    by_index = {one.index: one for one in entries}
    last = (-1, "")
    for line in _lines(files):
        index, part, salt, content = _opening(line)
        if (index, part) <= last:
            raise Unreadable("openings_out_of_order", OPENINGS)
        last = index, part
        entry = by_index.get(index)
        wanted = entry.commitments.get(part) if entry else None
        if wanted is None:
            opened.findings.append(Finding("inserted", "opening_of_nothing", index, file=OPENINGS, values=(part,)))
        elif hashlib.sha256(salt + canonical(content)).hexdigest() != wanted:
            opened.findings.append(Finding("edited", "opening_differs", index, file=OPENINGS, values=(part,)))
        else:
            opened.contents[index, part] = content
    opened.kept = sorted({index for index, part in _erased(entries) if (index, part) in opened.contents})
    return opened


def _lines(files: Files) -> Iterator[bytes]:
    if not files.has(OPENINGS):
        return
    lines = files.read(OPENINGS).split(b"\n")
    if lines.pop():
        raise Unreadable("file_cut", OPENINGS)
    yield from lines


def _opening(line: bytes) -> tuple[int, str, bytes, Any]:
    if len(line) > limits.LINE_BYTES_MAX:
        raise Unreadable("line_too_long", OPENINGS)
    try:
        value = parsed(line)
    except NotCanonical:
        raise Unreadable("not_canonical", OPENINGS) from None
    if not isinstance(value, dict) or value.keys() != {"content", "log_index", "part", "salt"}:
        raise Unreadable("other_format", OPENINGS)
    index, part, salt = value["log_index"], value["part"], value["salt"]
    shaped = isinstance(index, int) and not isinstance(index, bool) and isinstance(part, str) and isinstance(salt, str)
    if not shaped or not DIGEST.fullmatch(salt):
        raise Unreadable("other_format", OPENINGS)
    return index, part, bytes.fromhex(salt), value["content"]


def _erased(entries: Sequence[Entry]) -> Iterator[tuple[int, str]]:
    for entry in entries:
        if entry.kind == ERASED:
            index, part = entry.data.get("log_index"), entry.data.get("part")
            if isinstance(index, int) and isinstance(part, str):
                yield index, part
