"""Lines to one provider over HTTP/1.1, kept between calls; each carries one call at a time and never repeats it.

Not the pool of httpx: with each call that looks at every line and every waiting call, which takes longer than the call.
"""

import asyncio
import logging
import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from importlib.util import find_spec

import httpcore
import httpx

LINES_MAX = 16
IDLE_SECONDS = 4.0  # shorter than servers keep an idle line, since a line that ends under a POST leaves a doubt

if find_spec("sniffio") is None:
    # httpcore tries to import it at every step of every call, and searching for it in vain takes longer than the call.
    sys.modules["sniffio"] = None  # type: ignore[assignment]
for _name in ("httpx", "httpcore"):  # they log addresses with keys in them, and headers with numbers
    logging.getLogger(_name).setLevel(logging.CRITICAL)


class Lines:
    """Opened when they are needed, the latest used first; no proxy, no redirect, no cookie."""

    def __init__(self) -> None:
        self.places = asyncio.Semaphore(LINES_MAX)
        """To be held around each call."""
        self._trusted = _trusted()  # now, since reading them would take from the time of the first call
        self._idle: list[httpcore.AsyncHTTPConnection] = []

    @asynccontextmanager
    async def carrying(self, request: httpcore.Request) -> AsyncIterator[httpcore.Response]:
        """The answer to one call, of which the body is still to be read. Raises what httpcore raises."""
        line = await self._line(request.url.origin)
        try:
            response = await line.handle_async_request(request)
            try:
                yield response
            finally:
                await response.aclose()
        finally:
            if line.is_idle():  # httpcore has closed any other
                self._idle.append(line)

    async def aclose(self) -> None:
        """Let go of those that carry nothing."""
        while self._idle:
            await self._idle.pop().aclose()

    async def _line(self, origin: httpcore.Origin) -> httpcore.AsyncHTTPConnection:
        """One that is still good, or a new one, which connects with the call."""
        while self._idle:
            line = self._idle.pop()
            if line.can_handle_request(origin) and not line.has_expired():
                return line
            await line.aclose()
        return httpcore.AsyncHTTPConnection(origin, ssl_context=self._trusted, keepalive_expiry=IDLE_SECONDS)


@cache
def _trusted() -> ssl.SSLContext:
    """The certificates that we believe; reading them takes long, so all lines share it."""
    return httpx.create_ssl_context(trust_env=False)
