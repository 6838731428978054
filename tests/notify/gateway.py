"""A scripted HTTP gateway on a real socket: it answers, drops the line, falls silent or drips, at a chosen stage."""

import asyncio
import json
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qs

Does = Literal[
    "answer", "drop_unread", "drop_in_body", "drop_after_reading", "silent", "drip", "half_an_answer", "endless"
]

HEAD_BYTES_MAX = 65_536
DRIP_SECONDS = 0.05


@dataclass(frozen=True)
class Call:
    """A request that arrived whole, whether or not the client learned of it."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    line: int
    """By which connection it came, counted from 1."""

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode(), keep_blank_values=True).items()}


@dataclass
class HttpGateway:
    """Keeps what arrived; `answers` are given in their order, the last one again and again."""

    does: Does = "answer"
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    answers: list[tuple[int, bytes]] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    tls: ssl.SSLContext | None = None
    _server: asyncio.Server | None = None
    _go_on: asyncio.Event = field(default_factory=asyncio.Event)
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"{'http' if self.tls is None else 'https'}://127.0.0.1:{self.port}"

    def say(self, status: int, body: object, **headers: str) -> None:
        """What it answers from now on; what is not bytes is said as JSON."""
        self.status, self.headers = status, {name.replace("_", "-"): value for name, value in headers.items()}
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()

    async def start(self) -> None:
        """On the same port again after a stop."""
        self._server = await asyncio.start_server(
            self._connected, "127.0.0.1", self.port, limit=HEAD_BYTES_MAX, ssl=self.tls
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Nobody listens any more, and every line is cut."""
        self._go_on.set()
        if self._server is not None:
            self._server.close()
        for writer in list(self._open):
            writer.transport.abort()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        line = self.connections
        self._open.add(writer)
        with suppress(OSError, asyncio.IncompleteReadError):
            while await self._answered(reader, writer, line):
                pass
        writer.close()
        self._open.discard(writer)

    async def _answered(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, line: int) -> bool:
        """One request; whether the line goes on."""
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        if self.does == "drop_unread":
            writer.transport.abort()
            return False
        headers = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in lines if one)}
        length = int(headers.get("content-length", "0"))
        if self.does == "drop_in_body":
            await reader.readexactly(min(length, 1))
            writer.transport.abort()
            return False
        method, target, _ = first.split(" ")
        self.calls.append(Call(method, target, headers, await reader.readexactly(length), line))
        return await self._said(writer)

    async def _said(self, writer: asyncio.StreamWriter) -> bool:
        if self.does == "drop_after_reading":
            writer.transport.abort()
            return False
        if self.does == "silent":
            await self._go_on.wait()
            return False
        whole = self._answer()
        if self.does == "half_an_answer":
            writer.write(whole[: len(whole) // 2])
            await writer.drain()
            writer.transport.close()
            return False
        if self.does == "drip":
            return await self._dripped(writer, whole)
        if self.does == "endless":
            writer.write(f"HTTP/1.1 {self.status} said\r\n\r\n".encode())
            while not self._go_on.is_set():
                writer.write(b" " * HEAD_BYTES_MAX)
                await writer.drain()
        writer.write(whole)
        await writer.drain()
        return True

    async def _dripped(self, writer: asyncio.StreamWriter, whole: bytes) -> bool:
        for byte in whole:
            if self._go_on.is_set():
                return False
            writer.write(bytes([byte]))
            await writer.drain()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._go_on.wait(), DRIP_SECONDS)
        return True

    def _answer(self) -> bytes:
        status, body = self.status, self.body
        if self.answers:
            status, body = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        more = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        return f"HTTP/1.1 {status} said\r\n{more}Content-Length: {len(body)}\r\n\r\n".encode() + body
