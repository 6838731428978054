"""The seal of a preview: what each concern looked like and what would become of it, in eight bytes each."""

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from typing import Any

BYTES_EACH = 8  # two states of one concern that are mistaken for each other: once in 10^19


def fingerprint(*parts: Any) -> bytes:
    """Of what a decision stood on and what it was; the same parts give the same bytes."""
    whole = json.dumps(parts, default=str, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(whole.encode()).digest()[:BYTES_EACH]


def seal_of(prints: Sequence[bytes]) -> str:
    """All fingerprints in their order, as text."""
    return base64.urlsafe_b64encode(b"".join(prints)).rstrip(b"=").decode()


def moved_since(seal: str, prints: Sequence[bytes]) -> list[int]:
    """The places whose fingerprint is another now; all of them if the seal is none of so many concerns."""
    try:
        held = base64.urlsafe_b64decode(seal + "=" * (-len(seal) % 4))
    except (ValueError, binascii.Error):
        held = b""
    if len(held) != BYTES_EACH * len(prints):
        return list(range(len(prints)))
    return [place for place, one in enumerate(prints) if held[place * BYTES_EACH : (place + 1) * BYTES_EACH] != one]
