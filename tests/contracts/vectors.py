"""The test vectors of sealing and signing: `python -m tests.contracts.vectors` writes contracts/vectors/seal.json.

They are made by the second implementation (`rfc9180.py`) from fixed keys, so that they are always the same bytes, and
checked against `lotse_contracts.sealed` and against a third one in JavaScript.
"""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from lotse_contracts.envelope import Envelope, Sealed, SealedTransfer, signed_bytes
from lotse_contracts.intake import AddToEnquiry, AnswerEnquiry, RegisterPerson, SubmitEnquiry
from lotse_contracts.notify import ChangeContact
from lotse_contracts.referral import ReferralOffered
from lotse_contracts.sealed import encode, info_of, key_id, public_bytes, sign
from tests.contracts import rfc9180

FILE = Path(__file__).parents[2] / "contracts" / "vectors" / "seal.json"
ENQUIRY = "7f9c3f1e-5d0b-4c55-9a51-0d7f4be1c001"
PERSON = "7f9c3f1e-5d0b-4c55-9a51-0d7f4be1c002"
REFERRAL = "7f9c3f1e-5d0b-4c55-9a51-0d7f4be1c003"
RECEIPT_SHA256 = hashlib.sha256(b"0123456789ABCDEFGHJKMNPQRS").hexdigest()

CASES: tuple[tuple[str, str, str], ...] = (
    (SubmitEnquiry.type_name(), ENQUIRY, '{"text":"Добрий день","contact":{"kind":"none"},"pin":"4711"}'),
    (SubmitEnquiry.type_name(), ENQUIRY, ""),
    (AddToEnquiry.type_name(), RECEIPT_SHA256, '{"text":"Спасибо","pin":"4711"}'),
    (AnswerEnquiry.type_name(), ENQUIRY, '{"text":"Kommen Sie am Dienstag."}'),
    (RegisterPerson.type_name(), PERSON, '{"identity":{"name":"Example"}}'),
    (ChangeContact.type_name(), PERSON, '{"contact":{"kind":"email","value":"someone@example.org"}}'),
    (ReferralOffered.type_name(), REFERRAL, '{"need_summary":"' + "word " * 400 + '"}'),
)
"""Message type, the key that the sealed bytes are bound to, and the plaintext."""


def private(label: str) -> bytes:
    """A private key that everybody knows."""
    return hashlib.sha256(f"lotse test vector: {label}".encode()).digest()


def sealing(number: int, type_name: str, key: str, plaintext: str) -> dict[str, Any]:
    """One vector of sealing."""
    receiver = X25519PrivateKey.from_private_bytes(private(f"receiver {number}"))
    ephemeral = X25519PrivateKey.from_private_bytes(private(f"ephemeral {number}"))
    info = info_of(type_name, key)
    enc, ciphertext = rfc9180.seal(plaintext.encode(), public_bytes(receiver), info, ephemeral=ephemeral)
    return {
        "type": type_name,
        "key": key,
        "info": info.decode(),
        "private_key": encode(receiver.private_bytes_raw()),
        "public_key": encode(public_bytes(receiver)),
        "ephemeral_private_key": encode(ephemeral.private_bytes_raw()),
        "plaintext": plaintext,
        "sealed": {"kid": key_id(public_bytes(receiver)), "enc": encode(enc), "ciphertext": encode(ciphertext)},
    }


def signing() -> dict[str, Any]:
    """One vector of an envelope to another association, signed."""
    signer = Ed25519PrivateKey.from_private_bytes(private("signer"))
    sealed = Sealed(**sealing(0, ReferralOffered.type_name(), REFERRAL, "{}")["sealed"])
    bare = _envelope(SealedTransfer(sealed=sealed, signature="", signer="alpha"))
    message = signed_bytes(bare)
    signed = _envelope(SealedTransfer(sealed=sealed, signature=sign(message, signer), signer="alpha"))
    return {
        "private_key": encode(signer.private_bytes_raw()),
        "public_key": encode(public_bytes(signer)),
        "envelope": json.loads(signed.model_dump_json(exclude_none=True)),
        "signed_bytes": message.decode(),
        "signature": signed.data.signature,
    }


def _envelope(transfer: SealedTransfer) -> Envelope[SealedTransfer]:
    return Envelope[SealedTransfer](
        id=UUID("7f9c3f1e-5d0b-4c55-9a51-0d7f4be1c004"),
        source="alpha/referral",
        type=ReferralOffered.type_name(),
        subject=REFERRAL,
        time=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        data=transfer,
        tenant="alpha",
    )


def document() -> dict[str, Any]:
    """The whole file."""
    return {
        "comment": "Keys of test vectors are public: never use one. Bytes are base64url without padding.",
        "suite": "RFC 9180 base mode, X25519 HKDF-SHA256 (0x0020), HKDF-SHA256 (0x0001), AES-256-GCM (0x0002), no AAD",
        "sealing": [sealing(number, *case) for number, case in enumerate(CASES)],
        "signing": [signing()],
    }


def text() -> str:
    """The bytes of the committed file."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(text())
