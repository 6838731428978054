"""Packages on disk: a ZIP archive in the age format, written whole or not at all, and opened again.

Source: age-encryption.org/v1. What is inside is the same for the same content: files are stored, not compressed, and
carry the time at which the batch was opened.
"""

import hashlib
import io
import os
import secrets
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyrage  # type: ignore[import-untyped]
from pyrage.x25519 import Identity, Recipient  # type: ignore[import-untyped]

from lotse_chassis.disk import sync_folder
from lotse_intake.domain.handover_package import (
    FILES_MAX,
    MANIFEST,
    Entry,
    Opened,
    PackageBroken,
    checked,
    sha256_of,
)

PACKAGE_BYTES_MAX = 2 * 1024**3  # of a package that is opened here; it is held in memory, so that nothing lies about
MANIFEST_BYTES_MAX = 16 * 1024**2
KEY_LINES_MAX = 1_000
PART = ".part"

AgeKey = Recipient
"""A receiver's public key."""
Content = tuple[str, bytes]
Making = Callable[[list[Entry]], bytes]


class NoRecipient(ValueError):
    """Not a public key of age."""


class NoIdentity(ValueError):
    """The file holds no private key of age."""


@dataclass(frozen=True)
class Written:
    """What was written, and its hashes."""

    entries: list[Entry]
    manifest_sha256: str
    package_sha256: str


def recipient_of_text(text: str) -> Recipient:
    """A public key such as `age1…`. Raises NoRecipient, which quotes nothing."""
    try:
        return Recipient.from_str(text)
    except pyrage.RecipientError:
        raise NoRecipient from None


def identities_of(content: str) -> list[Identity]:
    """The private keys of a file as `age-keygen` writes it. Raises NoIdentity."""
    lines = [line.strip() for line in content.splitlines()[:KEY_LINES_MAX]]
    try:
        found = [Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except pyrage.IdentityError:
        raise NoIdentity from None
    if not found:
        raise NoIdentity
    return found


def write_package(
    path: Path, recipient: Recipient, files: Iterable[Content], making: Making, *, at: datetime
) -> Written:
    """Write `path` with `.part` behind it, on the disk when this returns; `place` gives it its name."""
    source = _Source(_zipped(files, making, at))
    digest = _written(path, lambda sink: pyrage.encrypt_io(source, sink, [recipient]), source)
    return Written(source.entries, source.manifest_sha256, digest)


def write_sealed(path: Path, recipient: Recipient, content: bytes) -> None:
    """A small encrypted file, whole or not at all."""
    _written(path, lambda sink: pyrage.encrypt_io(io.BytesIO(content), sink, [recipient]), None)
    place(path)


def write_plain(path: Path, content: bytes) -> None:
    """A file for a person, readable for its owner alone, whole or not at all."""
    _written(path, lambda sink: sink.write(content), None)
    place(path)


def ready(folder: Path) -> Path:
    """The folder, made where it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def place(path: Path) -> None:
    """Give what was written its name."""
    part_of(path).replace(path)
    sync_folder(path.parent)


def part_of(path: Path) -> Path:
    """What a file is called until it is whole."""
    return path.with_name(path.name + PART)


def digest_of_file(path: Path) -> str | None:
    """SHA-256 of a file, hexadecimal; None where there is none."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return None


def open_package(path: Path, identities: list[Identity]) -> tuple[Opened, zipfile.ZipFile]:
    """The package, checked against its manifest. Raises PackageBroken with a code that says what is wrong."""
    archive = _unzipped(_decrypted(path, identities))
    names = [info.filename for info in archive.infolist()]
    if len(names) > FILES_MAX or len(set(names)) != len(names):
        raise PackageBroken("files_differ_from_manifest")
    if MANIFEST not in names or archive.getinfo(MANIFEST).file_size > MANIFEST_BYTES_MAX:
        raise PackageBroken("manifest_unreadable")
    if any(info.compress_type != zipfile.ZIP_STORED for info in archive.infolist()):
        raise PackageBroken("not_a_package")
    try:
        found = {name: _entry(name, archive.read(name)) for name in names if name != MANIFEST}
        manifest = archive.read(MANIFEST)
    except (zipfile.BadZipFile, EOFError, ValueError):
        raise PackageBroken("hash_differs") from None
    return checked(manifest, found), archive


def open_sealed_file(path: Path, identities: list[Identity]) -> bytes:
    """A small encrypted file. Raises PackageBroken."""
    return _decrypted(path, identities).getvalue()


def unpack(archive: zipfile.ZipFile, folder: Path) -> None:
    """Every file of a checked package into a new folder, whole or not at all. Raises FileExistsError."""
    if folder.exists():
        raise FileExistsError(17, os.strerror(17), str(folder))
    fresh = folder.with_name(f"{folder.name}.{secrets.token_hex(8)}{PART}")
    fresh.mkdir(mode=0o700, parents=True)
    for name in archive.namelist():
        target = fresh / name
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _plain(target, archive.read(name))
    sync_folder(fresh)
    fresh.rename(folder)
    sync_folder(folder.parent)


class _Source(io.RawIOBase):
    """What age reads: the archive as it comes to be, never whole. Keeps what went wrong, since age would quote it."""

    def __init__(self, parts: Iterator[bytes | Written]) -> None:
        self._parts, self._left = parts, b""
        self.entries: list[Entry] = []
        self.manifest_sha256 = ""
        self.fault: Exception | None = None

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        try:
            while size < 0 or len(self._left) < size:
                part = next(self._parts, None)
                if part is None:
                    break
                if isinstance(part, Written):
                    self.entries, self.manifest_sha256 = part.entries, part.manifest_sha256
                else:
                    self._left += part
        except Exception as fault:
            self.fault = fault
            raise
        size = len(self._left) if size < 0 else size
        read, self._left = self._left[:size], self._left[size:]
        return read


class _Pieces:
    """What the archive writes, taken away piece by piece."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing waits."""

    def taken(self) -> bytes:
        whole = b"".join(self._pieces)
        self._pieces = []
        return whole


class _Hashed(io.RawIOBase):
    """A file whose hash is known when it is written."""

    def __init__(self, file: io.BufferedWriter) -> None:
        self._file, self.digest = file, hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, piece: bytes) -> int:  # type: ignore[override]  # age gives bytes and nothing else
        self.digest.update(piece)
        return self._file.write(piece)


