"""Signed notes, checkpoints and cosignatures, checked against keys that the auditor has.

Source: C2SP signed-note, tlog-checkpoint, tlog-cosignature (Ed25519), as of 2026-07-22.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from lotse_verifier import limits
from lotse_verifier.faults import Unreadable

LOG_KEY = 0x01  # Ed25519 over the text itself
COSIGNER_KEY = 0x04  # Ed25519 over a header, the time and the text
PUBLIC_BYTES, SIGNATURE_BYTES, KEY_ID_BYTES, TIME_BYTES, HASH_BYTES = 32, 64, 4, 8, 32
TIME_MAX = 253_402_300_799  # the last second of the year 9999
DASH = "\u2014 "
NUMBER = re.compile(r"0|[1-9][0-9]{0,15}", re.ASCII)
KEY_NAME = re.compile(r"[^+\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
KEY_ID = re.compile(r"[0-9a-f]{8}", re.ASCII)

FIELD = 2**255 - 19  # Source: RFC 8032, section 5.1
SMALL_ORDER_Y = frozenset(
    {
        0,
        1,
        FIELD - 1,
        2707385501144840649318225287225658788936804267575313519463743609750303402022,  # Y of a point of order 8
        55188659117513257062467267217118295137698188065244968500265048394206261417927,
    }
)
"""The Y of all eight points of small order: a signature by such a key fits every text."""


class NotAKey(ValueError):
    """This is no verifier key that we can check with."""


@dataclass(frozen=True)
class Vkey:
    """A verifier key: whose, for what kind of signature, and the raw public key."""

    name: str
    kind: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        """By which a signature names its key."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:KEY_ID_BYTES]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(bytes([self.kind]) + self.public).decode()}"


@dataclass(frozen=True)
class Checkpoint:
    """A log at a size: the text that was signed, what it says, and the lines below it."""

    text: bytes
    origin: str
    size: int
    root: bytes
    lines: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True)
class Cosigned:
    """A witness has seen the log so at this time, in seconds since 1970."""

    key: Vkey
    time: int


def base64_bytes(text: str) -> bytes:
    """Standard base64 in its one spelling. Raises ValueError."""
    raw = base64.b64decode(text, validate=True)
    if base64.b64encode(raw).decode() != text:
        raise ValueError("another spelling")
    return raw


def parse_vkey(text: str) -> Vkey:
    """Raises NotAKey; the id must be the one that the specification recommends."""
    name, _, rest = text.partition("+")
    key_id, _, material = rest.partition("+")
    try:
        raw = base64_bytes(material)
    except (ValueError, binascii.Error):
        raise NotAKey("not base64") from None
    if not KEY_NAME.fullmatch(name) or len(raw) != 1 + PUBLIC_BYTES or raw[0] not in (LOG_KEY, COSIGNER_KEY):
        raise NotAKey("not an Ed25519 key of a log or a witness")
    found = Vkey(name, raw[0], raw[1:])
    if key_id != found.key_id.hex() or not _is_point_of_use(found.public):
        raise NotAKey("not the id of this key, or a key that fits everything")
    return found


def _is_point_of_use(public: bytes) -> bool:
    y = int.from_bytes(public, "little") & (2**255 - 1)
    return y < FIELD and y not in SMALL_ORDER_Y


def parse_checkpoint(raw: bytes, file: str) -> Checkpoint:
    """Raises Unreadable."""
    if len(raw) > limits.NOTE_BYTES_MAX:
        raise Unreadable("note_too_large", file)
    try:
        whole = raw.decode()
    except UnicodeDecodeError:
        raise Unreadable("not_a_checkpoint", file) from None
    text, gap, below = whole.rpartition("\n\n")
    if not gap or not below.endswith("\n") or any(one < " " and one != "\n" for one in whole):
        raise Unreadable("not_a_checkpoint", file)
    lines = below[:-1].split("\n")
    if len(lines) > limits.SIGNATURES_MAX:
        raise Unreadable("too_many_signatures", file)
    try:
        return _checkpoint(text + "\n", tuple(_signature(line) for line in lines))
    except (ValueError, binascii.Error):
        raise Unreadable("not_a_checkpoint", file) from None


def _checkpoint(text: str, lines: tuple[tuple[str, bytes], ...]) -> Checkpoint:
    origin, size, root, end = text.split("\n")  # extension lines are none of ours
    hashed = base64_bytes(root)
    if not origin or end or not NUMBER.fullmatch(size) or len(hashed) != HASH_BYTES or int(size) > limits.SIZE_MAX:
        raise ValueError("not a checkpoint")
    return Checkpoint(text.encode(), origin, int(size), hashed, lines)


def _signature(line: str) -> tuple[str, bytes]:
    name, space, blob = line.removeprefix(DASH).partition(" ")
    raw = base64_bytes(blob)
    if not line.startswith(DASH) or not space or not KEY_NAME.fullmatch(name) or len(raw) <= KEY_ID_BYTES:
        raise ValueError("not a signature line")
    return name, raw


def log_signed(checkpoint: Checkpoint, key: Vkey) -> bool:
    """Whether the log's key signed this; one false line in its name spoils all of them."""
    blobs = _blobs(checkpoint, key)
    return bool(blobs) and all(verified(key.public, blob, checkpoint.text) for blob in blobs)


def cosigned(checkpoint: Checkpoint, key: Vkey) -> Cosigned | None:
    """When this witness says to have seen it; None if it does not, or if a line in its name is false."""
    times = []
    for blob in _blobs(checkpoint, key):
        time = int.from_bytes(blob[:TIME_BYTES], "big")
        message = f"cosignature/v1\ntime {time}\n".encode() + checkpoint.text
        if time > TIME_MAX or not verified(key.public, blob[TIME_BYTES:], message):
            return None
        times.append(time)
    return Cosigned(key, max(times)) if times else None


def _blobs(checkpoint: Checkpoint, key: Vkey) -> list[bytes]:
    mine = [raw for name, raw in checkpoint.lines if name == key.name and raw[:KEY_ID_BYTES] == key.key_id]
    return [raw[KEY_ID_BYTES:] for raw in mine]


def verified(public: bytes, signature: bytes, message: bytes) -> bool:
    """Ed25519 without a cofactor, S below the order of the group. Source: RFC 8032, section 5.1.7."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return len(signature) == SIGNATURE_BYTES
