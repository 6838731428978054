"""A checkpoint fixes the log up to an entry: its name, its size, the root over it.

Source: C2SP tlog-checkpoint, as of 2026-07-22.
"""

import base64
import re
from dataclasses import dataclass

from lotse_ledger.domain.notes import standard

SIZE_MAX = 2**63 - 1
ROOT_BYTES = 32
LOG = "grant-ledger"
"""The last part of the name of an association's log, and what messages about it are addressed by."""
DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")


class NotACheckpoint(ValueError):
    """The text of this note is no checkpoint."""


@dataclass(frozen=True)
class Head:
    """A log's name, its size in entries and the root over them."""

    origin: str
    size: int
    root: bytes


def origin_of(association: str) -> str:
    """The name of an association's log, unless the settings say another."""
    return f"{association}/{LOG}"


def text_of(head: Head) -> bytes:
    """What the log's owner signs."""
    return f"{head.origin}\n{head.size}\n{base64.b64encode(head.root).decode()}\n".encode()


def head_of(text: bytes) -> Head:
    """What a checkpoint says; lines that extend it are passed over. Raises NotACheckpoint."""
    lines = text.decode("utf-8", errors="replace").removesuffix("\n").split("\n")
    if len(lines) < 3 or not all(lines) or not text.endswith(b"\n"):
        raise NotACheckpoint("fewer than three lines")
    return Head(lines[0], size_of(lines[1]), _root(lines[2]))


def size_of(text: str) -> int:
    """A decimal without leading zeros. Raises NotACheckpoint."""
    if not DECIMAL.fullmatch(text) or int(text) > SIZE_MAX:
        raise NotACheckpoint("no size")
    return int(text)


def _root(text: str) -> bytes:
    try:
        root = standard(text)
    except ValueError:
        raise NotACheckpoint("a root that is not base64") from None
    if len(root) != ROOT_BYTES:
        raise NotACheckpoint("a root that is no hash")
    return root
