"""Routes that anybody may post to: how long a body is, is looked at before any of it is read."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from lotse_chassis.faults import Refused

BODY_BYTES_MAX = 4_096
READING = frozenset({"GET", "HEAD"})


class Bounded(APIRoute):
    """Refuses a body that is long, or does not say how long it is."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler behind the look."""
        handle = super().get_route_handler()

        async def bounded(request: Request) -> Response:
            length = request.headers.get("content-length", "")
            if request.method not in READING and not (length.isdigit() and int(length) <= BODY_BYTES_MAX):
                raise Refused("too_large")
            return await handle(request)

        return bounded
