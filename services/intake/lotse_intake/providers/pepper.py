"""The pepper of the blind index: without it nobody who has the database can try names until one fits."""

import hashlib
import hmac
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from lotse_chassis.settings import SettingsInvalid, secret
from lotse_intake.domain.blocking import SCHEME, Key

PEPPER_BYTES = 32
DIGEST_BYTES = 16  # of HMAC-SHA256; two keys of a million meet by chance once in 10^26
DERIVED = b"lotse.pepper.v1"


class Pepper:
    """Makes digests of keys. `scheme` names the rules and the pepper, without giving it away."""

    def __init__(self, key: bytes) -> None:
        if len(key) != PEPPER_BYTES:
            raise ValueError("a pepper has 32 bytes")
        self._key = key
        self.scheme = f"{SCHEME}-{hmac.digest(key, b'scheme', 'sha256')[:8].hex()}"

    def digests(self, keys: Iterable[Key]) -> list[tuple[int, bytes]]:
        """Kind and digest of each key."""
        return [(kind, self._digest(kind, text)) for kind, text in keys]

    def attempt(self, message_id: UUID, pin: str) -> UUID:
        """One try of one PIN by one message; nobody gets back from it to the PIN."""
        return UUID(bytes=hmac.digest(self._key, f"attempt|{message_id}|{pin}".encode(), hashlib.sha256)[:16])

    def _digest(self, kind: int, text: str) -> bytes:
        return hmac.digest(self._key, f"{kind}|{text}".encode(), hashlib.sha256)[:DIGEST_BYTES]


def read_pepper(file: Path | None, key_encryption_key: bytes) -> Pepper:
    """From its file; without one it follows from the key-encryption key, and a new one makes the index anew.

    Raises SettingsInvalid naming the variable.
    """
    if file is None:
        return Pepper(hmac.digest(key_encryption_key, DERIVED, "sha256"))
    try:
        return Pepper(secret(file, "pepper_file"))
    except ValueError:
        raise SettingsInvalid("wrong: LOTSE_PEPPER_FILE") from None
