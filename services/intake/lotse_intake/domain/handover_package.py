"""The files of a package: their names, the manifest that holds their hashes, and what a receiver checks."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from lotse_intake.domain.handover_record import RECORD_SCHEMA, instant

MANIFEST = "manifest.json"
MANIFEST_SCHEMA = "lotse.handover.manifest/1"
WITHDRAWALS_SCHEMA = "lotse.handover.withdrawals/1"
RECORD, PAGE = "record.json", "page.html"
FILES_MAX = 20_000
EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/heic": "heic", "application/pdf": "pdf"}

_NAME = re.compile(r"persons/[0-9a-f-]{36}/(record\.json|page\.html|documents/\d{3}\.[a-z]{2,4})")


class PackageBroken(ValueError):
    """Not a package, or not a whole one; `code` says what is wrong and names no content."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Entry:
    """One file of a package, by the hash and size of its content."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Batch:
    """Which package it is."""

    batch_id: UUID
    sender: str
    recipient: str
    opened_at: datetime


@dataclass(frozen=True)
class Opened:
    """A package that holds together."""

    batch_id: UUID
    manifest_sha256: str
    sender: str
    recipient: str
    created: str
    records: Mapping[UUID, str]
    documents: int


def folder_of(reference: UUID) -> str:
    """Where her files are."""
    return f"persons/{reference}"


def path_of_document(reference: UUID, number: int, media_type: str) -> str:
    """A document's name says nothing about it."""
    return f"{folder_of(reference)}/documents/{number:03d}.{EXTENSIONS.get(media_type, 'bin')}"


def package_name(recipient: str, batch_id: UUID) -> str:
    """The file that is sent."""
    return f"handover-{recipient}-{batch_id}.zip.age"


def withdrawals_name(recipient: str, batch_id: UUID) -> str:
    """The file that says who took her consent back afterwards."""
    return f"withdrawals-{recipient}-{batch_id}.json.age"


def canonical(value: Any) -> bytes:
    """JSON that is the same for the same value, with a line end."""
    return (json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n").encode()


def sha256_of(content: bytes) -> str:
    """Hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def manifest_of(batch: Batch, entries: Iterable[Entry]) -> bytes:
    """What is in the package, in the order of names."""
    files = sorted(entries, key=lambda entry: entry.name)
    return canonical(
        {
            "schema": MANIFEST_SCHEMA,
            "record_schema": RECORD_SCHEMA,
            "batch": str(batch.batch_id),
            "from": batch.sender,
            "to": batch.recipient,
            "created": instant(batch.opened_at),
            "counts": {
                "persons": sum(entry.name.endswith("/" + RECORD) for entry in files),
                "documents": sum("/documents/" in entry.name for entry in files),
                "files": len(files),
            },
            "files": [{"name": one.name, "sha256": one.sha256, "size": one.size} for one in files],
        }
    )


def withdrawals_of(batch: Batch, references: Iterable[UUID]) -> bytes:
    """Whom the receiver must forget again: they took their consent back, or were erased, after the package was made."""
    found = sorted(str(reference) for reference in references)
    return canonical(
        {"schema": WITHDRAWALS_SCHEMA, "batch": str(batch.batch_id), "to": batch.recipient, "withdrawn": found}
    )


def checked(manifest: bytes, entries: Mapping[str, Entry]) -> Opened:
    """The package, if manifest and files agree in names, sizes, hashes and counts. Raises PackageBroken."""
    said = _manifest(manifest)
    try:
        listed = {one["name"]: Entry(one["name"], one["sha256"], int(one["size"])) for one in said["files"]}
        counts = said["counts"]
        if len(listed) != len(said["files"]) or counts["files"] != len(listed):
            raise PackageBroken("manifest_counts_differ")
        if listed.keys() != entries.keys():
            raise PackageBroken("files_differ_from_manifest")
        if any(not _NAME.fullmatch(name) for name in listed):
            raise PackageBroken("file_name_not_allowed")
        if any(listed[name] != entry for name, entry in entries.items()):
            raise PackageBroken("hash_differs")
        records = {UUID(name.split("/")[1]): one.sha256 for name, one in listed.items() if name.endswith("/" + RECORD)}
        documents = sum("/documents/" in name for name in listed)
        if counts["persons"] != len(records) or counts["documents"] != documents:
            raise PackageBroken("manifest_counts_differ")
        head = (UUID(said["batch"]), sha256_of(manifest), str(said["from"]), str(said["to"]), str(said["created"]))
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        if isinstance(fault, PackageBroken):
            raise
        raise PackageBroken("manifest_unreadable") from None
    return Opened(*head, records, documents)


def _manifest(manifest: bytes) -> dict[str, Any]:
    try:
        said = json.loads(manifest)
    except ValueError:
        raise PackageBroken("manifest_unreadable") from None
    if not isinstance(said, dict) or said.get("schema") != MANIFEST_SCHEMA:
        raise PackageBroken("manifest_of_another_schema")
    if said.get("record_schema") != RECORD_SCHEMA:
        raise PackageBroken("manifest_of_another_schema")
    return said
