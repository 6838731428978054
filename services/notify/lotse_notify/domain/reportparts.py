"""Takes a report apart at its own boundary and no deeper, in time that grows with its length alone.

Whoever got a mail of ours can write to its bounce address. Python's parser of whole mails compares every line with the
boundary of every layer that is open, so that one mail of 250 layers would occupy it for most of a minute.
Source: RFC 2046, 5.1 (boundaries), RFC 3464, 2.1 (blocks), RFC 6533 (the same in UTF-8, and in base64).
"""

import re
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser

PARTS_MAX = 20
BLOCKS_MAX = 50
HEADER_CHARS_MAX = 1_000
"""Of a header whose parameters are read, which takes the square of its length: a boundary has 70 at most."""

_HEADERS = BytesHeaderParser()
_BLANK = re.compile(rb"\n{2,}")


@dataclass(frozen=True)
class Part:
    """Headers, and what follows them as it is."""

    head: Message
    body: bytes


def part_of(raw: bytes) -> Part:
    """A mail or a part of one. Lines end with LF from here on."""
    text = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if text.startswith(b"\n"):
        return Part(Message(), text[1:])
    head, _, body = text.partition(b"\n\n")
    return Part(_HEADERS.parsebytes(head), body)


def parts_of(mail: Part) -> Iterator[Part]:
    """The parts of a multipart, one layer of them; none where it names no boundary."""
    if len(str(mail.head.get("Content-Type", ""))) > HEADER_CHARS_MAX:
        return
    boundary = mail.head.get_boundary()
    if not boundary:
        return
    line = re.compile(rb"^--" + re.escape(boundary.encode("ascii", "replace")) + rb"(--)?[ \t]*$", re.MULTILINE)
    begins: int | None = None
    for number, found in enumerate(line.finditer(mail.body)):
        if begins is not None:
            yield part_of(mail.body[begins : max(begins, found.start() - 1)])
        if found[1] is not None or number >= PARTS_MAX:
            return
        begins = found.end() + 1
    if begins is not None:
        yield part_of(mail.body[begins:])  # it was cut off, or never closed


def blocks_of(part: Part) -> Iterator[Message]:
    """Groups of fields with an empty line between them."""
    body = part.body
    if str(part.head.get("Content-Transfer-Encoding", "")).strip().lower() == "base64":
        body = b64decode(body).replace(b"\r\n", b"\n")
    for block in _BLANK.split(body.strip(), BLOCKS_MAX)[:BLOCKS_MAX]:
        yield _HEADERS.parsebytes(block)
