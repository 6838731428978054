"""A voucher's fingerprint under a key that two associations share: equal documents show, the vouchers do not.

A partner who holds the key can test guesses; that is said openly.
"""

import hashlib
import hmac

PURPOSE = b"lotse.voucher-fingerprint.v1"


def shared_key(agreed: bytes) -> bytes:
    """The key from the secret that two key pairs agree on; bound to this one purpose."""
    return hmac.new(PURPOSE, agreed, hashlib.sha256).digest()


def fingerprint(key: bytes, document_sha256: str) -> str:
    """Hexadecimal HMAC-SHA256 over the digest of the document."""
    return hmac.new(key, document_sha256.encode(), hashlib.sha256).hexdigest()
