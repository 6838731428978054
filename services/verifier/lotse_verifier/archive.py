"""The files of a bundle, from a ZIP that our exporter could have written; everything else is refused unread.

A strict reader of its own, so that no two programs see two different bundles in one file: the entries lie back to back
from the first byte, the directory follows at once and ends the file. There is no ZIP64, no comment, no encryption, no
data descriptor. Source: PKWARE APPNOTE 6.3.10.
"""

import mmap
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lotse_verifier import limits
from lotse_verifier.faults import Unreadable
from lotse_verifier.names import check_names

END = struct.Struct("<IHHHHIIH")
CENTRAL = struct.Struct("<IHHHHHHIIIHHHHHII")
LOCAL = struct.Struct("<IHHHHHIIIHH")
END_MARK, CENTRAL_MARK, LOCAL_MARK = 0x06054B50, 0x02014B50, 0x04034B50
STORED, DEFLATED = 0, 8
FLAG_UTF8 = 0x0800
UNIX = 3
FILE_TYPE_MASK, REGULAR_FILE = 0o170000, 0o100000


@dataclass(frozen=True)
class Member:
    """A file in the archive."""

    name: str
    method: int
    crc: int
    packed: int
    size: int
    offset: int


class Archive:
    """A ZIP file. Raises Unreadable for anything unusual."""

    def __init__(self, path: Path) -> None:
        size = path.stat().st_size
        if size > limits.ARCHIVE_BYTES_MAX:
            raise Unreadable("archive_too_large")
        if size < END.size:
            raise Unreadable("not_a_zip")
        with path.open("rb") as file:
            self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._members = {one.name: one for one in _members(self._bytes)}
        self.names = tuple(sorted(self._members))

    def has(self, name: str) -> bool:
        """Whether there is such a file."""
        return name in self._members

    def size(self, name: str) -> int:
        """Unpacked, in bytes."""
        return self._members[name].size

    def read(self, name: str) -> bytes:
        """The whole file. Raises Unreadable if it is not what the directory says."""
        return b"".join(self.chunks(name))

    def chunks(self, name: str) -> Iterator[bytes]:
        """The file in pieces; the last one comes only if length and checksum hold."""
        member = self._members[name]
        start = member.offset + LOCAL.size + len(name)
        crc, size = 0, 0
        for piece in _unpacked(self._bytes, member, start):
            crc, size = zlib.crc32(piece, crc), size + len(piece)
            if size > member.size:
                raise Unreadable("file_longer_than_said", name)
            yield piece
        if size != member.size or crc != member.crc:
            raise Unreadable("file_damaged", name)


def _unpacked(data: mmap.mmap, member: Member, start: int) -> Iterator[bytes]:
    if member.method == STORED:
        for at in range(start, start + member.packed, limits.CHUNK_BYTES):
            yield data[at : min(at + limits.CHUNK_BYTES, start + member.packed)]
        return
    inflating = zlib.decompressobj(-zlib.MAX_WBITS)
    packed = data[start : start + member.packed]
    try:
        while packed and not inflating.eof:
            piece = inflating.decompress(packed, limits.CHUNK_BYTES)
            packed = inflating.unconsumed_tail
            yield piece
    except zlib.error:
        raise Unreadable("file_damaged", member.name) from None
    if not inflating.eof or inflating.unused_data:
        raise Unreadable("file_damaged", member.name)


def _members(data: mmap.mmap) -> list[Member]:
    mark, disk, start_disk, here, count, length, offset, comment = END.unpack(data[-END.size :])
    if mark != END_MARK or comment or disk or start_disk or here != count:
        raise Unreadable("not_a_zip")
    if offset + length + END.size != len(data):
        raise Unreadable("zip_has_gaps")
    if length < count * CENTRAL.size:
        raise Unreadable("zip_damaged")
    found, at = [], offset
    for _ in range(count):
        member, at = _member(data, at, offset + length)
        found.append(member)
    if at != offset + length:
        raise Unreadable("zip_damaged")
    check_names([one.name for one in found], sum(one.size for one in found))
    _check_laid_out(data, found, offset)
    return found


def _member(data: mmap.mmap, at: int, end: int) -> tuple[Member, int]:
    """The next line of the directory, and where the one after it begins."""
    if at + CENTRAL.size > end:
        raise Unreadable("zip_damaged")
    head = CENTRAL.unpack(data[at : at + CENTRAL.size])
    mark, made_by, _, flags, method, _, _, crc, packed, size, name_length, extra, comment, disk, _, mode, offset = head
    raw = data[at + CENTRAL.size : at + CENTRAL.size + name_length]
    if mark != CENTRAL_MARK or len(raw) != name_length or at + CENTRAL.size + name_length > end:
        raise Unreadable("zip_damaged")
    name = raw.decode("ascii", errors="replace")
    if flags & ~FLAG_UTF8 or extra or comment or disk or method not in (STORED, DEFLATED):
        raise Unreadable("zip_unusual", name)
    if made_by >> 8 == UNIX and (mode >> 16) & FILE_TYPE_MASK not in (0, REGULAR_FILE):
        raise Unreadable("not_a_file", name)
    member = Member(name, method, crc, packed, size, offset)
    _check_sizes(member)
    return member, at + CENTRAL.size + name_length


def _check_sizes(member: Member) -> None:
    if member.size > limits.FILE_BYTES_MAX:
        raise Unreadable("file_too_large", member.name)
    if member.size > limits.RATIO_FREE_BYTES and member.size > member.packed * limits.RATIO_MAX:
        raise Unreadable("file_unpacks_too_much", member.name)
    if member.method == STORED and member.packed != member.size:
        raise Unreadable("zip_damaged", member.name)


def _check_laid_out(data: mmap.mmap, members: list[Member], end: int) -> None:
    """Each entry begins where the one before it ends, and says of itself what the directory says."""
    at = 0
    for member in sorted(members, key=lambda one: one.offset):
        if member.offset != at or at + LOCAL.size + len(member.name) + member.packed > end:
            raise Unreadable("zip_has_gaps", member.name)
        mark, _, flags, method, _, _, crc, packed, size, name_length, extra = LOCAL.unpack(data[at : at + LOCAL.size])
        name = data[at + LOCAL.size : at + LOCAL.size + name_length]
        said = (mark, flags & ~FLAG_UTF8, method, crc, packed, size, name, extra)
        if said != (LOCAL_MARK, 0, member.method, member.crc, member.packed, member.size, member.name.encode(), 0):
            raise Unreadable("zip_damaged", member.name)
        at += LOCAL.size + name_length + packed
    if at != end:
        raise Unreadable("zip_has_gaps")
