"""Older backups of person keys: whoever was erased since is taken out of them, and they do not grow old."""

import io
import os
import tarfile
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path

from lotse_chassis.disk import destroy_file, sync_folder
from lotse_local.backup import digest_of
from lotse_local.layout import AssociationFolder

KEPT = timedelta(days=14)
"""An erased person's key must not live on in backups for longer."""
NAME = "*.person-keys.tar"
STAMP = "%Y%m%dT%H%M%SZ"
WAS = "person-keys/was.sha256"
"""Inside a backup that persons were taken out of: the digest that the data's manifest names."""
TOMBSTONE_SUFFIX = ".gone"


def erased_of(place: AssociationFolder) -> frozenset[str]:
    """The ids of everybody whose key was destroyed here, in any service."""
    found = (place.folder / "person-keys").rglob(f"*{TOMBSTONE_SUFFIX}")
    return frozenset(path.stem for path in found)


def tidy(place: AssociationFolder, target: Path, at: datetime) -> tuple[int, int]:
    """Go through the backups of this association in a folder; returns how many were too old, and how many changed."""
    old = changed = 0
    for archive in sorted(target.glob(f"{place.name}-{NAME}")):
        if _made_at(archive) < at - KEPT:
            destroy_file(archive)
            old += 1
        elif forget(archive, erased_of(place)):
            changed += 1
    return old, changed


def forget(archive: Path, erased: Collection[str]) -> int:
    """Take the keys of these persons out of a backup, whole or not at all; returns how many there were."""
    with tarfile.open(archive) as tar:
        members = tar.getmembers()
        gone = [one for one in members if _is_key_of(one.name, erased)]
        if not gone:
            return 0
        fresh = archive.with_name(f"{archive.name}.part")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as out:
            _write(out, tar, [one for one in members if one not in gone], _member(tar, WAS) or digest_of(archive))
            out.flush()
            os.fsync(out.fileno())
    former = archive.with_name(f"{archive.name}.former")
    former.unlink(missing_ok=True)
    os.link(archive, former)
    fresh.rename(archive)
    sync_folder(archive.parent)
    destroy_file(former)
    return len(gone)


def was(archive: Path) -> str:
    """The digest that a backup had before anybody was taken out of it; empty if nobody was."""
    with tarfile.open(archive) as tar:
        return _member(tar, WAS)


def _write(out: io.BufferedWriter, tar: tarfile.TarFile, members: list[tarfile.TarInfo], digest: str) -> None:
    with tarfile.open(fileobj=out, mode="w") as copy:
        for one in members:
            if one.name != WAS:
                copy.addfile(one, tar.extractfile(one) if one.isfile() else None)
        note = tarfile.TarInfo(WAS)
        note.size, note.mode = len(digest), 0o600
        copy.addfile(note, io.BytesIO(digest.encode()))


def _member(tar: tarfile.TarFile, name: str) -> str:
    try:
        found = tar.extractfile(name)
    except KeyError:
        return ""
    return found.read().decode() if found else ""


def _is_key_of(name: str, erased: Collection[str]) -> bool:
    file = Path(name).name
    return not file.endswith(TOMBSTONE_SUFFIX) and file.partition(".")[0] in erased


def _made_at(archive: Path) -> datetime:
    """As its name says. A backup under another name is no older than today."""
    stamp = archive.name.removesuffix(".person-keys.tar").rpartition("-")[2]
    try:
        return datetime.strptime(stamp, STAMP).replace(tzinfo=UTC)
    except ValueError:
        return datetime.now(UTC)
