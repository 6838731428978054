"""Files that vouchers stand on: encrypted, named by their digest, erased with their key."""

import hashlib
import os
from pathlib import Path

import pytest

from lotse_chassis.personkeys import PersonKeys
from lotse_ledger.domain.evidence_files import FILE_BYTES_MAX, EvidenceRefused, examined, key_id
from lotse_ledger.providers.evidence_files import (
    EvidenceAltered,
    EvidenceErased,
    EvidenceFiles,
    EvidenceMissing,
    read_bounded,
)

KEK = bytes(range(32))
INVOICE = b"%PDF-1.7\nRechnung der Druckerei ueber 1.234,56 EUR\n%%EOF\n"
DIGEST = hashlib.sha256(INVOICE).hexdigest()


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    return tmp_path / "files", tmp_path / "keys"


@pytest.fixture
def files(folders: tuple[Path, Path]) -> EvidenceFiles:
    return EvidenceFiles(folders[0], PersonKeys(folders[1], KEK))


def test_a_file_is_found_by_its_digest_and_lies_encrypted(files: EvidenceFiles, folders: tuple[Path, Path]) -> None:
    kept = files.keep(INVOICE)
    assert (kept.sha256, kept.bytes, kept.media_type) == (DIGEST, len(INVOICE), "application/pdf")
    assert files.read(DIGEST) == INVOICE
    stored = [path.read_bytes() for folder in folders for path in folder.iterdir()]
    assert stored
    assert not any(b"Druckerei" in content for content in stored)
    assert all(path.stat().st_mode & 0o077 == 0 for folder in folders for path in folder.iterdir())


def test_the_same_file_twice_is_one(files: EvidenceFiles, folders: tuple[Path, Path]) -> None:
    assert files.keep(INVOICE) == files.keep(INVOICE)
    assert [path.name for path in folders[0].iterdir()] == [f"{DIGEST}.evidence"]
    assert list(files.digests()) == [DIGEST]


def test_each_file_has_a_key_of_its_own(files: EvidenceFiles, folders: tuple[Path, Path]) -> None:
    files.keep(INVOICE)
    other = files.keep(INVOICE + b"%").sha256
    assert len(list(folders[1].glob("*.key"))) == 2
    files.erase(DIGEST)
    assert files.read(other) == INVOICE + b"%"


def test_a_destroyed_key_erases_every_copy_of_the_file(files: EvidenceFiles, folders: tuple[Path, Path]) -> None:
    files.keep(INVOICE)
    stored = folders[0] / f"{DIGEST}.evidence"
    backup = stored.read_bytes()
    files.erase(DIGEST)
    files.erase(DIGEST)
    assert not files.holds(DIGEST)
    stored.write_bytes(backup)
    with pytest.raises(EvidenceErased):
        files.read(DIGEST)
    with pytest.raises(EvidenceErased):
        files.keep(INVOICE)


def test_a_changed_byte_on_the_disk_is_noticed_and_the_file_can_be_given_again(
    files: EvidenceFiles, folders: tuple[Path, Path]
) -> None:
    files.keep(INVOICE)
    stored = folders[0] / f"{DIGEST}.evidence"
    content = bytearray(stored.read_bytes())
    content[-1] ^= 1
    stored.write_bytes(content)
    with pytest.raises(EvidenceAltered):
        files.read(DIGEST)
    files.keep(INVOICE)
    assert files.read(DIGEST) == INVOICE


def test_a_file_put_under_the_name_of_another_does_not_open(files: EvidenceFiles, folders: tuple[Path, Path]) -> None:
    files.keep(INVOICE)
    other = files.keep(INVOICE + b"%").sha256
    (folders[0] / f"{DIGEST}.evidence").write_bytes((folders[0] / f"{other}.evidence").read_bytes())
    with pytest.raises(EvidenceAltered):
        files.read(DIGEST)


@pytest.mark.parametrize("name", ["", "..", "../../etc/passwd", "a" * 63, "A" * 64, "a" * 64 + "\n", "a/" * 32])
def test_a_name_that_is_no_digest_never_becomes_a_path(files: EvidenceFiles, name: str) -> None:
    with pytest.raises(EvidenceMissing):
        files.read(name)
    with pytest.raises(EvidenceMissing):
        files.erase(name)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "evidence_empty"),
        (b"MZ\x90\x00", "evidence_type_unknown"),
        (b"PK\x03\x04", "evidence_type_unknown"),
        (b"<html>", "evidence_type_unknown"),
        (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a/>', "evidence_type_unknown"),
        (b"%PDF-" + bytes(FILE_BYTES_MAX), "evidence_too_large"),
    ],
)
def test_what_is_no_evidence_is_refused_and_nothing_is_kept(
    files: EvidenceFiles, folders: tuple[Path, Path], content: bytes, code: str
) -> None:
    with pytest.raises(EvidenceRefused) as refused:
        files.keep(content)
    assert refused.value.code == code
    assert [path for folder in folders for path in folder.iterdir()] == []


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"II*\x00", "image/tiff"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><Invoice/>', "application/xml"),
    ],
)
def test_what_scanners_and_invoicing_programs_write_is_taken(head: bytes, media_type: str) -> None:
    assert examined(head).media_type == media_type


def test_a_file_from_outside_is_never_read_beyond_the_limit(tmp_path: Path) -> None:
    huge, pipe = tmp_path / "huge.pdf", tmp_path / "pipe.pdf"
    with huge.open("wb") as file:
        file.truncate(1 << 40)
    os.mkfifo(pipe)
    for path, code in ((huge, "evidence_too_large"), (pipe, "evidence_not_a_file"), (tmp_path, "evidence_not_a_file")):
        with pytest.raises(EvidenceRefused) as refused:
            read_bounded(path)
        assert refused.value.code == code


def test_a_file_that_another_process_erased_is_gone_here_at_once(folders: tuple[Path, Path]) -> None:
    here, there = (EvidenceFiles(folders[0], PersonKeys(folders[1], KEK)) for _ in range(2))
    here.keep(INVOICE)
    assert here.read(DIGEST) == INVOICE
    there.erase(DIGEST)
    with pytest.raises(EvidenceErased):
        here.read(DIGEST)
    assert (folders[1] / f"{key_id(DIGEST)}.gone").exists()
