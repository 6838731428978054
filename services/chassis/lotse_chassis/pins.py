"""The PIN that she chose: how it is kept, and how long guessing is stopped."""

import hashlib
import hmac
from datetime import timedelta

SALT_BYTES = 16
SCRYPT_N, SCRYPT_R, SCRYPT_P = 1 << 10, 8, 1
"""1 MiB and about 3 ms: four digits are guessed at any price once the hash is out, so what protects it is the person's
key that it is encrypted with, and the lock below; the price here only has to stay payable at 50 enquiries a second."""
FREE_ATTEMPTS = 5
LOCK_FIRST = timedelta(minutes=1)
LOCK_MAX = timedelta(hours=24)


def hashed(pin: str, salt: bytes) -> bytes:
    """Salt and scrypt hash in one; blocks for milliseconds, so it runs in a thread."""
    return salt + hashlib.scrypt(pin.encode(), salt=salt, n=SCRYPT_N, r=SCRYPT_R, p=SCRYPT_P)


def fits(pin: str, kept: bytes) -> bool:
    """Whether this is the PIN, in constant time."""
    return hmac.compare_digest(hashed(pin, kept[:SALT_BYTES]), kept)


def lock_after(failures: int) -> timedelta:
    """How long no attempt is taken after so many failures: none for the first five, then doubling up to a day."""
    if failures < FREE_ATTEMPTS:
        return timedelta(0)
    doublings = min(failures - FREE_ATTEMPTS, 11)
    return min(LOCK_FIRST * (1 << doublings), LOCK_MAX)
