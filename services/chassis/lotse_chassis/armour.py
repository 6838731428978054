"""Keeps nats-py reading, whatever a frontend publishes.

Found by trying: at a subject that is no UTF-8, or at headers cut short, its reading task ends for good while the client
says that it is connected; and a stored message with a header `Status` passes for a word of the server, so that it is
never handled and never settled.
"""

import logging
import re
from collections.abc import Iterator

from nats.aio.client import Client
from nats.protocol import parser

log = logging.getLogger(__name__)

STORED = b"$JS.ACK."  # how the reply of a message out of a stream begins; the server's own words have none
HEADERS_BEGIN = b"NATS/1.0\r\n"
LINE_END = b"\r\n"

# The server parts words at spaces and tabs alone; nats-py's own patterns also at what may stand within a subject, and
# then it would drop the link at the same message again and again.
_WORDS = rb"[ \t]+([^ \t\r\n]+)[ \t]+([^ \t\r\n]+)[ \t]+(([^ \t\r\n]+)[ \t]+)?"
parser.MSG_RE = re.compile(rb"\AMSG" + _WORDS + rb"(\d+)\r\n")
parser.HMSG_RE = re.compile(rb"\AHMSG" + _WORDS + rb"(\d+)[ \t]+(\d+)\r\n")


def armour(client: Client) -> None:
    """Once for each client, before it subscribes to anything."""
    process = client._process_msg  # noqa: SLF001 - nats-py has no public place for it

    async def take(sid: int, subject: bytes, reply: bytes, data: bytes, headers: bytes) -> None:
        if headers and reply.startswith(STORED):
            headers = harmless(headers)
        try:
            await process(sid, _readable(subject), _readable(reply), data, headers)
        except Exception as fault:  # noqa: BLE001 - one message is left lying, not all that follow
            log.error("broker: a message could not be read: %s", type(fault).__name__)

    client._process_msg = take  # type: ignore[method-assign]  # noqa: SLF001


def harmless(headers: bytes) -> bytes:
    """The headers without anything that reads as a status of the server; nothing if they are none."""
    return LINE_END.join(_publishers(headers)) if headers.startswith(HEADERS_BEGIN) else b""


def _publishers(headers: bytes) -> Iterator[bytes]:
    for line in headers.split(LINE_END):
        if line.partition(b":")[0].strip().lower() != b"status":
            yield line


def _readable(subject: bytes) -> bytes:
    return subject if subject.isascii() else subject.decode(errors="replace").encode()
