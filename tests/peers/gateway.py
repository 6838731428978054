"""A scripted SMS gateway that speaks Kannel's `sendsms`: takes a message and answers, drops the line or is silent.

Source of the headers and answers: Kannel 1.4.5 User Guide, "Sending SMS" by POST.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

import httpx

from tests.peers.kannel import Receipt

Does = Literal["take", "drop", "silent", "refuse", "busy", "proxy_lost"]
ANSWERS: Mapping[Does, bytes] = {
    "take": b"HTTP/1.1 202 Accepted\r\nContent-Type: text/html\r\nContent-Length: 25\r\n\r\n0: Accepted for delivery\n",
    "refuse": b"HTTP/1.1 400 Bad Request\r\nContent-Length: 18\r\n\r\nMissing receiver\r\n",
    "busy": b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 19\r\n\r\nTemporal failure...",
    "proxy_lost": b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 11\r\n\r\nbad gateway",
}
HEAD_BYTES_MAX = 64 * 1024


@dataclass(frozen=True)
class Taken:
    """One message that arrived whole, whether or not who sent it learned of it."""

    headers: Mapping[str, str]
    body: bytes

    @property
    def number(self) -> str:
        return self.headers["x-kannel-to"]

    @property
    def receipt_url(self) -> str:
        return self.headers["x-kannel-dlr-url"]


class Gateway:
    """Counts connections and keeps what arrived whole."""

    def __init__(self) -> None:
        self.does: Does = "take"
        self.taken: list[Taken] = []
        self.connections = 0
        self.port = 0
        self._go_on = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        """Where messages are handed over."""
        return f"http://127.0.0.1:{self.port}/cgi-bin/sendsms"

    async def start(self) -> None:
        """On the same port again after a stop."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port, limit=HEAD_BYTES_MAX)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        self._go_on.set()
        if self._server is not None:
            self._server.close()
        for writer in self._open:
            writer.transport.abort()

    def copies(self) -> Counter[str]:
        """How often each number was sent a message."""
        return Counter(one.number for one in self.taken)

    async def receipt(self, taken: Taken, receipt: Receipt) -> int:
        """Say what became of a message, as Kannel would; returns the status of the answer."""
        async with httpx.AsyncClient(timeout=5.0) as client:
            url = taken.receipt_url
            for sign, value in (("%d", str(int(receipt))), ("%F", ""), ("%A", ""), ("%D", "")):
                url = url.replace(sign, value)
            return (await client.get(url)).status_code

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._open.add(writer)
        with suppress(OSError, asyncio.IncompleteReadError):
            while await self._answered(reader, writer):
                pass
        writer.close()
        self._open.discard(writer)

    async def _answered(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request; whether the connection goes on."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        if self.does in ("take", "drop", "silent", "proxy_lost"):
            self.taken.append(Taken(headers, body))
        if self.does == "drop":
            writer.transport.abort()
            return False
        if self.does == "silent":
            await self._go_on.wait()
            return False
        writer.write(ANSWERS[self.does])
        await writer.drain()
        return True
