"""Listens for what a gateway reports over HTTP: delivery receipts and messages that people sent."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
REFUSAL = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"


@dataclass(frozen=True)
class Report:
    """One request: its path, each parameter once, its headers and its body."""

    path: str
    said: dict[str, str]
    headers: dict[str, str]
    body: bytes


class Reports:
    """Keeps what came, in order; refuses the next `refusals` of them first."""

    def __init__(self) -> None:
        self.heard: list[Report] = []
        self.refusals = 0
        self.port = 0
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for writer in self._open:
            writer.transport.abort()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def of(self, reference: str) -> list[Report]:
        """What was reported under this reference."""
        return [one for one in self.heard if one.said.get("reference") == reference]

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        with suppress(OSError, asyncio.IncompleteReadError):
            while True:
                first, *rest = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                headers = {
                    name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest if line)
                }
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                writer.write(self._answer(first.split(" ")[1], headers, body))
                await writer.drain()
        writer.close()
        self._open.discard(writer)

    def _answer(self, target: str, headers: dict[str, str], body: bytes) -> bytes:
        if self.refusals:
            self.refusals -= 1
            return REFUSAL
        parts = urlsplit(target)
        said = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        self.heard.append(Report(parts.path, said, headers, body))
        return ANSWER
