"""A photo of a letter as a telephone takes it: a picture with a place and a device in its Exif data."""

import io

from PIL import Image, ImageDraw, TiffImagePlugin

SIZE = (1200, 1600)
MARGIN, LINE_HEIGHT, LINES = 120, 44, 26
ORIENTATION, MAKE, GPS = 0x0112, 0x010F, 0x8825
LATITUDE = (51.0, 3.0, 4.5)  # somewhere in Dresden
LONGITUDE = (13.0, 44.0, 17.9)


def letter_photo(title: str) -> bytes:
    """A JPEG of a letter with this title, its location in the Exif data; intake must take that out."""
    picture = Image.new("RGB", SIZE, (236, 233, 226))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((60, 60, SIZE[0] - 60, SIZE[1] - 60), fill=(252, 251, 248))
    draw.text((MARGIN, MARGIN), title, fill=(20, 20, 20), font_size=56)
    for line in range(LINES):
        top, right = MARGIN + 160 + line * LINE_HEIGHT, SIZE[0] - MARGIN - line * 37 % 400
        draw.rectangle((MARGIN, top, right, top + 14), fill=(120, 120, 120))
    exif = Image.Exif()
    exif[MAKE], exif[ORIENTATION] = "Telephone", 1
    exif.get_ifd(GPS).update({1: "N", 2: _rational(LATITUDE), 3: "E", 4: _rational(LONGITUDE)})
    whole = io.BytesIO()
    picture.save(whole, "JPEG", quality=80, exif=exif)
    return whole.getvalue()


def holds_place(jpeg: bytes) -> bool:
    """Whether the picture says where it was taken."""
    return bool(Image.open(io.BytesIO(jpeg)).getexif().get_ifd(GPS))


def _rational(degrees: tuple[float, ...]) -> tuple[TiffImagePlugin.IFDRational, ...]:
    return tuple(TiffImagePlugin.IFDRational(round(part * 100), 100) for part in degrees)
