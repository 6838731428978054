"""A copy of an association while it runs, in three parts that belong in three places: data, person keys, secrets."""

import hashlib
import json
import os
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg

from lotse_contracts.catalogue import SERVICES
from lotse_local.engines import postgres_binaries
from lotse_local.layout import CLOSED_FOLDER, AssociationFolder
from lotse_local.postgres import Cluster

FORMAT = 1
DUMP_SECONDS = 3600.0
HASH_BYTES = 1024 * 1024
MANIFEST = "manifest.json"
SNAPSHOT = "BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY DEFERRABLE"


class BackupFailed(RuntimeError):
    """A part could not be copied; what was written so far is no backup."""


@dataclass(frozen=True)
class Parts:
    """Where the three parts lie."""

    data: Path
    person_keys: Path
    secrets: Path


def back_up(place: AssociationFolder, cluster: Cluster, target: Path, at: datetime) -> Parts:
    """Copy everything that is the truth; the broker's streams are not. Raises BackupFailed.

    The databases are dumped from snapshots taken together. Person keys are copied after them: each key was on the disk
    before its person's row was committed, and one destroyed meanwhile stays destroyed.
    """
    stem = f"{place.name}-{at:%Y%m%dT%H%M%SZ}"
    parts = Parts(target / f"{stem}.data", target / f"{stem}.person-keys.tar", target / f"{stem}.secrets.tar")
    target.mkdir(parents=True, exist_ok=True)
    parts.data.mkdir(mode=CLOSED_FOLDER)
    _dump_databases(cluster, parts.data)
    _pack(parts.data / "files.tar", place.folder, ("files",))
    _pack(parts.data / "settings.tar", place.folder, ("settings.toml", "partners.json", "partners", "hub.url"))
    _pack(parts.person_keys, place.folder, ("person-keys",))
    _pack(parts.secrets, place.folder, ("secrets",))
    _write_manifest(place, parts, at)
    return parts


def digest_of(file: Path) -> str:
    """SHA-256, hexadecimal."""
    digest = hashlib.sha256()
    with file.open("rb") as content:
        while block := content.read(HASH_BYTES):
            digest.update(block)
    return digest.hexdigest()


def _dump_databases(cluster: Cluster, folder: Path) -> None:
    with ExitStack() as open_snapshots:
        snapshots = {service: open_snapshots.enter_context(_snapshot(cluster, service)) for service in SERVICES}
        running = {service: _dump(cluster, service, snapshots[service], folder) for service in SERVICES}
        for service, dump in running.items():
            _, said = dump.communicate(timeout=DUMP_SECONDS)
            if dump.returncode != 0:
                raise BackupFailed(f"database {service}: {said.decode(errors='replace').strip()[-500:]}")


@contextmanager
def _snapshot(cluster: Cluster, service: str) -> Iterator[str]:
    with psycopg.connect(cluster.url(service), autocommit=True) as connection:
        connection.execute(SNAPSHOT)
        row = connection.execute("SELECT pg_export_snapshot()").fetchone()
        yield str(row[0]) if row else ""
        connection.execute("ROLLBACK")


def _dump(cluster: Cluster, service: str, snapshot: str, folder: Path) -> subprocess.Popen[bytes]:
    """The password goes by the environment: arguments are visible to everybody on the machine.

    Unlogged tables are projections that the services make again; their rows would outlive an erasure in the copy.
    """
    file = folder / f"{service}.dump"
    file.touch(mode=0o600)
    arguments = [
        "--format=custom",
        "--no-unlogged-table-data",
        f"--snapshot={snapshot}",
        f"--file={file}",
        f"--dbname={service}",
    ]
    return subprocess.Popen(
        [str(postgres_binaries() / "pg_dump"), *arguments],
        env=client_environment(cluster),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def client_environment(cluster: Cluster) -> dict[str, str]:
    """How PostgreSQL's own programs reach the cluster as its superuser."""
    reach = {"PGHOST": "127.0.0.1", "PGPORT": str(cluster.port), "PGUSER": "postgres", "PGPASSWORD": cluster.password}
    return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", **reach}


def _pack(file: Path, folder: Path, names: tuple[str, ...]) -> None:
    """A tar that only its owner reads. A file that goes away meanwhile, such as a destroyed key, is left out."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out, tarfile.open(fileobj=out, mode="w") as tar:
        for name in names:
            _add(tar, folder / name, name)
        out.flush()


def _add(tar: tarfile.TarFile, path: Path, name: str) -> None:
    try:
        tar.add(path, arcname=name, recursive=False)
    except FileNotFoundError:
        return
    if path.is_dir():
        for child in sorted(path.iterdir()):
            _add(tar, child, f"{name}/{child.name}")


def _write_manifest(place: AssociationFolder, parts: Parts, at: datetime) -> None:
    files = [*sorted(parts.data.iterdir()), parts.person_keys, parts.secrets]
    digests: Mapping[str, str] = {file.name: digest_of(file) for file in files}
    manifest = {"format": FORMAT, "association": place.name, "at": at.isoformat(), "sha256": digests}
    (parts.data / MANIFEST).write_text(json.dumps(manifest, indent=1))
