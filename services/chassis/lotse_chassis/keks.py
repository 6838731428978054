"""The key-encryption keys: one that wraps, and, while it is being replaced, the one before, which still unwraps."""

import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lotse_chassis.disk import sync_folder, write_synced

KEK_BYTES = 32  # AES-256
KEK_ID_BYTES = 8
KEKS_MAX = 4  # in one file: rotations that were begun and never finished


def kek_id(key: bytes) -> bytes:
    """By which a wrapped key names what it was wrapped with."""
    return hashlib.sha256(b"lotse.kek|" + key).digest()[:KEK_ID_BYTES]


class Keks:
    """From bytes, which stay as they are, or from a file, which a rotation may change under a running service.

    The file holds the current key, and behind it those that wrapped what is not wrapped again yet, 32 bytes each.
    """

    def __init__(self, source: bytes | Path) -> None:
        self._file = source if isinstance(source, Path) else None
        self._lock, self._seen = Lock(), (0, 0, 0)
        self._ciphers: dict[bytes, AESGCM] = {}
        self._take(source if isinstance(source, bytes) else self._read())

    def current(self) -> tuple[bytes, AESGCM]:
        """Id and cipher of the key that wraps now."""
        self._refresh()
        return next(iter(self._ciphers.items()))

    def of(self, wanted: bytes) -> AESGCM | None:
        """The cipher of this id; the file is asked again where it is not known."""
        self._refresh()
        return self._ciphers.get(wanted)

    @property
    def ids(self) -> tuple[bytes, ...]:
        """The current one first."""
        self._refresh()
        return tuple(self._ciphers)

    @contextmanager
    def wrapping(self) -> Iterator[None]:
        """While somebody wraps a new key, no rotation takes the key it is wrapped with away."""
        if self._file is None:
            yield
            return
        with locked(self._file, exclusive=False):
            yield

    def _refresh(self) -> None:
        if self._file is None:
            return
        with self._lock:
            if _seen(self._file) != self._seen:
                self._take(self._read())

    def _read(self) -> bytes:
        """What is there while it is there: what a rotation replaces it overwrites, and half of that is no key."""
        if self._file is None:
            return b""
        while True:
            before = _seen(self._file)
            content = self._file.read_bytes()
            if _seen(self._file) == before:
                self._seen = before
                return content

    def _take(self, content: bytes) -> None:
        self._ciphers = {kek_id(key): AESGCM(key) for key in keys_in(content)}


def _seen(file: Path) -> tuple[int, int, int]:
    now = file.stat()
    return now.st_ino, now.st_mtime_ns, now.st_size


def keys_in(content: bytes) -> tuple[bytes, ...]:
    """The keys of a file. Raises ValueError if it is none."""
    if not content or len(content) % KEK_BYTES or len(content) > KEK_BYTES * KEKS_MAX:
        raise ValueError("the key-encryption key has 32 bytes")
    return tuple(content[at : at + KEK_BYTES] for at in range(0, len(content), KEK_BYTES))


@contextmanager
def locked(kek_file: Path, *, exclusive: bool) -> Iterator[None]:
    """Wrappers share the lock, a rotation has it alone; it lies beside the file, which itself is replaced."""
    lock = os.open(kek_file.with_name(f"{kek_file.name}.lock"), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH)
        yield
    finally:
        os.close(lock)


def replace_file(path: Path, content: bytes) -> None:
    """Whole or not at all, and what was there before is overwritten, not only unlinked.

    Raises FileNotFoundError if nothing was there.
    """
    before = os.open(path, os.O_WRONLY)
    try:
        fresh = path.with_name(f"{path.name}.{secrets.token_hex(8)}.new")
        write_synced(fresh, content)
        fresh.replace(path)
        sync_folder(path.parent)
        os.write(before, secrets.token_bytes(os.fstat(before).st_size))
        os.fsync(before)
    finally:
        os.close(before)
