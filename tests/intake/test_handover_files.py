"""A package holds together or is refused: whoever alters a file, a name or a count is found out before anything lies
on the disk."""

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pyrage  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lotse_intake.domain.handover_package import (
    MANIFEST,
    Batch,
    Entry,
    PackageBroken,
    canonical,
    checked,
    manifest_of,
    sha256_of,
)
from lotse_intake.domain.handover_receipt import judged, line_of, read
from lotse_intake.providers import handover_files

AT = datetime(2026, 12, 31, 12, tzinfo=UTC)
WHOSE = UUID(int=7)
BATCH = Batch(UUID(int=1), "auslaenderrat", "msa-nord", AT)
RECORD, PAGE = f"persons/{WHOSE}/record.json", f"persons/{WHOSE}/page.html"
FILES = {RECORD: b'{"reference": 7}', PAGE: b"<p>7</p>"}
KEY = pyrage.x25519.Identity.generate()


def manifest() -> dict[str, Any]:
    """As it is written for these files."""
    made = manifest_of(BATCH, [Entry(name, sha256_of(content), len(content)) for name, content in FILES.items()])
    return dict(json.loads(made))


def sealed(path: Path, files: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> Path:
    """An archive as somebody with the public key could make it."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", compression) as made:
        for name, content in files.items():
            made.writestr(name, content)
    path.write_bytes(pyrage.encrypt(archive.getvalue(), [KEY.to_public()]))
    return path


def altered() -> Iterator[tuple[str, dict[str, bytes]]]:
    whole = manifest()
    good = canonical(whole)
    yield "hash_differs", {**FILES, PAGE: b"<p>8</p>", MANIFEST: good}
    yield "files_differ_from_manifest", {RECORD: FILES[RECORD], MANIFEST: good}
    yield "files_differ_from_manifest", {**FILES, "more.txt": b"", MANIFEST: good}
    yield "manifest_unreadable", dict(FILES)
    yield "manifest_unreadable", {**FILES, MANIFEST: b"{"}
    yield "manifest_unreadable", {**FILES, MANIFEST: canonical({**whole, "batch": "x"})}
    yield "manifest_of_another_schema", {**FILES, MANIFEST: canonical({**whole, "schema": "lotse.handover.manifest/2"})}
    yield (
        "manifest_counts_differ",
        {**FILES, MANIFEST: canonical({**whole, "counts": {**whole["counts"], "persons": 2}})},
    )
    for name in ("../evil", "/etc/evil", f"persons/{WHOSE}/documents/../../x.pdf", "persons/x/record.json"):
        listed = [*whole["files"], {"name": name, "sha256": sha256_of(b""), "size": 0}]
        counts = {**whole["counts"], "files": 3}
        yield (
            "file_name_not_allowed",
            {**FILES, name: b"", MANIFEST: canonical({**whole, "files": listed, "counts": counts})},
        )


@pytest.mark.parametrize(("code", "files"), altered())
def test_what_was_altered_is_refused_and_nothing_is_unpacked(
    tmp_path: Path, code: str, files: dict[str, bytes]
) -> None:
    path = sealed(tmp_path / "package.age", files)
    with pytest.raises(PackageBroken) as refused:
        handover_files.open_package(path, [KEY])
    assert refused.value.code == code
    assert list(tmp_path.iterdir()) == [path]


def test_compressed_files_that_could_burst_are_not_even_read(tmp_path: Path) -> None:
    bomb = {RECORD: b"0" * 50_000_000, MANIFEST: canonical(manifest())}
    path = sealed(tmp_path / "package.age", bomb, zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 200_000
    with pytest.raises(PackageBroken, match="not_a_package"):
        handover_files.open_package(path, [KEY])


def test_content_and_manifest_are_the_same_for_the_same_state_and_the_file_never_is(tmp_path: Path) -> None:
    found = []
    for number in range(2):
        path = tmp_path / f"{number}.age"
        files = sorted(FILES.items())
        written = handover_files.write_package(
            path, KEY.to_public(), files, lambda entries: manifest_of(BATCH, entries), at=AT
        )
        assert not path.exists()
        handover_files.place(path)
        found.append((pyrage.decrypt(path.read_bytes(), [KEY]), written.manifest_sha256, path.read_bytes()))
    assert found[0][:2] == found[1][:2]
    assert found[0][2] != found[1][2]


def test_what_goes_wrong_while_writing_leaves_no_file_and_is_told_as_itself(tmp_path: Path) -> None:
    def broken() -> Iterator[tuple[str, bytes]]:
        yield RECORD, b"0" * 100_000
        raise PermissionError(13, "no")

    with pytest.raises(PermissionError):
        handover_files.write_package(
            tmp_path / "a.age", KEY.to_public(), broken(), lambda entries: manifest_of(BATCH, entries), at=AT
        )
    assert list(tmp_path.iterdir()) == []


@given(st.binary(max_size=2_000))
def test_no_bytes_are_a_receipt_by_accident(content: bytes) -> None:
    found = (
        judged(content, batch_id=UUID(int=1), manifest_sha256="a" * 64, records={}) if not read(content)[0] else None
    )
    assert found is None or not found.taken


@settings(max_examples=200)
@given(st.data())
def test_each_person_counts_at_most_once_whatever_lines_come_in_whatever_order(data: st.DataObject) -> None:
    records = {UUID(int=number): f"{number:064x}" for number in range(1, 6)}
    known = st.sampled_from([*records, UUID(int=99)])
    wanted = data.draw(st.lists(st.tuples(known, st.booleans(), st.booleans()), max_size=12))
    lines = [
        line_of(UUID(int=1), "a" * 64, who, records.get(who, "0" * 64) if right else "f" * 64, received=received)
        for who, right, received in wanted
    ]
    found = judged("\n".join(lines).encode(), batch_id=UUID(int=1), manifest_sha256="a" * 64, records=records)
    once = {who for who, *_ in wanted if [one for one, *_ in wanted].count(who) == 1}
    good = {who for who, right, received in wanted if right and received and who in records} & once
    assert sorted(found.taken) == sorted(good)
    assert len(found.taken) + len(found.refused) == len(lines)
    assert set(found.missing) == records.keys() - {who for who, *_ in wanted}


@given(st.dictionaries(st.sampled_from([RECORD, PAGE]), st.binary(max_size=50), max_size=2))
def test_a_manifest_fits_exactly_the_files_it_was_made_of(files: dict[str, bytes]) -> None:
    entries = {name: Entry(name, sha256_of(content), len(content)) for name, content in files.items()}
    made = manifest_of(BATCH, entries.values())
    assert checked(made, entries).manifest_sha256 == sha256_of(made)
    other = {**entries, PAGE: Entry(PAGE, "0" * 64, 1)}
    with pytest.raises(PackageBroken):
        checked(made, other)
