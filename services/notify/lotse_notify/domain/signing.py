"""The signature under a webhook of seven.io, beside the path that only seven knows.

Source: docs.seven.io/en/rest-api/signing (2026-11).
"""

import hashlib
import hmac
from dataclasses import dataclass

AGE_SECONDS_MAX = 300
"""seven allows 30 s on its side; clocks and networks here get more, since the same receipt again changes nothing."""


@dataclass(frozen=True)
class Signed:
    """What the headers X-Signature, X-Timestamp and X-Nonce say, and what was signed."""

    signature: str
    timestamp: str
    nonce: str
    method: str
    url: str
    body: bytes


def genuine(key: bytes, said: Signed, *, now_seconds: float) -> bool:
    """Whether this account's key signed it a short while ago, in constant time."""
    if not (said.timestamp.isascii() and said.timestamp.isdigit()) or len(said.timestamp) > 12:
        return False
    if abs(now_seconds - int(said.timestamp)) > AGE_SECONDS_MAX:
        return False
    return hmac.compare_digest(signature_of(key, said).encode(), said.signature.encode(errors="replace"))


def signature_of(key: bytes, said: Signed) -> str:
    """HMAC-SHA256 over time, nonce, method, the URL as it is set in the portal, and the MD5 of the body."""
    body = hashlib.md5(said.body, usedforsecurity=False).hexdigest()
    text = f"{said.timestamp}\n{said.nonce}\n{said.method}\n{said.url}\n{body}"
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
