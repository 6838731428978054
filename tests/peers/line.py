"""A TCP line that passes everything on and watches: when certain bytes come by, something happens before they go on."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

CHUNK_BYTES = 16 * 1024
TAIL_BYTES = 256  # longer than any sight
Way = Literal["out", "back"]  # from who connected to the peer, or from the peer back


@dataclass
class Trap:
    """Springs when `sight` has come by `count` times this way; an empty sight is the opening of a connection.

    `passes`: whether the bytes that sprang it, up to and with the sight, still reach the other side.
    `cuts`: whether the connection ends there, both ways.
    """

    way: Way
    sight: bytes
    then: Callable[[], None] = lambda: None
    count: int = 1
    passes: bool = False
    cuts: bool = True
    seen: int = 0
    sprung: bool = False


@dataclass
class Line:
    """Listens on a port of its own and speaks to one peer."""

    peer_port: int
    port: int = 0
    connections: int = 0
    trap: Trap | None = None
    _server: asyncio.Server | None = None
    _open: set[asyncio.StreamWriter] = field(default_factory=set)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def opened(self) -> int:
        """How many ends of connections are open."""
        return len(self._open)

    def cut(self) -> None:
        """End every connection at once."""
        for writer in self._open:
            writer.transport.abort()
        self._open.clear()

    def set_trap(self, trap: Trap) -> Trap:
        """Replaces the one before."""
        self.trap = trap
        return trap

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._open.add(writer)
        if self._springs_at_once():
            writer.transport.abort()
            return
        try:
            peer_reader, peer_writer = await asyncio.open_connection("127.0.0.1", self.peer_port)
        except OSError:
            writer.transport.abort()
            return
        self._open.add(peer_writer)
        out = asyncio.create_task(self._pass("out", reader, peer_writer, writer))
        back = asyncio.create_task(self._pass("back", peer_reader, writer, peer_writer))
        self._tasks |= {out, back}
        for task in (out, back):
            task.add_done_callback(self._tasks.discard)

    async def _pass(
        self, way: Way, reader: asyncio.StreamReader, to: asyncio.StreamWriter, source: asyncio.StreamWriter
    ) -> None:
        tail = b""  # what a sight may have begun in
        with suppress(OSError):
            while chunk := await reader.read(CHUNK_BYTES):
                if (end := self._springs_at(way, tail, chunk)) is not None:
                    passed = await self._spring(chunk[:end], to)
                    if passed is None:
                        break
                    chunk = chunk[passed:]
                tail = (tail + chunk)[-TAIL_BYTES:]
                to.write(chunk)
                await to.drain()
        for one in (to, source):
            one.close()
            self._open.discard(one)

    async def _spring(self, seen: bytes, to: asyncio.StreamWriter) -> int | None:
        """How many bytes have gone on already; None when the connection ends here."""
        assert self.trap is not None
        if self.trap.passes:
            to.write(seen)
            await to.drain()
        self.trap.then()
        if self.trap.cuts:
            return None
        return len(seen) if self.trap.passes else 0

    def _springs_at(self, way: Way, tail: bytes, chunk: bytes) -> int | None:
        """Where in the chunk the sight ends that springs the trap."""
        trap = self.trap
        if trap is None or trap.sprung or trap.way != way or not trap.sight:
            return None
        tail = tail[-len(trap.sight) + 1 :] if len(trap.sight) > 1 else b""
        text, at = tail + chunk, 0
        while (found := text.find(trap.sight, at)) >= 0:
            at = found + len(trap.sight)
            trap.seen += 1
            if trap.seen >= trap.count:
                trap.sprung = True
                return at - len(tail)
        return None

    def _springs_at_once(self) -> bool:
        """Whether the opening itself springs it."""
        trap = self.trap
        if trap is None or trap.sprung or trap.sight:
            return False
        trap.seen += 1
        if trap.seen >= trap.count:
            trap.sprung = True
            trap.then()
        return trap.sprung
