"""Somebody who has every file and every key that is left, and wants one person back.

She reads files as bytes, at any offset: databases with their write-ahead log, streams, logs, backups, the members of
tars. She unwraps every person key she can find, opens whatever was sealed to any private key she can find, and decrypts
without asking whether the tag is right. What she copied earlier she still has.
"""

import re
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR

from lotse_contracts.envelope import Sealed
from lotse_contracts.schemas import PLAINTEXTS
from lotse_contracts.sealed import CannotOpen, key_id, open_sealed, public_bytes

RAW_KEY_BYTES = 32
KEY_HEAD = b"LPK1"
KEY_HEAD_BYTES = 12  # the head and the id of the key-encryption key
NONCE_BYTES = 12
TAG_BYTES = 16
WRAPPED_BYTES = KEY_HEAD_BYTES + NONCE_BYTES + RAW_KEY_BYTES + TAG_BYTES
CONTENT_HEAD = b"\x01"
FIRST_BLOCK = (2).to_bytes(4, "big")  # of the counter of AES-GCM after a nonce of 12 bytes
SEALED = re.compile(
    rb'"kid"\s*:\s*"([0-9a-f]{16})"\s*,\s*"enc"\s*:\s*"([A-Za-z0-9_-]{43})"\s*,\s*"ciphertext"\s*:\s*"([A-Za-z0-9_-]+)"'
)
SEALED_TYPES = sorted({name.rpartition(".")[0] for name in PLAINTEXTS})


@dataclass
class Loot:
    """What was found: candidates for keys, wrapped person keys, and everything sealed."""

    files: dict[str, bytes] = field(default_factory=dict)
    raw_keys: set[bytes] = field(default_factory=set)
    wrapped: set[bytes] = field(default_factory=set)
    sealed: set[tuple[str, str, str]] = field(default_factory=set)

    def add(self, name: str, content: bytes) -> None:
        """One file, whatever it is."""
        self.files[name] = content
        if len(content) == RAW_KEY_BYTES:
            self.raw_keys.add(content)
        for found in re.finditer(re.escape(KEY_HEAD), content):
            wrapped = content[found.start() : found.start() + WRAPPED_BYTES]
            if len(wrapped) == WRAPPED_BYTES:
                self.wrapped.add(wrapped)
        parts = SEALED.findall(content.replace(b"\\", b""))
        self.sealed |= {(kid.decode(), enc.decode(), ciphertext.decode()) for kid, enc, ciphertext in parts}

    def copy(self, sealed: Iterable[Sealed]) -> None:
        """What passed on the wire."""
        self.sealed |= {(one.kid, one.enc, one.ciphertext) for one in sealed}

    def holding(self, words: Iterable[bytes]) -> dict[str, str]:
        """Files in which one of these stands as it is, or as PostgreSQL's hexadecimal digits."""
        found = {}
        for word in words:
            spelled = {word, word.hex().encode(), word.decode().encode("unicode_escape")}
            for name, content in self.files.items():
                if any(one in content for one in spelled):
                    found[name] = word.decode()
        return found


def ransack(*folders: Path, outside: Iterable[str] = ()) -> Loot:
    """Every file below these folders, tars opened; `outside` are folders that are not the house's."""
    loot = Loot()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink() and not set(outside).intersection(path.parts):
                _take(loot, path)
    return loot


def _take(loot: Loot, path: Path) -> None:
    try:
        loot.add(str(path), path.read_bytes())
    except FileNotFoundError:
        return  # a running house
    if path.suffix == ".tar":
        with tarfile.open(path) as tar:
            for member in tar.getmembers():
                content = tar.extractfile(member) if member.isfile() else None
                if content is not None:
                    loot.add(f"{path}:{member.name}", content.read())


def person_keys(loot: Loot, person_ids: Iterable[UUID]) -> set[bytes]:
    """Every person key that any wrapped key, any key-encryption key and any of these persons give together."""
    found = set()
    for person_id in person_ids:
        aad = f"lotse.personkey.v1|{person_id}".encode()
        for wrapped in loot.wrapped:
            body = wrapped[KEY_HEAD_BYTES:]
            for kek in loot.raw_keys:
                try:
                    found.add(AESGCM(kek).decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], aad))
                except InvalidTag:
                    continue
    return found


def decrypted(keys: Iterable[bytes], ciphertexts: Iterable[bytes]) -> Iterator[bytes]:
    """Each ciphertext under each key, without asking whether tag and context are right."""
    contents = [text for text in ciphertexts if text[:1] == CONTENT_HEAD and len(text) > NONCE_BYTES + TAG_BYTES]
    for key in keys:
        for text in contents:
            counter = text[1 : 1 + NONCE_BYTES] + FIRST_BLOCK
            cipher = Cipher(AES(key), CTR(counter)).decryptor()
            yield cipher.update(text[1 + NONCE_BYTES : -TAG_BYTES])


def opened(raw_keys: Iterable[bytes], sealed: Iterable[tuple[str, str, str]], names: Iterable[str]) -> Iterator[bytes]:
    """Everything sealed that some private key opens; `names` are the ids and digests it may be bound to."""
    keys = [X25519PrivateKey.from_private_bytes(raw) for raw in raw_keys]
    bound = sorted(set(names))
    for kid, enc, ciphertext in sealed:
        message = Sealed(kid=kid, enc=enc, ciphertext=ciphertext)
        for key in keys:
            if _kid(key) != kid:
                continue
            for type_name in SEALED_TYPES:
                for name in bound:
                    try:
                        yield open_sealed(message, key, type_name=type_name, key=name)
                    except CannotOpen:
                        continue


def _kid(key: X25519PrivateKey) -> str:
    return key_id(public_bytes(key))


def seen(texts: Iterable[bytes], words: Iterable[str]) -> set[str]:
    """Which of these words stand in any of the texts; JSON may spell them with escapes."""
    found, wanted = set(), {word: (word.encode(), word.encode("unicode_escape")) for word in words}
    for text in texts:
        found |= {word for word, spelled in wanted.items() if any(one in text for one in spelled)}
    return found
