"""What a file really is, by its first bytes, and whether that is what was claimed."""

from typing import Literal, get_args

MediaType = Literal["image/jpeg", "image/png", "image/heic", "application/pdf"]
MEDIA_TYPES: tuple[MediaType, ...] = get_args(MediaType)
FILE_BYTES_MAX = 15 * 1024 * 1024
SAME_AS = {"image/heif": "image/heic", "image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg"}
"""Other names of the same, as browsers and phones write them."""

_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})


def claimed_type(content_type: str) -> MediaType | None:
    """The media type that an uploader claims; None if we do not take it."""
    name = content_type.split(";", maxsplit=1)[0].strip().lower()
    name = SAME_AS.get(name, name)
    return next((media_type for media_type in MEDIA_TYPES if media_type == name), None)


def sniffed(head: bytes) -> MediaType | None:
    """The media type that the first 16 bytes show."""
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        return "image/heic"
    return None
