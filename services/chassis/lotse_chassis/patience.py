"""HTTP connections that say nothing, or too slowly, are closed: uvicorn itself would keep their places for ever."""

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

LOOK_SECONDS = 10.0  # a whole request head must come within two looks
REQUEST_LOOKS_MAX = 30  # five minutes for one request: a photo over a poor line takes long


class Patient(H11Protocol):
    """One connection, looked at from time to time."""

    _idle_before = False
    _cycle_before: Any = None
    _looks = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to look."""
        super().connection_made(transport)
        self.loop.call_later(LOOK_SECONDS, self._look)

    def _look(self) -> None:
        if self.transport.is_closing():
            return
        cycle: Any = self.cycle
        idle = cycle is None or cycle.response_complete
        same = cycle is self._cycle_before and idle is self._idle_before
        self._looks = self._looks + 1 if same else 0
        self._cycle_before, self._idle_before = cycle, idle
        if (idle and same) or self._looks >= REQUEST_LOOKS_MAX:
            self.transport.close()
        else:
            self.loop.call_later(LOOK_SECONDS, self._look)
