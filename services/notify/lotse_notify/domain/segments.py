"""How many parts an SMS is sent in, and so what it costs: counted as a network splits it, not by division."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from icu4py.breakers import CharacterBreaker

Encoding = Literal["GSM-7", "UCS-2"]

GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENDED = frozenset("\f^{}\\[~]|€")
"""3GPP TS 23.038, 6.2.1 (version 18.0.0): the default alphabet, and what takes an escape and so two units."""
UNITS_ALONE: dict[Encoding, int] = {"GSM-7": 160, "UCS-2": 70}
UNITS_IN_PART: dict[Encoding, int] = {"GSM-7": 153, "UCS-2": 67}
"""140 octets in one message; six of them are the header of each part of several (3GPP TS 23.040, 9.2.3.24.1)."""

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")  # half a letter; it takes one unit, as the sign for "unreadable" does

EACH_ALONE = re.compile("[\n\r -~\u00a0-\u00ff\u0400-\u0482\u048a-\u04ff\u2010-\u201f\u2026\u20ac\u2116]*")
"""Letters without marks, as nearly all texts have them: no need to look for what belongs together."""


@dataclass(frozen=True)
class Size:
    """What a text takes: units are septets of GSM-7, or 16-bit units of UCS-2."""

    encoding: Encoding
    units: int
    segments: int


def size_of(text: str) -> Size:
    """Exact. What belongs together is never parted: an escape and its letter, a surrogate pair, a letter and its marks.

    A text without a letter is still one message.
    """
    encoding = encoding_of(text)
    units = sum(map(_septets if encoding == "GSM-7" else _utf16, text))
    if units <= UNITS_ALONE[encoding]:
        return Size(encoding, units, 1)
    return Size(encoding, units, _parts(_pieces(text, encoding), UNITS_IN_PART[encoding]))


def encoding_of(text: str) -> Encoding:
    """UCS-2 as soon as one letter is not of the GSM alphabet."""
    return "GSM-7" if set(text) <= GSM_BASIC | GSM_EXTENDED else "UCS-2"


def _parts(pieces: Iterable[int], room: int) -> int:
    """How many are needed where each takes as many whole pieces as it has room for."""
    parts, used = 1, 0
    for piece in pieces:
        if used + piece > room:
            parts, used = parts + 1, 0
        used += piece
    return parts


def _pieces(text: str, encoding: Encoding) -> Iterator[int]:
    """The units of each piece that is not parted."""
    if encoding == "GSM-7":
        yield from map(_septets, text)
        return
    if EACH_ALONE.fullmatch(text):
        yield from (1 for _ in text)
        return
    room = UNITS_IN_PART[encoding]
    for cluster in CharacterBreaker(_LONE_SURROGATE.sub("\ufffd", text), "root"):
        units = [_utf16(letter) for letter in cluster]
        if cluster == "\r\n" or sum(units) > room:
            yield from units
        else:
            yield sum(units)


def _septets(letter: str) -> int:
    return 2 if letter in GSM_EXTENDED else 1


def _utf16(letter: str) -> int:
    return 2 if ord(letter) > 0xFFFF else 1