def _zipped(files: Iterable[Content], making: Making, at: datetime) -> Iterator[bytes | Written]:
    pieces, entries = _Pieces(), []
    with zipfile.ZipFile(pieces, "w", zipfile.ZIP_STORED) as archive:  # type: ignore[call-overload]
        for name, content in files:
            entries.append(_entry(name, content))
            archive.writestr(_info(name, at), content)
            yield pieces.taken()
        manifest = making(entries)
        archive.writestr(_info(MANIFEST, at), manifest)
    yield pieces.taken()
    yield Written(entries, sha256_of(manifest), "")


def _entry(name: str, content: bytes) -> Entry:
    return Entry(name, sha256_of(content), len(content))


def _info(name: str, at: datetime) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, at.astimezone(UTC).timetuple()[:6])
    info.create_system, info.external_attr = 3, 0o600 << 16
    return info


def _written(path: Path, write: Callable[[_Hashed], object], source: _Source | None) -> str:
    """The hash of what lies in `.part` now. Whatever was half written before is gone."""
    part = part_of(path)
    descriptor = os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            hashed = _Hashed(file)
            write(hashed)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        with suppress(OSError):
            part.unlink()
        if source is not None and source.fault is not None:
            raise source.fault from None
        raise
    sync_folder(path.parent)
    return hashed.digest.hexdigest()


def _plain(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _decrypted(path: Path, identities: list[Identity]) -> io.BytesIO:
    if path.stat().st_size > PACKAGE_BYTES_MAX:
        raise PackageBroken("package_too_large")
    opened = io.BytesIO()
    try:
        with path.open("rb") as file:
            pyrage.decrypt_io(file, opened, identities)
    except pyrage.DecryptError as fault:
        raise PackageBroken("wrong_key" if "No matching keys" in str(fault) else "damaged") from None
    except OSError as fault:
        if fault.errno is not None:
            raise
        raise PackageBroken("damaged") from None
    return opened


def _unzipped(content: io.BytesIO) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(content)
    except (zipfile.BadZipFile, ValueError, OSError):
        raise PackageBroken("not_a_package") from None
