"""The ZIP of a bundle, to the byte as the format has it."""

import struct
import zlib
from collections.abc import Mapping

LOCAL = struct.Struct("<IHHHHHIIIHH")
CENTRAL = struct.Struct("<IHHHHHHIIIHHHHHII")
END = struct.Struct("<IHHHHIIH")
MADE_BY, MODE = 3 << 8 | 20, 0o100644 << 16
DAY = 33  # 1980-01-01


def zipped(files: Mapping[str, bytes], *, deflate: bool = False) -> bytes:
    """The archive; stored, or deflated as another program might do it."""
    out, directory = bytearray(), bytearray()
    for name in sorted(files):
        raw = files[name]
        packed, method = (deflated(raw), 8) if deflate else (raw, 0)
        sizes = (zlib.crc32(raw), len(packed), len(raw), len(name), 0)
        directory += CENTRAL.pack(0x02014B50, MADE_BY, 20, 0, method, 0, DAY, *sizes, 0, 0, 0, MODE, len(out))
        directory += name.encode()
        out += LOCAL.pack(0x04034B50, 20, 0, method, 0, DAY, *sizes) + name.encode() + packed
    return bytes(out + directory) + end(len(files), len(directory), len(out))


def end(count: int, length: int, offset: int) -> bytes:
    """What ends an archive."""
    return END.pack(0x06054B50, 0, 0, count, count, length, offset, 0)


def deflated(raw: bytes) -> bytes:
    """Without a header, as it lies in an archive."""
    packing = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packing.compress(raw) + packing.flush()
