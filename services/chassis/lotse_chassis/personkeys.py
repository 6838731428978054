"""One key per person, outside the database: when it is destroyed, no file anywhere can give her content back.

Each key is a file of its own, wrapped with the key-encryption key. Destroying it leaves a tombstone, so that no
message that comes late makes a new one.
"""

import os
import secrets
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Lock
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lotse_chassis.disk import destroy_file, sync_folder, write_synced
from lotse_chassis.keks import KEK_ID_BYTES, Keks, replace_file

KEY_BYTES = 32  # AES-256
NONCE_BYTES = 12  # random; a key of one person stays far below the 2^32 messages that this allows
CACHED_KEYS_MAX = 256
READ_TRIES = 3  # of one key that a rotation is replacing
CONTENT_FORMAT = b"\x01"
KEY_FORMAT = b"LPK1"

_HEAD_BYTES = len(KEY_FORMAT) + KEK_ID_BYTES


class KeyDestroyed(Exception):
    """The person was erased; her content cannot be read any more."""


class KeyUnknown(Exception):
    """There never was a key for this person here."""


class CannotDecrypt(Exception):
    """Not made with this key for this context, or altered."""


class PersonKeys:
    """The keys in one folder; several processes may use it at once."""

    def __init__(self, folder: Path, key_encryption_key: bytes | Path) -> None:
        """With the file of the key-encryption key instead of its bytes, a rotation reaches a running process."""
        self._folder = folder
        self._keks = Keks(key_encryption_key)
        self._cache: OrderedDict[UUID, bytes] = OrderedDict()
        self._lock = Lock()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._finish_destructions()

    def create(self, person_id: UUID) -> None:
        """Make her key unless it is there. Raises KeyDestroyed if there was one once."""
        self._refuse_tombstone(person_id)
        if self._key_path(person_id).exists():
            return
        with self._keks.wrapping():
            self._place(person_id, self._wrap(person_id, secrets.token_bytes(KEY_BYTES)))
        if self._tombstone_path(person_id).exists():  # destroyed by another process while we were writing
            self._unlink_key(person_id)
            raise KeyDestroyed

    def holds(self, person_id: UUID) -> bool:
        """Whether her content can be read."""
        return self._key_path(person_id).exists() and not self._tombstone_path(person_id).exists()

    def encrypt(self, person_id: UUID, context: str, plaintext: bytes) -> bytes:
        """Bound to the person and the context, such as `enquiry:<id>`. Raises KeyDestroyed or KeyUnknown."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        cipher = AESGCM(self._key(person_id))
        return CONTENT_FORMAT + nonce + cipher.encrypt(nonce, plaintext, _content_aad(person_id, context))

    def decrypt(self, person_id: UUID, context: str, ciphertext: bytes) -> bytes:
        """The plaintext. Raises KeyDestroyed, KeyUnknown or CannotDecrypt."""
        cipher = AESGCM(self._key(person_id))
        if ciphertext[:1] != CONTENT_FORMAT:
            raise CannotDecrypt
        nonce, sealed = ciphertext[1 : 1 + NONCE_BYTES], ciphertext[1 + NONCE_BYTES :]
        try:
            return cipher.decrypt(nonce, sealed, _content_aad(person_id, context))
        except (InvalidTag, ValueError):
            raise CannotDecrypt from None

    def destroy(self, person_id: UUID) -> None:
        """Destroy her key for good; doing it again, or without a key, changes nothing but leaves the tombstone."""
        with suppress(FileExistsError):
            write_synced(self._tombstone_path(person_id), b"")
        sync_folder(self._folder)
        self._unlink_key(person_id)
        self._forget(person_id)

    def tombstones(self) -> Iterator[UUID]:
        """The persons whose keys were destroyed; a restore destroys them again first."""
        for path in sorted(self._folder.glob("*.gone")):
            yield UUID(path.stem)

    def persons(self) -> Iterator[UUID]:
        """The persons whose keys lie here."""
        for path in sorted(self._folder.glob("*.key")):
            yield UUID(path.stem)

    def wrapped_with(self, person_id: UUID) -> bytes | None:
        """The id of the key-encryption key that her key is wrapped with; None where there is no key."""
        try:
            return self._key_path(person_id).read_bytes()[len(KEY_FORMAT) : _HEAD_BYTES]
        except FileNotFoundError:
            return None

    def rewrap(self, person_id: UUID) -> bool:
        """Wrap her key with the current key-encryption key; False if it is, or is gone.

        Raises CannotDecrypt where the key that it was wrapped with is not known any more. Whoever reads meanwhile reads
        the one or the other; a destruction that comes meanwhile wins.
        """
        path = self._key_path(person_id)
        if self.wrapped_with(person_id) in (None, self._keks.current()[0]) or not self.holds(person_id):
            return False
        try:
            key = self._unwrap(person_id, path.read_bytes())
            replace_file(path, self._wrap(person_id, key))
        except FileNotFoundError:
            return False
        if self._tombstone_path(person_id).exists():  # destroyed while we were writing
            self._unlink_key(person_id)
            return False
        return True

    def _key(self, person_id: UUID) -> bytes:
        """Her unwrapped key. The files are asked each time, since another process may have destroyed it."""
        if not self.holds(person_id):
            self._forget(person_id)
            self._refuse_tombstone(person_id)
            raise KeyUnknown
        with self._lock:
            key = self._cache.get(person_id)
            if key is not None:
                self._cache.move_to_end(person_id)
                return key
        return self._loaded(person_id)

    def _loaded(self, person_id: UUID) -> bytes:
        key = self._read_key(person_id)
        with self._lock:
            self._cache[person_id] = key
            if len(self._cache) > CACHED_KEYS_MAX:
                self._cache.popitem(last=False)
        return key

    def _read_key(self, person_id: UUID, tries: int = READ_TRIES) -> bytes:
        """A rotation may have overwritten what we were reading: there is a new file in its place then."""
        try:
            return self._unwrap(person_id, self._key_path(person_id).read_bytes())
        except (FileNotFoundError, CannotDecrypt):
            self._refuse_tombstone(person_id)  # it was overwritten by a destruction
            if tries == 1:
                raise
        return self._read_key(person_id, tries - 1)

    def _forget(self, person_id: UUID) -> None:
        with self._lock:
            self._cache.pop(person_id, None)

    def _wrap(self, person_id: UUID, key: bytes) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        name, kek = self._keks.current()
        return KEY_FORMAT + name + nonce + kek.encrypt(nonce, key, _key_aad(person_id))

    def _unwrap(self, person_id: UUID, stored: bytes) -> bytes:
        nonce, wrapped = stored[_HEAD_BYTES : _HEAD_BYTES + NONCE_BYTES], stored[_HEAD_BYTES + NONCE_BYTES :]
        kek = self._keks.of(stored[len(KEY_FORMAT) : _HEAD_BYTES])
        if kek is None or stored[: len(KEY_FORMAT)] != KEY_FORMAT:
            raise CannotDecrypt
        try:
            return kek.decrypt(nonce, wrapped, _key_aad(person_id))
        except (InvalidTag, ValueError):
            raise CannotDecrypt from None

    def _place(self, person_id: UUID, stored: bytes) -> None:
        """Whole or not at all. A link fails where a rename would replace the key of a twin that was faster."""
        fresh = self._folder / f"{person_id}.{secrets.token_hex(8)}.new"
        write_synced(fresh, stored)
        with suppress(FileExistsError, FileNotFoundError):  # a twin, or a destruction, was faster
            os.link(fresh, self._key_path(person_id))
        fresh.unlink(missing_ok=True)
        sync_folder(self._folder)

    def _finish_destructions(self) -> None:
        """A crash may have come between a tombstone and the destruction of its key."""
        gone = {str(person_id) for person_id in self.tombstones()}
        left = {path.name.split(".")[0] for kind in ("*.key", "*.new") for path in self._folder.glob(kind)}
        for person_id in gone & left:
            self._unlink_key(UUID(person_id))

    def _unlink_key(self, person_id: UUID) -> None:
        """Also what a crash left half made."""
        for path in [self._key_path(person_id), *self._folder.glob(f"{person_id}.*.new")]:
            destroy_file(path)
        sync_folder(self._folder)

    def _refuse_tombstone(self, person_id: UUID) -> None:
        if self._tombstone_path(person_id).exists():
            raise KeyDestroyed

    def _key_path(self, person_id: UUID) -> Path:
        return self._folder / f"{person_id}.key"

    def _tombstone_path(self, person_id: UUID) -> Path:
        return self._folder / f"{person_id}.gone"


def _key_aad(person_id: UUID) -> bytes:
    return f"lotse.personkey.v1|{person_id}".encode()


def _content_aad(person_id: UUID, context: str) -> bytes:
    return f"lotse.content.v1|{person_id}|{context}".encode()
