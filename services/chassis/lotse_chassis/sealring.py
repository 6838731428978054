"""The keys that orders are sealed to: replaced after an erasure, so that no copy of an order can be opened again.

What was sealed stands in more places than a service can clean: in the broker's files, in PostgreSQL's write-ahead log,
in an outbox. So a key does not live for ever. The newest one is told; an older one opens what is still on its way until
its grace is over, and is then destroyed. The keys belong in no backup: who seals asks for the newest each time.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from lotse_chassis.disk import destroy_file, sync_folder, write_synced
from lotse_contracts.envelope import Sealed
from lotse_contracts.sealed import key_id, open_sealed, public_bytes

SUFFIX = ".seal"
STAMP = "%Y%m%dT%H%M%S%fZ"
NEXT = timedelta(microseconds=1)  # what a stamp can tell apart; of two keys with one stamp chance would tell the newest


class SealRing:
    """The keys in one folder, or the standing one alone where there is no folder.

    The standing key is the one that partners hold; it opens what they seal, and what nobody need fear for.
    """

    def __init__(self, folder: Path | None, standing: X25519PrivateKey) -> None:
        self._folder, self._standing = folder, standing
        self._lock = Lock()
        self._known: dict[Path, X25519PrivateKey] = {}
        if folder is not None:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    @property
    def replaces(self) -> bool:
        """Whether keys of this ring come to an end."""
        return self._folder is not None

    def public(self, now: datetime) -> bytes:
        """The raw public key to seal to now; the first one is made here."""
        if self._folder is None:
            return public_bytes(self._standing)
        newest = max(self._files(), default=None)
        return public_bytes(self._read(newest) if newest is not None else self._made(self._folder, now))

    def open(self, sealed: Sealed, *, type_name: str, key: str) -> bytes:
        """The plaintext. Raises CannotOpen, also where the key it was sealed to is destroyed."""
        return open_sealed(sealed, self._key(sealed.kid), type_name=type_name, key=key)

    def replace_older(self, moment: datetime, now: datetime) -> bool:
        """A new key, unless the newest was made after that moment; what is sealed from now on is sealed to it."""
        if self._folder is None:
            return False
        newest = max(self._files(), default=None)
        if newest is not None and _made_at(newest) > moment:
            return False
        self._made(self._folder, now if newest is None else max(now, _made_at(newest) + NEXT))
        return True

    def destroy_older(self, moment: datetime) -> int:
        """Destroy every key that was made by then and has a successor; returns how many there were."""
        files = sorted(self._files())
        gone = [file for file in files[:-1] if _made_at(file) <= moment]
        for file in gone:
            with self._lock:
                self._known.pop(file, None)
            destroy_file(file)
        return len(gone)

    def _key(self, kid: str) -> X25519PrivateKey:
        for file in self._files():
            private = self._read(file)
            if key_id(public_bytes(private)) == kid:
                return private
        return self._standing

    def _files(self) -> Iterator[Path]:
        return iter(()) if self._folder is None else self._folder.glob(f"*{SUFFIX}")

    def _read(self, file: Path) -> X25519PrivateKey:
        with self._lock:
            if file not in self._known:
                self._known[file] = X25519PrivateKey.from_private_bytes(file.read_bytes())
            return self._known[file]

    def _made(self, folder: Path, now: datetime) -> X25519PrivateKey:
        """Whole or not at all; of two processes that make one at once, both keys open, and the newer is told."""
        private = X25519PrivateKey.generate()
        name = f"{now.astimezone(UTC):{STAMP}}-{key_id(public_bytes(private))}"
        fresh = folder / f"{name}.new"
        write_synced(fresh, private.private_bytes_raw())
        fresh.rename(folder / f"{name}{SUFFIX}")
        sync_folder(folder)
        return private


def _made_at(file: Path) -> datetime:
    return datetime.strptime(file.name.partition("-")[0], STAMP).replace(tzinfo=UTC)
