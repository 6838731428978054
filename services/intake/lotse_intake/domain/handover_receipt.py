"""The receiver's acknowledgement, one line for each person: what counts, and what is refused.

It is not signed, since the receiver has no key that we could know. Manifest and hashes stand only inside the encrypted
package: who can name them has opened it.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

LINES_MAX = 20_000
LINE_BYTES_MAX = 2_000
RECEIVED, NOT_RECEIVED = "received", "not_received"

Fault = Literal["malformed", "unknown_reference", "twice", "hash_differs", "not_received", "too_many_lines"]
_DIGEST = re.compile(r"[0-9a-f]{64}")
_KEYS = {"batch", "manifest_sha256", "reference", "record_sha256", "result"}


class ReceiptOfAnother(ValueError):
    """The file belongs to another batch, or to another making of this one; nothing of it is taken."""


@dataclass(frozen=True)
class Line:
    """One person, as the receiver says."""

    number: int
    batch_id: UUID
    manifest_sha256: str
    reference: UUID
    record_sha256: str
    received: bool


@dataclass(frozen=True)
class Refused:
    """A line that is not taken, and why; the number is that of the line."""

    number: int
    fault: Fault
    reference: UUID | None = None


@dataclass(frozen=True)
class Judged:
    """What may be taken, what may not, and who is not mentioned."""

    taken: Sequence[UUID]
    refused: Sequence[Refused]
    missing: Sequence[UUID]


def line_of(batch_id: UUID, manifest_sha256: str, reference: UUID, record_sha256: str, *, received: bool = True) -> str:
    """As the receiver writes it."""
    return json.dumps(
        {
            "batch": str(batch_id),
            "manifest_sha256": manifest_sha256,
            "reference": str(reference),
            "record_sha256": record_sha256,
            "result": RECEIVED if received else NOT_RECEIVED,
        }
    )


def batch_of(content: bytes) -> UUID | None:
    """The batch that the first readable line names."""
    lines, _ = read(content)
    return lines[0].batch_id if lines else None


def read(content: bytes) -> tuple[list[Line], list[Refused]]:
    """The lines that can be read, and those that cannot."""
    lines: list[Line] = []
    refused: list[Refused] = []
    for number, raw in enumerate(content.split(b"\n"), start=1):
        if not raw.strip():
            continue
        if number > LINES_MAX:
            refused.append(Refused(number, "too_many_lines"))
            break
        line = _line(number, raw)
        if line is None:
            refused.append(Refused(number, "malformed"))
        else:
            lines.append(line)
    return lines, refused


def judged(content: bytes, *, batch_id: UUID, manifest_sha256: str, records: Mapping[UUID, str]) -> Judged:
    """What the file says about this batch, whose persons are `records` with the hash of each one's record.

    Raises ReceiptOfAnother. A person who stands in it twice is not taken at all: nobody can say which line is true.
    """
    lines, refused = read(content)
    if any(line.batch_id != batch_id or line.manifest_sha256 != manifest_sha256 for line in lines):
        raise ReceiptOfAnother
    times = Counter(line.reference for line in lines)
    taken = []
    for line in lines:
        fault = _fault(line, times, records)
        if fault is None:
            taken.append(line.reference)
        else:
            refused.append(Refused(line.number, fault, line.reference))
    missing = sorted(records.keys() - times.keys())
    return Judged(taken, sorted(refused, key=lambda one: one.number), missing)


def _fault(line: Line, times: Mapping[UUID, int], records: Mapping[UUID, str]) -> Fault | None:
    if line.reference not in records:
        return "unknown_reference"
    if times[line.reference] > 1:
        return "twice"
    if line.record_sha256 != records[line.reference]:
        return "hash_differs"
    return None if line.received else "not_received"


def _line(number: int, raw: bytes) -> Line | None:
    try:
        said = json.loads(raw) if len(raw) <= LINE_BYTES_MAX else None
        if not isinstance(said, dict) or said.keys() != _KEYS or said["result"] not in (RECEIVED, NOT_RECEIVED):
            return None
        digests = (_digest(said, "manifest_sha256"), _digest(said, "record_sha256"))
        ids = (UUID(said["batch"]), UUID(said["reference"]))
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None
    return Line(number, ids[0], digests[0], ids[1], digests[1], said["result"] == RECEIVED)


def _digest(said: Mapping[str, Any], name: str) -> str:
    if not isinstance(said[name], str) or not _DIGEST.fullmatch(said[name]):
        raise ValueError(name)
    return str(said[name])
