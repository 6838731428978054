"""Sealing content to a service's key, and signing between associations. Needs the extra `[seal]`.

Source: RFC 9180 (HPKE), base mode, KEM X25519 with HKDF-SHA256 (0x0020), HKDF-SHA256 (0x0001), AES-256-GCM (0x0002),
single shot, empty AAD. The info string is `lotse.seal.v1|<type>|<key>`, so that sealed bytes cannot be moved to
another message or another subject.
"""

import base64
import hashlib

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from lotse_contracts.envelope import Sealed

ENCAPSULATED_BYTES = 32
KEY_BYTES = 32
KID_CHARACTERS = 16

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


class CannotOpen(ValueError):
    """Not sealed to this key, for another message, or altered on the way."""


def encode(raw: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """The bytes of base64url without padding. Raises CannotOpen if it is none."""
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError as fault:
        raise CannotOpen("not base64url") from fault


def key_id(public_key: bytes) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of the raw public key."""
    return hashlib.sha256(public_key).hexdigest()[:KID_CHARACTERS]


def info_of(type_name: str, key: str) -> bytes:
    """What sealed bytes are bound to: the CloudEvents type and the message's key (see `binding` in the guide)."""
    return f"lotse.seal.v1|{type_name}|{key}".encode()


def seal(plaintext: bytes, public_key: bytes, *, type_name: str, key: str) -> Sealed:
    """Seal to a raw 32-byte X25519 public key. Raises CannotOpen if the key is none."""
    if len(public_key) != KEY_BYTES:
        raise CannotOpen("not a public key")
    try:
        whole = _SUITE.encrypt(plaintext, X25519PublicKey.from_public_bytes(public_key), info_of(type_name, key))
    except ValueError as fault:  # a point of low order, which would make the shared key known to everybody
        raise CannotOpen("not a public key") from fault
    return Sealed(
        kid=key_id(public_key),
        enc=encode(whole[:ENCAPSULATED_BYTES]),
        ciphertext=encode(whole[ENCAPSULATED_BYTES:]),
    )


def open_sealed(sealed: Sealed, private_key: X25519PrivateKey, *, type_name: str, key: str) -> bytes:
    """The plaintext. Raises CannotOpen if the key, the message or the bytes do not fit."""
    whole = decode(sealed.enc) + decode(sealed.ciphertext)
    try:
        return _SUITE.decrypt(whole, private_key, info_of(type_name, key))
    except (InvalidTag, ValueError) as fault:
        raise CannotOpen("not sealed to this key for this message") from fault


def public_bytes(private_key: X25519PrivateKey | Ed25519PrivateKey) -> bytes:
    """The raw 32-byte public key."""
    return private_key.public_key().public_bytes_raw()


def sign(message: bytes, private_key: Ed25519PrivateKey) -> str:
    """Ed25519, base64url without padding."""
    return encode(private_key.sign(message))


def signature_holds(message: bytes, signature: str, public_key: bytes) -> bool:
    """Whether the holder of this raw Ed25519 key signed these bytes."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(decode(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True
