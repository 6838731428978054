"""Packs a bundle so that the same bundle is the same bytes: stored, in order, without dates, names or notes of ours."""

import zipfile
from typing import BinaryIO

from lotse_ledger.domain.bundle import EVIDENCE_FOLDER, MANIFEST, Bundle
from lotse_ledger.providers.evidence_files import EvidenceFiles

DATED = (1980, 1, 1, 0, 0, 0)  # the first that a ZIP can say
UNIX = 3
MODE = 0o100644  # a regular file


def pack(bundle: Bundle, evidence: EvidenceFiles | None, out: BinaryIO) -> None:
    """Write to a file that can be sought in. Raises what EvidenceFiles.read raises."""
    manifest = bundle.manifest
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED, allowZip64=False) as archive:
        for path in bundle.paths:
            archive.writestr(_member(path), _content(path, bundle, manifest, evidence))


def _content(path: str, bundle: Bundle, manifest: bytes, evidence: EvidenceFiles | None) -> bytes:
    if path == MANIFEST:
        return manifest
    if path in bundle.files or evidence is None:
        return bundle.files[path]
    return evidence.read(path.removeprefix(EVIDENCE_FOLDER))


def _member(path: str) -> zipfile.ZipInfo:
    found = zipfile.ZipInfo(path, DATED)
    found.create_system = UNIX
    found.external_attr = MODE << 16
    found.compress_type = zipfile.ZIP_STORED
    return found
