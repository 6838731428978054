"""The enquiry's id and the receipt code that follow from an idempotency key: a repeated request gets the same."""

import hashlib
import hmac
from uuid import UUID

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32."""
CODE_CHARACTERS = 26  # 128 bit


def derived(secret: bytes, idempotency_key: str) -> tuple[UUID, str]:
    """Id and code; whoever does not know our secret cannot get from one to the other."""
    whole = hmac.digest(secret, b"lotse.receipt.v1|" + idempotency_key.encode(), hashlib.sha256)
    number = int.from_bytes(whole[16:], "big")
    code = "".join(ALPHABET[number >> shift & 31] for shift in range(5 * (CODE_CHARACTERS - 1), -1, -5))
    return UUID(bytes=whole[:16], version=4), code
