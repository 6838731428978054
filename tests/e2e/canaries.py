"""What the story's people said and are called, looked for where no person's value may be."""

from collections.abc import Iterator
from pathlib import Path

from lotse_local.demo.cast import cast

WORD_CHARACTERS = 24  # of a text; nobody says so much by chance
PLAIN_FOLDERS = ("processes", "traces", "nats")
"""Logs, finished spans, and the streams on disk: content on the wire is sealed."""


def canaries() -> frozenset[bytes]:
    """Names, addresses and the beginnings of texts."""
    said = [case.script for case in cast()]
    found = {part for one in said for part in (one.name, one.email, one.phone, one.text[:WORD_CHARACTERS])}
    return frozenset(part.encode() for part in found if part)


def leaks(root: Path) -> Iterator[str]:
    """The files of the data folder that hold one of them."""
    wanted = canaries()
    for folder in PLAIN_FOLDERS:
        for path in root.glob(f"associations/*/{folder}/**/*"):
            if path.is_file() and any(canary in path.read_bytes() for canary in wanted):
                yield str(path.relative_to(root))
