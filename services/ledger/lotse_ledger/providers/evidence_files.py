"""The files that vouchers stand on: encrypted on disk, each under a key of its own, named by the digest of what it is.

The database holds digests alone. Destroying a file's key erases it in every copy, and leaves a tombstone: the same
file does not come back.
"""

import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from lotse_chassis.disk import sync_folder
from lotse_chassis.personkeys import CannotDecrypt, KeyDestroyed, KeyUnknown, PersonKeys
from lotse_chassis.settings import secret
from lotse_ledger.domain.evidence_files import FILE_BYTES_MAX, Evidence, EvidenceRefused, examined, key_id
from lotse_ledger.settings import LedgerSettings

SUFFIX = ".evidence"
_DIGEST = re.compile(r"[0-9a-f]{64}\Z")


class EvidenceMissing(LookupError):
    """There is no such file here."""


class EvidenceErased(LookupError):
    """There was such a file; its key is destroyed."""


class EvidenceAltered(ValueError):
    """The file on the disk is not what was kept."""


class EvidenceFiles:
    """One folder; several processes may use it at once."""

    def __init__(self, folder: Path, keys: PersonKeys) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder, self._keys = folder, keys

    def keep(self, content: bytes) -> Evidence:
        """Keep a file, on the disk when this returns; the same again changes nothing.

        Raises EvidenceRefused, and EvidenceErased if it was erased before.
        """
        found = examined(content)
        try:
            self._keys.create(key_id(found.sha256))
            if not self._is_whole(found.sha256):
                self._place(found.sha256, content)
        except KeyDestroyed:
            raise EvidenceErased from None
        return found

    def read(self, sha256: str) -> bytes:
        """The file as it was given to us. Raises EvidenceMissing, EvidenceErased or EvidenceAltered."""
        stored = self._stored(sha256)
        try:
            content = self._keys.decrypt(key_id(sha256), _context(sha256), stored)
        except KeyDestroyed:
            raise EvidenceErased from None
        except KeyUnknown:
            raise EvidenceMissing from None
        except CannotDecrypt:
            raise (EvidenceAltered if stored else EvidenceMissing) from None
        if hashlib.sha256(content).hexdigest() != sha256:
            raise EvidenceAltered
        return content

    def holds(self, sha256: str) -> bool:
        """Whether the file is there and can be read."""
        return bool(_DIGEST.match(sha256)) and self._path(sha256).exists() and self._keys.holds(key_id(sha256))

    def erase(self, sha256: str) -> None:
        """Destroy the file's key, then the file; a copy in a backup stays unreadable. Again changes nothing."""
        path = self._path(sha256)
        self._keys.destroy(key_id(sha256))
        path.unlink(missing_ok=True)

    def digests(self) -> Iterator[str]:
        """What is kept here, by digest."""
        for path in sorted(self._folder.glob(f"*{SUFFIX}")):
            yield path.name.removesuffix(SUFFIX)

    def _stored(self, sha256: str) -> bytes:
        """As it lies on the disk; empty if it does not, since its key may still say that it was erased."""
        try:
            return self._path(sha256).read_bytes()
        except FileNotFoundError:
            return b""

    def _is_whole(self, sha256: str) -> bool:
        """A damaged file is replaced by the same one, given again."""
        with suppress(EvidenceMissing, EvidenceAltered):
            self.read(sha256)
            return True
        return False

    def _place(self, sha256: str, content: bytes) -> None:
        """Whole or not at all, and on the disk before an entry relies on it."""
        sealed = self._keys.encrypt(key_id(sha256), _context(sha256), content)
        fresh = self._folder / f"{secrets.token_hex(8)}.new"
        descriptor = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(sealed)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._path(sha256))
        finally:
            fresh.unlink(missing_ok=True)
        sync_folder(self._folder)

    def _path(self, sha256: str) -> Path:
        """Raises EvidenceMissing for what is no digest: a name from outside never becomes a path."""
        if not _DIGEST.match(sha256):
            raise EvidenceMissing
        return self._folder / f"{sha256}{SUFFIX}"


def evidence_files(settings: LedgerSettings) -> EvidenceFiles | None:
    """The folder of the settings; None where none is set. Raises SettingsInvalid if its keys are not set."""
    if settings.evidence_folder is None or settings.keys_folder is None:
        return None
    keys = PersonKeys(settings.keys_folder, secret(settings.kek_file, "kek_file"))
    return EvidenceFiles(settings.evidence_folder, keys)


def read_bounded(path: Path) -> bytes:
    """A file from outside, never more of it than may be kept. Raises EvidenceRefused or OSError."""
    if not path.is_file():
        raise EvidenceRefused("evidence_not_a_file")
    with path.open("rb") as file:
        content = file.read(FILE_BYTES_MAX + 1)
    if len(content) > FILE_BYTES_MAX:
        raise EvidenceRefused("evidence_too_large")
    return content


def _context(sha256: str) -> str:
    return f"evidence:{sha256}"
