"""A mail server that takes every mail and forgets it, but turns a share of recipients away; a process of its own.

Run: `python -m benchmarks.refusing_sink PORT BUSY REFUSED`. Of a hundred recipients BUSY are told to come again (451),
evenly spread; of a hundred addresses REFUSED do not exist (550), told apart by a digest, so that each is refused
whenever it is named. smtp-sink refuses all or none of a command.
"""

import asyncio
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import cast
from zlib import crc32

END = b"\r\n.\r\n"


@dataclass(frozen=True)
class Shares:
    """Percent of what is named to it."""

    busy: int
    refused: int
    named: Iterator[int] = field(default_factory=count)

    def answer(self, command: bytes) -> bytes:
        """To RCPT."""
        if is_refused(command.partition(b"<")[2].partition(b">")[0], self.refused):
            return b"550 5.1.1 nobody of that name\r\n"
        return b"451 4.3.0 later\r\n" if next(self.named) * self.busy % 100 < self.busy else b"250 ok\r\n"


def is_refused(address: bytes, percent: int) -> bool:
    """Whether there is nobody of that name."""
    return crc32(address) % 100 < percent


class Line(asyncio.Protocol):
    """One connection, which sends one command at a time."""

    def __init__(self, shares: Shares) -> None:
        self._shares, self._unread, self._in_content = shares, b"", False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(b"220 mx.example.org\r\n")

    def data_received(self, data: bytes) -> None:
        self._unread += data
        for said in self._whole():
            self._transport.write(self._answer(said))

    def _whole(self) -> Iterator[bytes]:
        """Each command or content that has come to its end."""
        while (at := self._unread.find(END if self._in_content else b"\r\n")) >= 0:
            said, self._unread = self._unread[:at], self._unread[at + (len(END) if self._in_content else 2) :]
            yield said

    def _answer(self, said: bytes) -> bytes:
        if self._in_content:
            self._in_content = False
            return b"250 queued as 4711\r\n"
        match said[:4].upper():
            case b"EHLO":
                return b"250-mx.example.org\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"
            case b"RCPT":
                return self._shares.answer(said)
            case b"DATA":
                self._in_content = True
                return b"354 go on\r\n"
            case b"QUIT":
                self._transport.write(b"221 bye\r\n")
                self._transport.close()
                return b""
            case _:
                return b"250 ok\r\n"


async def serve(port: int, shares: Shares) -> None:
    """Until it is ended."""
    server = await asyncio.get_running_loop().create_server(lambda: Line(shares), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    given_port, given_busy, given_refused = map(int, sys.argv[1:])
    asyncio.run(serve(given_port, Shares(given_busy, given_refused)))
