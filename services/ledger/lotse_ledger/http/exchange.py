"""What is the same for every query: parameters that are known and clean, an ETag, how long an answer holds.

An answer for a day and a recorded date that were both named never changes again, so it may be kept; every other one is
asked for again with its ETag. What shows the openings of commitments can be erased, so it is kept nowhere.
"""

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Mapping
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from lotse_chassis.face import problem_of
from lotse_chassis.faults import Refused
from lotse_chassis.problems import Problems
from lotse_ledger.http.access import auditor

PREFIX = "/v1"
PARAMETER_CHARACTERS_MAX = 2_048
QUERY_BYTES_MAX = 4_096
BODY_BYTES_MAX = 16_384
ETAG_CHARACTERS = 32
CHAIN_HEADER = "lotse-query"
FOR_EVER = "private, max-age=31536000, immutable"
ASK_AGAIN = "private, no-cache"
KEPT_NOWHERE = "no-store"
REPLACEMENT = "\ufffd"  # what bytes that are no UTF-8 are read as

Handle = Callable[[Request], Coroutine[Any, Any, Response]]


class Exchange(APIRoute):
    """A route of the ledger for machines."""

    def get_route_handler(self) -> Handle:
        """FastAPI's own, between a look at the parameters and a look at the answer."""
        handle = super().get_route_handler()
        known = frozenset(_parameters(self.dependant))

        async def answered(request: Request) -> Response:
            _refuse_odd(request, known)
            return _finished(request, await handle(request))

        return answered


def router() -> APIRouter:
    """Routes below `/v1` for whoever holds a token."""
    return APIRouter(prefix=PREFIX, route_class=Exchange, dependencies=[Depends(auditor)])


class Methods:
    """What holds for every address.

    HEAD is a GET whose body the server keeps to itself; OPTIONS says what a path allows; another origin is allowed
    nothing.
    """

    def __init__(self, app: ASGIApp, problems: Problems) -> None:
        self.app, self.problems = app, problems

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope = {**scope, "state": dict(scope.get("state", {}))}
        send = _with_chain(scope["state"], send)
        if len(scope.get("query_string", b"")) > QUERY_BYTES_MAX:
            refused = Refused("too_large", allowed=f"{QUERY_BYTES_MAX} bytes")
            await problem_of(Request(scope), refused, self.problems)(scope, receive, send)
        elif scope["method"] == "HEAD":
            await self.app({**scope, "method": "GET"}, receive, send)
        elif scope["method"] == "OPTIONS":
            await self.app(scope, receive, _allowing(send))
        else:
            await self.app(scope, receive, send)


def _with_chain(state: Mapping[str, Any], send: Send) -> Send:
    """Every answer, a refusal as well, says where the chain of the auditor's sealed queries stands."""

    async def said(message: Any) -> None:
        chain = state.get("chain")
        if message["type"] == "http.response.start" and chain is not None:
            header = (CHAIN_HEADER.encode(), f"{chain.number}:{chain.digest.hex()}".encode())
            message = {**message, "headers": [*message["headers"], header]}
        await send(message)

    return said


def _allowing(send: Send) -> Send:
    """The answer to a method that no route has names those it has: that is what OPTIONS asks for."""
    refused = False

    async def allowed(message: Any) -> None:
        nonlocal refused
        if message["type"] == "http.response.start" and message["status"] == 405:
            refused = True
            found = next((value for name, value in message["headers"] if name.lower() == b"allow"), b"")
            methods = {one.strip() for one in found.decode().split(",") if one.strip()}
            methods |= {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())
            headers = [(b"allow", ", ".join(sorted(methods)).encode()), (b"cache-control", b"no-store")]
            message = {**message, "status": 204, "headers": headers}
        elif message["type"] == "http.response.body" and refused:
            message = {**message, "body": b""}
        await send(message)

    return allowed


def holds_for_ever(request: Request) -> None:
    """This answer stands on two dates that the request named, both of them past."""
    request.state.keep = FOR_EVER


def may_change(request: Request) -> None:
    """This answer shows what is not in the log, such as what a partner said of it, or what was signed since."""
    if getattr(request.state, "keep", FOR_EVER) == FOR_EVER:
        request.state.keep = ASK_AGAIN


def shows_openings(request: Request) -> None:
    """This answer shows what can be erased."""
    request.state.keep = KEPT_NOWHERE


def _parameters(dependant: Dependant) -> Iterator[str]:
    yield from (one.alias for one in dependant.query_params)
    for further in dependant.dependencies:
        yield from _parameters(further)


def _refuse_odd(request: Request, known: frozenset[str]) -> None:
    """A misspelt `valid_to` would be answered with today's figures, so a name that nobody knows is refused."""
    given = Counter(name for name, _ in request.query_params.multi_items())
    if given.keys() - known:
        raise Refused("parameter_unknown", allowed=", ".join(sorted(known)))
    if twice := [name for name, count in given.items() if count > 1]:
        raise Refused("parameter_twice", fields=tuple(sorted(twice)))
    values = [*request.query_params.items(), *((name, str(value)) for name, value in request.path_params.items())]
    for name, value in values:
        if len(value) > PARAMETER_CHARACTERS_MAX or any(_is_odd(one) for one in value):
            raise Refused("malformed", fields=(name,))


def _is_odd(character: str) -> bool:
    return character == REPLACEMENT or unicodedata.category(character) in ("Cc", "Cs")


def _finished(request: Request, response: Response) -> Response:
    response.headers.setdefault("Cache-Control", getattr(request.state, "keep", ASK_AGAIN))
    response.headers["Vary"] = "Authorization, Cookie, Accept-Language"
    if request.method != "GET" or response.status_code != 200:
        return response
    etag = f'"{hashlib.sha256(bytes(response.body)).hexdigest()[:ETAG_CHARACTERS]}"'
    response.headers["ETag"] = etag
    if not _has(request.headers.get("if-none-match", ""), etag):
        return response
    kept = {name: value for name, value in response.headers.items() if name not in ("content-length", "content-type")}
    return Response(status_code=304, headers=kept)


def _has(header: str, etag: str) -> bool:
    """Source: RFC 9110, section 13.1.2; the weak comparison."""
    held = [one.strip().removeprefix("W/") for one in header.split(",")]
    return "*" in held or etag in held
