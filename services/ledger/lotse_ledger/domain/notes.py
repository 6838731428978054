"""Signed notes, the keys that check them, and the countersignatures of witnesses.

Source: C2SP signed-note, tlog-cosignature (Ed25519), as of 2026-07-22. Signing and checking go over bytes alone; who
holds the private key hands in a function.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from lotse_contracts.sealed import encode, signature_holds

Sign = Callable[[bytes], bytes]
"""From a message to the 64 bytes of an Ed25519 signature."""

LOG_KEY = 0x01  # Ed25519 over the text itself
COSIGNER_KEY = 0x04  # Ed25519 over a header, the time and the text
KEY_ID_BYTES = 4
PUBLIC_BYTES = 32
SIGNATURE_BYTES = 64
TIME_BYTES = 8
TIME_MAX = 2**63 - 1
NOTE_BYTES_MAX = 65_536
SIGNATURES_MAX = 64  # the specification wants 16 at least
DASH = "\u2014 "
FIELD = 2**255 - 19  # Source: RFC 8032, section 5.1
SMALL_ORDER_Y = frozenset(
    {
        0,
        1,
        FIELD - 1,
        2707385501144840649318225287225658788936804267575313519463743609750303402022,
        55188659117513257062467267217118295137698188065244968500265048394206261417927,
    }
)
"""The Y of the points of small order on edwards25519: a signature by such a key can be made to fit any text."""


class NotAKey(ValueError):
    """This is no verifier key."""


class NotANote(ValueError):
    """This is no signed note."""


class SignatureFalse(ValueError):
    """A line that bears the name and the id of a known key is not by that key."""


@dataclass(frozen=True)
class Vkey:
    """A verifier key: whose, for what kind of signature, and the raw public key."""

    name: str
    kind: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        """Four bytes by which a signature names its key."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:KEY_ID_BYTES]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(bytes([self.kind]) + self.public).decode()}"


@dataclass(frozen=True)
class SigningKey:
    """A key of our own: how others check it, and how it signs."""

    vkey: Vkey
    sign: Sign = field(repr=False)


@dataclass(frozen=True)
class Signature:
    """One signature line: the name, the id and what follows the id."""

    name: str
    key_id: bytes
    blob: bytes

    @property
    def line(self) -> str:
        """With its newline."""
        return f"{DASH}{self.name} {base64.b64encode(self.key_id + self.blob).decode()}\n"


@dataclass(frozen=True)
class SignedNote:
    """A text that ends in a newline, and the lines below it."""

    text: bytes
    signatures: tuple[Signature, ...]

    @property
    def raw(self) -> bytes:
        """As it is sent."""
        return self.text + b"\n" + "".join(one.line for one in self.signatures).encode()


def parse_vkey(text: str) -> Vkey:
    """Raises NotAKey; the id must be the one that the specification recommends."""
    name, _, rest = text.partition("+")
    key_id, _, material = rest.partition("+")
    try:
        raw = standard(material)
    except ValueError:
        raise NotAKey("not base64") from None
    if not is_name(name) or len(raw) != 1 + PUBLIC_BYTES or raw[0] not in (LOG_KEY, COSIGNER_KEY):
        raise NotAKey("not an Ed25519 key of a log or a witness")
    found = Vkey(name, raw[0], raw[1:])
    if key_id != found.key_id.hex():
        raise NotAKey("the id is not that of this name and key")
    if _fits_everything(found.public):
        raise NotAKey("a key by which anybody could sign")
    return found


def parse_note(raw: bytes) -> SignedNote:
    """Raises NotANote."""
    try:
        text, gap, below = _text(raw).rpartition("\n\n")
        lines = below.removesuffix("\n").split("\n")
        if not gap or not below.endswith("\n") or len(lines) > SIGNATURES_MAX:
            raise NotANote("no text, or no lines below it")
        return SignedNote((text + "\n").encode(), tuple(_signature(line) for line in lines))
    except (UnicodeDecodeError, binascii.Error, IndexError) as fault:
        raise NotANote("not a signed note") from fault


def signed(text: bytes, key: SigningKey) -> SignedNote:
    """A note with the signature of a log."""
    return SignedNote(text, (Signature(key.vkey.name, key.vkey.key_id, key.sign(text)),))


def cosignature(text: bytes, key: SigningKey, *, time: int) -> Signature:
    """A witness has seen this checkpoint at this time, in seconds since 1970."""
    blob = time.to_bytes(TIME_BYTES, "big") + key.sign(cosigned_bytes(text, time))
    return Signature(key.vkey.name, key.vkey.key_id, blob)


def parse_line(line: str) -> Signature:
    """One signature line, with its newline. Raises NotANote."""
    if not line.endswith("\n"):
        raise NotANote("a line without its end")
    return _signature(line[:-1])


def cosigned_bytes(text: bytes, time: int) -> bytes:
    """What a witness signs."""
    return f"cosignature/v1\ntime {time}\n".encode() + text


def time_of(cosignature: Signature) -> int:
    """When a witness signed, in seconds since 1970."""
    return int.from_bytes(cosignature.blob[:TIME_BYTES], "big")


def signers(note: SignedNote, keys: Iterable[Vkey]) -> dict[Vkey, Signature]:
    """The known keys that signed, with their lines. Unknown lines are ignored. Raises SignatureFalse."""
    by_name = {(key.name, key.key_id): key for key in keys}
    found: dict[Vkey, Signature] = {}
    for line in note.signatures:
        key = by_name.get((line.name, line.key_id))
        if key is None:
            continue
        if not holds(note.text, line, key):
            raise SignatureFalse(key.name)
        found.setdefault(key, line)
    return found


def holds(text: bytes, line: Signature, key: Vkey) -> bool:
    """Whether this line is by this key."""
    if key.kind == LOG_KEY:
        return len(line.blob) == SIGNATURE_BYTES and signature_holds(text, encode(line.blob), key.public)
    if len(line.blob) != TIME_BYTES + SIGNATURE_BYTES or not 0 < time_of(line) <= TIME_MAX:
        return False
    return signature_holds(cosigned_bytes(text, time_of(line)), encode(line.blob[TIME_BYTES:]), key.public)


def standard(text: str) -> bytes:
    """The bytes of base64 with padding. Raises ValueError unless it is written in the one canonical way."""
    raw = base64.b64decode(text.encode("ascii"), validate=True)
    if base64.b64encode(raw).decode() != text:
        raise binascii.Error("not canonical")
    return raw


def is_name(name: str) -> bool:
    """Whether a key may be called so."""
    return bool(name) and "+" not in name and not any(one.isspace() or one < " " for one in name)


def _fits_everything(public: bytes) -> bool:
    y = int.from_bytes(public, "little") & (2**255 - 1)
    return y >= FIELD or y in SMALL_ORDER_Y


def _text(raw: bytes) -> str:
    if len(raw) > NOTE_BYTES_MAX:
        raise NotANote("too long")
    text = raw.decode("utf-8")
    if any(one < " " and one != "\n" for one in text):
        raise NotANote("a control character")
    return text


def _signature(line: str) -> Signature:
    name, gap, encoded = line.removeprefix(DASH).partition(" ")
    try:
        raw = standard(encoded)
    except ValueError:
        raise NotANote("a signature that is not base64") from None
    if not line.startswith(DASH) or not gap or not is_name(name) or len(raw) <= KEY_ID_BYTES:
        raise NotANote("a line that is no signature")
    return Signature(name, raw[:KEY_ID_BYTES], raw[KEY_ID_BYTES:])
