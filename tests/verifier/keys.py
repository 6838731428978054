"""The keys of the tests, and the auditor's policy over them."""

import base64
import hashlib
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ORIGIN = "alpha.example/grant-ledger"
WITNESS = "beta.example/witness"
COUNTRY = "city.example/witness"
WITNESSED_AT = 1_774_976_400  # 2026-03-31 17:00 UTC


@dataclass(frozen=True)
class Key:
    """A key with its name."""

    name: str
    kind: int
    private: Ed25519PrivateKey = field(repr=False)

    @property
    def public(self) -> bytes:
        return self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    @property
    def key_id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    @property
    def vkey(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(bytes([self.kind]) + self.public).decode()}"

    def line(self, blob: bytes) -> str:
        return f"\u2014 {self.name} {base64.b64encode(self.key_id + blob).decode()}\n"


def key_of(name: str, kind: int, seed: str) -> Key:
    """The same seed is the same key."""
    return Key(name, kind, Ed25519PrivateKey.from_private_bytes(hashlib.sha256(seed.encode()).digest()))


LOG_KEY = key_of(ORIGIN, 1, "log")
NEXT_LOG_KEY = key_of(ORIGIN, 1, "next log")
FORGED_KEY = key_of(ORIGIN, 1, "forged")
WITNESS_KEY = key_of(WITNESS, 4, "witness")
CITY_KEY = key_of(COUNTRY, 4, "city")
POLICY = (
    f"# two may countersign\nlog {LOG_KEY.vkey}\nwitness beta {WITNESS_KEY.vkey}\nwitness city {CITY_KEY.vkey}\n"
    "group others any beta city\nquorum others\n"
).encode()


def rotation_data(old: Key, new: Key) -> dict[str, str]:
    """Both sign what the page of the format says."""
    text = f"lotse.key-rotation.v1\n{old.name}\n{old.vkey}\n{new.vkey}\n".encode()
    signatures = [base64.b64encode(key.private.sign(text)).decode() for key in (old, new)]
    return {"old_vkey": old.vkey, "new_vkey": new.vkey, "old_signature": signatures[0], "new_signature": signatures[1]}
