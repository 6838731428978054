"""The pepper of the address index: without it nobody who has the database can try numbers until one fits."""

import hashlib
import hmac
from pathlib import Path

from lotse_chassis.settings import SettingsInvalid, secret
from lotse_contracts.values import NoticeChannel
from lotse_notify.domain.addresses import digested

PEPPER_BYTES = 32
DIGEST_BYTES = 16  # of HMAC-SHA256; two addresses of a million meet by chance once in 10^26
SCHEME = "addresses-1"
DERIVED = b"lotse.notify.pepper.v1"


class Pepper:
    """Makes digests of addresses. `scheme` names the rules and the pepper, without giving it away."""

    def __init__(self, key: bytes) -> None:
        if len(key) != PEPPER_BYTES:
            raise ValueError("a pepper has 32 bytes")
        self._key = key
        self.scheme = f"{SCHEME}-{hmac.digest(key, b'scheme', 'sha256')[:8].hex()}"

    def digest(self, channel: NoticeChannel, address: str) -> bytes:
        """What finds the persons of an address, in its stored form."""
        return hmac.digest(self._key, f"address|{digested(channel, address)}".encode(), hashlib.sha256)[:DIGEST_BYTES]


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
