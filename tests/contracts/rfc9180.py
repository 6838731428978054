"""HPKE written a second time, from the text of RFC 9180 alone: a witness that sealing is what we say it is.

Base mode, DHKEM(X25519, HKDF-SHA256) 0x0020, HKDF-SHA256 0x0001, AES-256-GCM 0x0002, sequence number 0.
"""

import hashlib
import hmac

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEM_SUITE = b"KEM" + (0x0020).to_bytes(2)
HPKE_SUITE = b"HPKE" + b"".join(number.to_bytes(2) for number in (0x0020, 0x0001, 0x0002))
MODE_BASE = b"\x00"


def labeled_extract(suite: bytes, salt: bytes, label: bytes, ikm: bytes) -> bytes:
    """RFC 9180, section 4."""
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + ikm, hashlib.sha256)


def labeled_expand(suite: bytes, prk: bytes, label: bytes, info: bytes, length: int) -> bytes:
    """RFC 9180, section 4; one or two blocks of HKDF are enough for every length here."""
    labeled = length.to_bytes(2) + b"HPKE-v1" + suite + label + info
    first = hmac.digest(prk, labeled + b"\x01", hashlib.sha256)
    return (first + hmac.digest(prk, first + labeled + b"\x02", hashlib.sha256))[:length]


def key_and_nonce(exchanged: bytes, enc: bytes, receiver: bytes, info: bytes) -> tuple[bytes, bytes]:
    """RFC 9180, sections 4.1 (ExtractAndExpand) and 5.1 (KeySchedule)."""
    shared = labeled_expand(
        KEM_SUITE, labeled_extract(KEM_SUITE, b"", b"eae_prk", exchanged), b"shared_secret", enc + receiver, 32
    )
    psk_id = labeled_extract(HPKE_SUITE, b"", b"psk_id_hash", b"")
    context = MODE_BASE + psk_id + labeled_extract(HPKE_SUITE, b"", b"info_hash", info)
    secret = labeled_extract(HPKE_SUITE, shared, b"secret", b"")
    key = labeled_expand(HPKE_SUITE, secret, b"key", context, 32)
    return key, labeled_expand(HPKE_SUITE, secret, b"base_nonce", context, 12)


def seal(
    plaintext: bytes, receiver: bytes, info: bytes, *, ephemeral: X25519PrivateKey, aad: bytes = b""
) -> tuple[bytes, bytes]:
    """The encapsulated key and the ciphertext."""
    enc = ephemeral.public_key().public_bytes_raw()
    exchanged = ephemeral.exchange(X25519PublicKey.from_public_bytes(receiver))
    key, nonce = key_and_nonce(exchanged, enc, receiver, info)
    return enc, AESGCM(key).encrypt(nonce, plaintext, aad)


def unseal(enc: bytes, ciphertext: bytes, private_key: X25519PrivateKey, info: bytes, *, aad: bytes = b"") -> bytes:
    """The plaintext."""
    exchanged = private_key.exchange(X25519PublicKey.from_public_bytes(enc))
    key, nonce = key_and_nonce(exchanged, enc, private_key.public_key().public_bytes_raw(), info)
    return AESGCM(key).decrypt(nonce, ciphertext, aad)
