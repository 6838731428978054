"""A program of its own: reads one file, writes it again without location data or anything else that was hidden in it.

It runs apart from the service, with bounded memory and time and without any of its secrets, since decoders of images
and documents are where hostile files do their harm. It imports nothing of ours. Usage: `cleaner.py MEDIA_TYPE`, file on
standard input, cleaned file on standard output; the exit code says why not.
"""

import io
import resource
import sys
from typing import Any

PIXELS_MAX = 50_000_000  # a phone's largest usual photo has 48 million; decoded, this is 150 MB
SIDE_PIXELS_MAX = 4_096  # a page of A4 at 300 dpi has 3,508
JPEG_QUALITY = 85
PAGES_MAX = 60
OBJECTS_MAX = 50_000
MEMORY_BYTES_MAX = 1_200_000_000
CPU_SECONDS_MAX = 25

EXIT_LIES = 3
EXIT_TOO_MANY_PIXELS = 4
EXIT_CANNOT_CLEAN = 5

FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/heic": "HEIF"}
_PAGE_KEYS = ("/Annots", "/AA", "/Metadata", "/PieceInfo", "/Thumb", "/LastModified", "/B")
_HIDDEN_KEYS = ("/Metadata", "/PieceInfo", "/AA", "/OPI", "/AF", "/LastModified")


def main() -> int:
    """The exit code; nothing is written unless the whole file was cleaned."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS_MAX, CPU_SECONDS_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    media_type, content = sys.argv[1], sys.stdin.buffer.read()
    cleaned = clean_pdf(content) if media_type == "application/pdf" else clean_image(content, FORMATS[media_type])
    sys.stdout.buffer.write(cleaned)
    return 0


def clean_image(content: bytes, expected: str) -> bytes:
    """The picture alone, upright; PNG stays PNG, the others become JPEG. Exits if it is none or too large."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    if expected == "HEIF":
        import pi_heif  # type: ignore[import-untyped]

        pi_heif.register_heif_opener()
    try:
        image: Image.Image = Image.open(io.BytesIO(content), formats=[expected])
    except (UnidentifiedImageError, Image.DecompressionBombError):
        sys.exit(EXIT_LIES)
    if image.width * image.height > PIXELS_MAX:
        sys.exit(EXIT_TOO_MANY_PIXELS)
    image.draft("RGB", (SIDE_PIXELS_MAX, SIDE_PIXELS_MAX))
    image.thumbnail((SIDE_PIXELS_MAX, SIDE_PIXELS_MAX))
    upright = ImageOps.exif_transpose(image)
    written = io.BytesIO()
    plain = Image.new("RGB", upright.size, "white")
    if upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info:
        plain.paste(upright.convert("RGBA"), mask=upright.convert("RGBA").getchannel("A"))
    else:
        plain.paste(upright.convert("RGB"))
    if expected == "PNG":
        plain.save(written, "PNG")
    else:
        plain.save(written, "JPEG", quality=JPEG_QUALITY)
    return written.getvalue()


def clean_pdf(content: bytes) -> bytes:
    """The pages alone: no metadata, annotations, scripts, forms or attachments. Exits if that cannot be done."""
    from pypdf import PdfReader, PdfWriter
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted or not 0 < len(reader.pages) <= PAGES_MAX:
            sys.exit(EXIT_CANNOT_CLEAN)
        writer = PdfWriter()
        for page in reader.pages:
            writer.add_page(page, excluded_keys=_PAGE_KEYS)
        writer.metadata = None
        for page in writer.pages:
            strip_tree(page)
        written = io.BytesIO()
        writer.write(written)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        sys.exit(EXIT_CANNOT_CLEAN)
    return written.getvalue()


def strip_tree(page: Any) -> None:
    """Remove what is hidden in a page's objects, photos' own metadata included."""
    waiting, seen = [page], set()
    while waiting:
        thing = waiting.pop().get_object()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        if len(seen) > OBJECTS_MAX:
            sys.exit(EXIT_CANNOT_CLEAN)
        if isinstance(thing, dict):
            for key in _HIDDEN_KEYS:
                thing.pop(key, None)
            strip_photo(thing)
            waiting += [value for key, value in thing.items() if key not in {"/Parent", "/P"}]
        elif isinstance(thing, list):
            waiting += thing


def strip_photo(thing: Any) -> None:
    """A photo inside a document keeps its camera's notes, where it was taken among them: remove them."""
    named = thing.get("/Filter")
    filters = named if isinstance(named, list) else [named]
    if "/JPXDecode" in filters:
        sys.exit(EXIT_CANNOT_CLEAN)
    if "/DCTDecode" in filters and hasattr(thing, "_data"):
        if filters != ["/DCTDecode"]:
            sys.exit(EXIT_CANNOT_CLEAN)
        thing._data = strip_jpeg(thing._data)  # noqa: SLF001 - pypdf sets the data of other filters only


def strip_jpeg(content: bytes) -> bytes:
    """A JPEG without comments and application segments, but for Adobe's (14), which says how its colours are meant."""
    if content[:2] != b"\xff\xd8":
        sys.exit(EXIT_CANNOT_CLEAN)
    kept, place = [b"\xff\xd8"], 2
    while place + 4 <= len(content) and content[place] == 0xFF:
        marker, length = content[place + 1], int.from_bytes(content[place + 2 : place + 4], "big")
        if marker == 0xDA:  # the picture itself
            end = content.rfind(b"\xff\xd9")
            return b"".join(kept) + content[place : end + 2 if end > place else None]
        if marker != 0xFE and not (0xE0 <= marker <= 0xEF and marker != 0xEE):
            kept.append(content[place : place + 2 + length])
        place += 2 + length
    sys.exit(EXIT_CANNOT_CLEAN)


if __name__ == "__main__":
    sys.exit(main())
