"""HTTP connections that say nothing, too slowly or too much are closed: uvicorn would keep their places for ever.

Parsed in C, by llhttp, which knows no bound: what is neither head nor body yet is counted here.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LOOK_SECONDS = 10.0  # a whole request head must come within two looks
REQUEST_LOOKS_MAX = 30  # five minutes for one request: a photo over a poor line takes long
HEAD_BYTES_MAX = 16_384  # of a head, of a trailer, and of what surrounds a chunk; twice that is never taken
PIPELINED_MAX = 1_024  # requests that wait on one line for the answers to those before them


class Patient(HttpToolsProtocol):
    """One connection, looked at from time to time."""

    _idle_before = False
    _cycle_before: Any = None
    _looks = 0
    _unread_bytes = 0
    _in_head = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to look."""
        super().connection_made(transport)
        self.loop.call_later(LOOK_SECONDS, self._look)

    def data_received(self, data: bytes) -> None:
        """Read piece by piece, so that a head that is too long is noticed before anybody answers it."""
        for at in range(0, len(data), HEAD_BYTES_MAX):
            piece = data[at : at + HEAD_BYTES_MAX]
            self._unread_bytes += len(piece)
            super().data_received(piece)
            if self.transport.is_closing():
                return
            if self._unread_bytes > HEAD_BYTES_MAX:
                self._cut_off()
                return

    def on_message_begin(self) -> None:
        """A head."""
        self._in_head = True
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """What comes as a trailer is no header, whatever proxies make of it."""
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """What comes now is a body."""
        self._in_head, self._unread_bytes = False, 0
        super().on_headers_complete()
        if len(self.pipeline) > PIPELINED_MAX:  # each answer lets in as many again as fit into one read
            self.transport.abort()

    def on_body(self, body: bytes) -> None:
        """How long it may be is for the route to say."""
        self._unread_bytes = 0
        super().on_body(body)

    def _cut_off(self) -> None:
        """Said why only where nothing has been said yet."""
        cycle: Any = self.cycle
        if self._in_head and (cycle is None or cycle.response_complete):
            self.send_400_response("The head of the request is too long.")
        self.transport.close()

    def _look(self) -> None:
        """A line that is closing counts on: what its other end does not read would keep it there for ever."""
        if self not in self.connections:
            return
        cycle: Any = self.cycle
        unread = self.transport.get_write_buffer_size() > 0
        idle = (cycle is None or cycle.response_complete) and not unread
        same = cycle is self._cycle_before and idle is self._idle_before
        self._looks = self._looks + 1 if same else 0
        self._cycle_before, self._idle_before = cycle, idle
        if self._looks >= REQUEST_LOOKS_MAX:
            self.transport.abort()
            return
        if idle and same:
            self.transport.close()
        self.loop.call_later(LOOK_SECONDS, self._look)
