"""Fills a fresh data folder from a backup; who was erased since then is erased again before anything else."""

import json
import subprocess
import tarfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from uuid import UUID

from lotse_contracts.catalogue import SERVICES
from lotse_local import databases, keyring, ports, postgres, process
from lotse_local.backup import FORMAT, MANIFEST, Parts, client_environment, digest_of
from lotse_local.engines import postgres_binaries
from lotse_local.key_backups import was
from lotse_local.layout import AssociationFolder, DataFolder, write_private
from lotse_local.postgres import Cluster

RESTORE_SECONDS = 3600.0
KEY_SUFFIX, TOMBSTONE_SUFFIX = ".key", ".gone"


class RestoreRefused(RuntimeError):
    """The backup is not whole, or the folder is not fresh; nothing was started."""


def restore(folder: DataFolder, parts: Parts, erasures: Sequence[Path]) -> tuple[AssociationFolder, int]:
    """Restore an association; returns its place and how many persons stay erased. Raises RestoreRefused.

    `erasures` are data folders or person-key backups that know of erasures after the backup was made.
    """
    name = _verified(parts)
    place = folder.association(name)
    if place.folder.exists():
        raise RestoreRefused(f"{place.folder} exists; restore into a fresh data folder")
    erased = _tombstones([parts.person_keys, *erasures], name)
    place.create()
    for archive in (parts.secrets, parts.data / "settings.tar", parts.data / "files.tar"):
        _unpack(archive, place.folder)
    _unpack_keys(parts.person_keys, place, erased)
    keyring.create(place)
    _restore_databases(folder, place, parts.data)
    persons = sorted({str(person) for found in erased.values() for person in found})
    write_private(place.erasures_to_say, json.dumps(persons).encode())
    return place, len(persons)


def _verified(parts: Parts) -> str:
    """The association's name, when every part is what was written."""
    try:
        manifest = json.loads((parts.data / MANIFEST).read_text())
        digests: dict[str, str] = manifest["sha256"]
        wrong = [name for name, digest in digests.items() if not _is_what_was_written(_part(parts, name), digest)]
    except (OSError, ValueError, KeyError) as fault:
        raise RestoreRefused(f"the backup is not whole: {fault}") from None
    if wrong or manifest.get("format") != FORMAT:
        raise RestoreRefused(f"the backup is not what was written: {', '.join(wrong) or 'another format'}")
    return str(manifest["association"])


def _is_what_was_written(file: Path, digest: str) -> bool:
    """Person keys also if somebody was taken out of them since; each key in them proves itself when it is used."""
    return digest_of(file) == digest or (tarfile.is_tarfile(file) and was(file) == digest)


def _part(parts: Parts, name: str) -> Path:
    """Keys and secrets may have been kept elsewhere under other names."""
    if name.endswith(".person-keys.tar"):
        return parts.person_keys
    return parts.secrets if name.endswith(".secrets.tar") else parts.data / name


def _tombstones(sources: Iterable[Path], name: str) -> dict[str, set[UUID]]:
    """Who was erased, by service, as all sources together know it."""
    found: dict[str, set[UUID]] = {service: set() for service in SERVICES}
    for source in sources:
        for service, person in _tombstones_of(source, name):
            found.setdefault(service, set()).add(person)
    return found


def _tombstones_of(source: Path, name: str) -> Iterable[tuple[str, UUID]]:
    if source.is_dir():
        folder = DataFolder(source).association(name).folder / "person-keys"
        if not folder.is_dir():
            raise RestoreRefused(f"{source} knows nothing of {name}")
        files = [path.relative_to(folder).as_posix() for path in folder.rglob(f"*{TOMBSTONE_SUFFIX}")]
    else:
        with tarfile.open(source) as tar:
            files = [found.removeprefix("person-keys/") for found in tar.getnames() if found.endswith(TOMBSTONE_SUFFIX)]
    for file in files:
        service, _, tombstone = file.partition("/")
        yield service, UUID(tombstone.removesuffix(TOMBSTONE_SUFFIX))


def _unpack_keys(archive: Path, place: AssociationFolder, erased: dict[str, set[UUID]]) -> None:
    """Keys of erased persons are never written: what is not on the disk cannot be found there."""
    everywhere = {str(person) for found in erased.values() for person in found}
    with tarfile.open(archive) as tar:
        kept = [one for one in tar.getmembers() if Path(one.name).name.split(".")[0] not in everywhere]
        tar.extractall(place.folder, members=kept, filter="data")
    for service, persons in erased.items():
        for person in persons:
            (place.person_keys(service) / f"{person}{TOMBSTONE_SUFFIX}").touch(mode=0o600)


def _unpack(archive: Path, target: Path) -> None:
    with tarfile.open(archive) as tar:
        tar.extractall(target, filter="data")


def _restore_databases(folder: DataFolder, place: AssociationFolder, data: Path) -> None:
    passwords = keyring.database_passwords(place)
    cluster = Cluster(place.postgres, ports.addresses(folder, place.name).postgres, passwords.superuser)
    command, running = postgres.start(cluster, folder.engines)
    try:
        for service in SERVICES:
            databases.create_database(cluster, service, passwords.services[service])
            _restore_database(cluster, service, data / f"{service}.dump")
    finally:
        process.stop(command, running)


def _restore_database(cluster: Cluster, service: str, dump: Path) -> None:
    """As the owner, so that the tables belong to the role that only migrations use."""
    arguments = [
        f"--dbname={service}",
        "--no-owner",
        f"--role={service}_owner",
        "--exit-on-error",
        "--single-transaction",
    ]
    done = subprocess.run(
        [str(postgres_binaries() / "pg_restore"), *arguments, str(dump)],
        check=False,
        env=client_environment(cluster),
        capture_output=True,
        timeout=RESTORE_SECONDS,
    )
    if done.returncode != 0:
        raise RestoreRefused(f"database {service}: {done.stderr.decode(errors='replace').strip()[-500:]}")
