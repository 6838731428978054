"""The files on disk: encrypted under the uploader's claim until claimed, under the person's key from then on."""

import hashlib
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from lotse_chassis.personkeys import PersonKeys

CLAIM_BYTES = 32
KEY_BYTES = 32
NONCE_BYTES = 12


class FileMissing(Exception):
    """There is no such file, or it does not open."""


def new_claim() -> str:
    """What only the uploader knows: it names the file, and is the key to it until it is claimed."""
    return secrets.token_urlsafe(CLAIM_BYTES)


def claim_digest(claim: str) -> str:
    """What we keep of a claim."""
    return hashlib.sha256(claim.encode()).hexdigest()


class AttachmentFiles:
    """One folder of files; every name is an id."""

    def __init__(self, folder: Path, keys: PersonKeys) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder, self._keys = folder, keys

    def place(self, attachment_id: UUID, claim: str, content: bytes) -> None:
        """Keep an uploaded file; without the claim nobody opens it, we neither."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        cipher = AESGCM(_claim_key(attachment_id, claim))
        _write_whole(self._unclaimed(attachment_id), nonce + cipher.encrypt(nonce, content, None))

    def adopt(self, attachment_id: UUID, claim: str, person_id: UUID) -> None:
        """Give the file to a person: written again under her key. Raises FileMissing."""
        content = self._opened(attachment_id, claim)
        _write_whole(self._claimed(attachment_id), self._keys.encrypt(person_id, _context(attachment_id), content))

    def keep(self, file_id: UUID, person_id: UUID, content: bytes) -> None:
        """Keep a file that is hers from the start. Raises KeyDestroyed or KeyUnknown."""
        _write_whole(self._claimed(file_id), self._keys.encrypt(person_id, _context(file_id), content))

    def read(self, attachment_id: UUID, person_id: UUID) -> bytes:
        """The file. Raises FileMissing or KeyDestroyed."""
        try:
            stored = self._claimed(attachment_id).read_bytes()
        except FileNotFoundError:
            raise FileMissing from None
        return self._keys.decrypt(person_id, _context(attachment_id), stored)

    def remove(self, attachment_id: UUID) -> int:
        """Remove a file in both its forms; returns how many there were."""
        return sum(_removed(path) for path in (self._claimed(attachment_id), self._unclaimed(attachment_id)))

    def remove_unclaimed(self, attachment_id: UUID) -> None:
        """Remove what waited for its claim."""
        _removed(self._unclaimed(attachment_id))

    def unclaimed(self) -> Iterator[tuple[UUID, float]]:
        """What waits for its claim, with its age in seconds."""
        yield from self._ages("*.unclaimed")

    def claimed(self) -> Iterator[tuple[UUID, float]]:
        """What belongs to somebody, with its age in seconds."""
        yield from self._ages("*.file")

    def _ages(self, pattern: str) -> Iterator[tuple[UUID, float]]:
        for path in self._folder.glob(pattern):
            try:
                yield UUID(path.stem), time.time() - path.stat().st_mtime
            except FileNotFoundError:
                continue

    def _opened(self, attachment_id: UUID, claim: str) -> bytes:
        try:
            stored = self._unclaimed(attachment_id).read_bytes()
            nonce, sealed = stored[:NONCE_BYTES], stored[NONCE_BYTES:]
            return AESGCM(_claim_key(attachment_id, claim)).decrypt(nonce, sealed, None)
        except (FileNotFoundError, InvalidTag, ValueError):
            raise FileMissing from None

    def _unclaimed(self, attachment_id: UUID) -> Path:
        return self._folder / f"{attachment_id}.unclaimed"

    def _claimed(self, attachment_id: UUID) -> Path:
        return self._folder / f"{attachment_id}.file"


def _claim_key(attachment_id: UUID, claim: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=attachment_id.bytes, info=b"lotse.attachment.v1")
    return derived.derive(claim.encode())


def _context(attachment_id: UUID) -> str:
    return f"attachment:{attachment_id}"


def _write_whole(path: Path, content: bytes) -> None:
    """Whole or not at all, and on the disk before anybody relies on it."""
    fresh = path.with_suffix(f".{secrets.token_hex(8)}.new")
    descriptor = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _removed(path: Path) -> bool:
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    return True
