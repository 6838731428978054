"""One POST to a provider: what surely never left, what it answered, and what nobody can know.

No proxy from the environment, no redirect, no repetition: whoever repeats a POST by itself sends a second message.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any

import httpcore
import httpx

from lotse_notify.domain.outcome import Outcome
from lotse_notify.providers.lines import Lines

CONNECT_SECONDS_MAX = 5.0
ANSWER_BYTES_MAX = 65_536
RETRY_AFTER_SECONDS_MAX = 86_400.0
TOTAL_FACTOR = 3  # a provider that answers byte by byte must not outlast the lease
OURS = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "lotse"}
"""An answer that is packed all the same is an unclear one: nothing is unpacked that may grow."""

WITHDRAWN = Outcome("withdrawn", "withdrawn")

_NEVER_LEFT = (httpcore.ConnectError, httpcore.ConnectTimeout, httpx.InvalidURL)
"""Address, name, connect and TLS faults: no byte of the request was written. All but these is in doubt."""
_LOST = (httpcore.NetworkError, httpcore.ProtocolError, OSError)


@dataclass(frozen=True)
class Answer:
    """What came back, whole; never logged, since providers repeat number and text."""

    status: int
    body: bytes = field(repr=False)
    retry_after_seconds: float | None = None

    @property
    def text(self) -> str:
        """The body as text; what is none is replaced."""
        return self.body.decode("utf-8", "replace")


def lease_of(timeout_seconds: float) -> float:
    """Longer than the slowest call, and a wait for a free line before it."""
    return (TOTAL_FACTOR + 2) * timeout_seconds


async def post(
    by: Lines, url: str, timeout_seconds: float, headers: Mapping[str, str], **body: Any
) -> Answer | Outcome:
    """The whole answer, or why there is none: `not_sent` if nothing left, else `unknown`.

    `body` is `content`, `data` (a form) or `json`.
    """
    try:
        async with asyncio.timeout(timeout_seconds):
            await by.places.acquire()
    except TimeoutError:
        return Outcome("not_sent", "no_line")
    try:
        return await _posted(by, url, timeout_seconds, headers=headers, **body)
    finally:
        by.places.release()


async def get(
    by: Lines, url: str, timeout_seconds: float, *, bytes_max: int = ANSWER_BYTES_MAX, **asked: Any
) -> Answer | None:
    """A question that changes nothing, with `headers` and `params`; None: no whole answer."""
    try:
        async with asyncio.timeout(TOTAL_FACTOR * timeout_seconds), by.places:
            return await _said(by, _request("GET", url, timeout_seconds, **asked), bytes_max)
    except (*_NEVER_LEFT, *_LOST, TimeoutError, httpcore.TimeoutException):
        return None


def refused_before(answer: Answer) -> Outcome | None:
    """What the status alone says for sure, whoever answers: it was turned away before anybody looked at it.

    None: it depends. 408 and all of 5xx are in doubt: a machine in between may have passed the message on.
    Source: RFC 9110, section 15; RFC 6585, section 4.
    """
    match answer.status:
        case 429:
            return Outcome("throttled", "too_many", retry_after_seconds=answer.retry_after_seconds)
        case 401 | 403:
            return Outcome("deferred", "account_refused")
        case 404 | 405 | 413 | 414 | 415 | 421 | 431:
            return Outcome("deferred", "request_refused")
        case status if 300 <= status < 400:
            return Outcome("deferred", "redirected")
        case _:
            return None


async def _posted(by: Lines, url: str, timeout_seconds: float, **sent: Any) -> Answer | Outcome:
    try:
        async with asyncio.timeout(TOTAL_FACTOR * timeout_seconds):
            return await _said(by, _request("POST", url, timeout_seconds, **sent))
    except _NEVER_LEFT:
        return Outcome("not_sent", "provider_away")
    except (TimeoutError, httpcore.TimeoutException):
        return Outcome("unknown", "answer_missing")
    except _LOST:
        return Outcome("unknown", "connection_lost")


def _request(
    method: str, url: str, timeout_seconds: float, *, headers: Mapping[str, str] | None = None, **parts: Any
) -> httpcore.Request:
    """Addresses, forms and JSON are written by httpx."""
    made = httpx.Request(method, url, headers={**OURS, **(headers or {})}, **parts)
    at = made.url
    waits = dict.fromkeys(("read", "write"), timeout_seconds) | {"connect": min(timeout_seconds, CONNECT_SECONDS_MAX)}
    return httpcore.Request(
        method,
        httpcore.URL(scheme=at.raw_scheme, host=at.raw_host, port=at.port, target=at.raw_path),
        headers=made.headers.raw,
        content=made.stream,
        extensions={"timeout": waits},
    )


async def _said(by: Lines, request: httpcore.Request, bytes_max: int = ANSWER_BYTES_MAX) -> Answer:
    body = bytearray()
    async with by.carrying(request) as response:
        async for piece in response.aiter_stream():
            body += piece
            if len(body) > bytes_max:
                break  # what is cut off is no JSON any more, and so an unclear answer
    return Answer(response.status, bytes(body[:bytes_max]), _retry_after(httpx.Headers(response.headers)))


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds, or a date by the provider's own clock; RFC 9110, section 10.2.3."""
    given = headers.get("retry-after", "").strip()
    if given.isdecimal():
        return min(float(given), RETRY_AFTER_SECONDS_MAX)
    try:
        until, since = parsedate_to_datetime(given), parsedate_to_datetime(headers.get("date", ""))
        return min(max(0.0, (until - since).total_seconds()), RETRY_AFTER_SECONDS_MAX)
    except (ValueError, TypeError):
        return None
