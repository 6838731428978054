"""An archive that our exporter would not write is refused before anything in it is read, by both verifiers alike."""

import base64
import os
import struct
import zlib

import pytest

from lotse_verifier import limits
from tests.verifier.archives import CENTRAL, LOCAL, MADE_BY, MODE, deflated, end, zipped
from tests.verifier.asking import Both, clean, refused_the_same
from tests.verifier.bundles import bundle
from tests.verifier.histories import history

SYMLINK = 0o120777 << 16


def _one(name: bytes, packed: bytes = b"x", **given: int) -> bytes:
    """An archive of one file, each field as given."""
    size = given.get("size", len(packed))
    method, flags = given.get("method", 0), given.get("flags", 0)
    sizes = (given.get("crc", zlib.crc32(packed)), len(packed), size, len(name), 0)
    local = LOCAL.pack(0x04034B50, 20, flags, method, 0, 33, *sizes) + name + packed
    mode = given.get("mode", MODE)
    central = CENTRAL.pack(0x02014B50, MADE_BY, 20, flags, method, 0, 33, *sizes, 0, 0, 0, mode, 0) + name
    return local + central + end(1, len(central), len(local))


BOMB = deflated(bytes(20_000_000))


def _overlapping() -> bytes:
    """Two names for the same bytes: what makes the best bombs."""
    first = _one(b"a")
    entry = first[first.index(b"PK\x01\x02") : -22]
    start = first.index(b"PK\x01\x02")
    other = entry[:-1] + b"b"
    return first[:start] + entry + other + end(2, 2 * len(entry), start)


def _gap() -> bytes:
    """Bytes between the last file and the directory, which belong to nothing."""
    whole = _one(b"a")
    start = whole.index(b"PK\x01\x02")
    return whole[:start] + b"hidden" + whole[start:-22] + end(1, len(whole) - start - 22, start + 6)


def _many_claims() -> bytes:
    """Forty files that say to be 60 MiB each."""
    claims = b"".join(
        CENTRAL.pack(0x02014B50, MADE_BY, 20, 0, 8, 0, 33, 0, 2**20, 60 * 2**20, 2, 0, 0, 0, 0, MODE, 0)
        + f"{at:02d}".encode()
        for at in range(40)
    )
    return claims + end(40, len(claims), 0)


ARCHIVES: dict[str, tuple[str, bytes]] = {
    "nothing": ("not_a_zip", b""),
    "a page": ("not_a_zip", b"<html>" * 10),
    "a cut archive": ("not_a_zip", zipped({"a": b"1"})[:-1]),
    "bytes in front": ("zip_has_gaps", b"MZ" + zipped({"a": b"1"})),
    "bytes behind": ("not_a_zip", zipped({"a": b"1"}) + b"x"),
    "a comment": ("not_a_zip", zipped({"a": b"1"})[:-2] + b"\x01\x00x"),
    "a way out": ("name_refused", _one(b"../../etc/passwd")),
    "a root": ("name_refused", _one(b"/etc/passwd")),
    "a drive": ("name_refused", _one(b"C:\\windows")),
    "a name with NUL": ("name_refused", _one(b"a\x00b")),
    "a name in Latin-1": ("name_refused", _one(b"a\xe4")),
    "a folder": ("name_refused", _one(b"a/", b"")),
    "an empty part": ("name_refused", _one(b"a//b")),
    "a dot": ("name_refused", _one(b"a/./b")),
    "a terminal's escape": ("name_refused", _one(b"\x1b[2Ja")),
    "an endless name": ("name_refused", _one(b"a" * 201)),
    "a link": ("not_a_file", _one(b"a", mode=SYMLINK)),
    "a secret": ("zip_unusual", _one(b"a", flags=1)),
    "a size that comes later": ("zip_unusual", _one(b"a", flags=8)),
    "a method of its own": ("zip_unusual", _one(b"a", method=12)),
    "a bomb": ("file_unpacks_too_much", _one(b"a", BOMB, method=8, size=20_000_000)),
    "a file beyond the limit": ("file_too_large", _one(b"a", BOMB, method=8, size=limits.FILE_BYTES_MAX + 1)),
    "sizes that add up": ("unpacks_too_much", _many_claims()),
    "a gap before the directory": ("zip_has_gaps", _gap()),
    "two names for one file": ("zip_has_gaps", _overlapping()),
    "a stored file of two sizes": ("zip_damaged", _one(b"a", b"xyz", size=2)),
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_a_hostile_archive_is_refused(name: str, both: Both) -> None:
    what, raw = ARCHIVES[name]
    refused_the_same(both, raw, what)


@pytest.mark.parametrize("name", [b"x", b"X"])
def test_a_file_twice_is_refused_whatever_its_case(name: bytes, both: Both) -> None:
    first, second = _one(b"x"), _one(name)
    start = first.index(b"PK\x01\x02")
    one, two = first[start:-22], bytearray(second[start:-22])
    two[42:46] = struct.pack("<I", start)
    refused_the_same(both, first[:start] + second[:start] + one + two + end(2, 2 * len(one), 2 * start), "name_twice")


@pytest.mark.parametrize(
    ("packed", "size"),
    [
        (BOMB, 1000),
        (deflated(b"abc") + b"x", 3),
        (deflated(b"abc")[:-1], 3),
        (b"\x06\x00", 0),
        (deflated(b"abc"), 4),
    ],
)
def test_a_file_that_is_not_what_the_archive_says_is_refused(packed: bytes, size: int, both: Both) -> None:
    files = bundle(history(4, 30))
    raw = zipped({**files, "bundle.json": b"%MARK%"})
    local = raw.index(b"bundle.json%MARK%") - 30
    fields = (zlib.crc32(b"abc"), len(packed), size)
    shift = len(packed) - len(b"%MARK%")
    changed = bytearray(raw.replace(b"%MARK%", packed, 1))
    struct.pack_into("<HHHIII", changed, local + 8, 8, 0, 33, *fields)
    at = changed.index(b"PK\x01\x02")
    end = len(changed) - 22
    while at < end:
        name = bytes(changed[at + 46 : at + 46 + struct.unpack_from("<H", changed, at + 28)[0]])
        offset = struct.unpack_from("<I", changed, at + 42)[0]
        if name == b"bundle.json":
            struct.pack_into("<HHHIII", changed, at + 10, 8, 0, 33, *fields)
        elif offset > local:
            struct.pack_into("<I", changed, at + 42, offset + shift)
        at += 46 + len(name)
    struct.pack_into("<I", changed, end + 16, struct.unpack_from("<I", changed, end + 16)[0] + shift)
    path = both.folder / "hostile.zip"
    path.write_bytes(changed)
    said, other = both.answers_to([path], clean({}))
    assert said["code"] == other["code"] == "unreadable"
    assert {said["what"], other["what"]} <= {"file_damaged", "file_longer_than_said"}


def test_inflating_is_the_same_here_and_there(both: Both) -> None:
    packed = [
        (deflated(raw), len(raw))
        for raw in (b"", b"a", b"abc" * 1000, bytes(range(256)) * 40, os.urandom(5_000), zipped(bundle(history(4, 30))))
    ]
    for level in (0, 1):
        packing = zlib.compressobj(level, zlib.DEFLATED, -15, 8, zlib.Z_FIXED if level else zlib.Z_DEFAULT_STRATEGY)
        packed.append((packing.compress(b"hello hello hello" * 9) + packing.flush(), 17 * 9))
    cases = [(base64.b64encode(raw).decode(), size) for raw, size in packed]
    assert None not in both.core.ask("inflate", cases=cases)
