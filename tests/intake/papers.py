"""Files as people send them, with hidden details in them that must not stay."""

import io
import zlib
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

CANARY = "canary-exif"
HEIC = Path(__file__).parent / "files" / "photo.heic"


def picture(size: tuple[int, int] = (96, 64)) -> Image.Image:
    made = Image.new("RGB", size, (200, 30, 30))
    made.paste((20, 90, 200), (0, 0, size[0] // 2, size[1] // 4))
    return made


def exif(orientation: int = 1) -> Image.Exif:
    """Where it was taken, and by whom."""
    found = Image.Exif()
    found[0x010E], found[0x0112] = CANARY, orientation
    gps = found.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (51.0, 2.0, 58.0), "E", (13.0, 44.0, 18.0)
    return found


def jpeg(orientation: int = 1, size: tuple[int, int] = (96, 64)) -> bytes:
    written = io.BytesIO()
    picture(size).save(written, "JPEG", exif=exif(orientation), comment=CANARY.encode())
    return written.getvalue()


def png() -> bytes:
    notes, written = PngInfo(), io.BytesIO()
    notes.add_text("Comment", CANARY)
    picture().save(written, "PNG", pnginfo=notes, exif=exif())
    return written.getvalue()


def heic() -> bytes:
    return HEIC.read_bytes()


def pdf(*, encrypted: bool = False) -> bytes:
    """A scanned page: a photo as the camera wrote it, a title, a script, a note of who annotated it."""
    page, written = io.BytesIO(), io.BytesIO()
    picture().save(page, "PDF", title=CANARY, author=CANARY)
    writer = PdfWriter(PdfReader(page))
    objects = writer.pages[0]["/Resources"]["/XObject"]  # type: ignore[index]
    photo = next(iter(objects.values())).get_object()
    photo._data = jpeg()
    photo[NameObject("/Metadata")] = TextStringObject(CANARY)
    script = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject(CANARY)}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(script)
    writer.add_attachment(CANARY, CANARY.encode())
    writer.add_metadata({"/Author": CANARY})
    note = DictionaryObject({NameObject("/Subtype"): NameObject("/Text"), NameObject("/T"): TextStringObject(CANARY)})
    writer.add_annotation(0, note)
    if encrypted:
        writer.encrypt("secret", algorithm="RC4-128")
    writer.write(written)
    return written.getvalue()


def bomb() -> bytes:
    """A few kilobytes that say they are two billion pixels."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return len(content).to_bytes(4, "big") + name + content + zlib.crc32(name + content).to_bytes(4, "big")

    head = (50_000).to_bytes(4, "big") + (40_000).to_bytes(4, "big") + b"\x08\x02\x00\x00\x00"
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1_000))) + chunk(b"IEND", b"")
    )
