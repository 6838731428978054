"""What providers call: stored and answered at once, applied later. No path, number or text is ever logged."""

import json
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from time import time
from typing import Any
from urllib.parse import parse_qsl

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from lotse_chassis.faults import Away, Refused
from lotse_chassis.settings import SettingsInvalid, secret
from lotse_notify.domain.callbacks import SECRET_BYTES_MIN, callback_url, token_matches
from lotse_notify.domain.hooks import KANNEL, SEVEN, InboundSms, Received, kannel_inbound, kannel_said, seven_said
from lotse_notify.domain.signing import Signed, genuine
from lotse_notify.settings import NotifySettings
from lotse_notify.workers.receiving import Inbox

log = logging.getLogger(__name__)

BODY_BYTES_MAX = 16_384
"""A receipt or an SMS is much shorter."""
FIELDS_MAX = 50
_CHARSET = re.compile(r";\s*charset=\"?([A-Za-z0-9._-]{1,40})\"?\s*(?:;|$)", re.IGNORECASE)
AGAIN_SECONDS = 60
"""Said to a provider whose report could not be stored; seven.io and Kannel come again at times of their own."""

Hear = Callable[[InboundSms], Awaitable[None]]
"""What is done with what a person wrote; in a transaction of its own, once for each message."""


@dataclass(frozen=True)
class Door:
    """Who may come in: `secret` makes the paths, `seven_key` is the signing key of the account at seven.io."""

    base_url: str
    secret: bytes = field(repr=False)
    seven_key: bytes | None = field(default=None, repr=False)


def door_of(settings: NotifySettings) -> Door | None:
    """None without a secret: then there are no webhooks. Raises SettingsInvalid if it is too short or absent."""
    if settings.callback_secret_file is None:
        return None
    known = secret(settings.callback_secret_file, "callback_secret_file")
    if len(known) < SECRET_BYTES_MIN:
        raise SettingsInvalid("too short: LOTSE_CALLBACK_SECRET_FILE")
    key = settings.seven_signing_key_file
    return Door(
        base_url=settings.callback_url or settings.public_url,
        secret=known,
        seven_key=None if key is None else secret(key, "seven_signing_key_file").strip(),
    )


def routes(door: Door, inbox: Inbox, hear: Hear) -> list[Route]:
    """Receipts and what people write come by the same path; a wrong one looks like a path that does not exist."""

    async def seven(request: Request) -> Response:
        body = await _admitted(request, door, SEVEN, inbox)
        if not _signed(request, body, door):
            return _later(SEVEN, "unsigned", inbox)
        return await _taken(SEVEN, seven_said(_payload(request, body)), inbox, hear)

    async def kannel_receipt(request: Request) -> Response:
        """Kannel knows no other way than GET for a receipt."""
        await _admitted(request, door, KANNEL, inbox)
        return await _taken(KANNEL, kannel_said(request.query_params), inbox, hear)

    async def kannel_message(request: Request) -> Response:
        body = await _admitted(request, door, KANNEL, inbox)
        sender, message_id = request.headers.get("x-kannel-from", ""), request.query_params.get("id", "")
        said = kannel_inbound(message_id, sender, body, _charset(request))
        return await _taken(KANNEL, said, inbox, hear)

    return [
        _route(KANNEL, "GET", kannel_receipt),
        _route(KANNEL, "POST", kannel_message),
        _route(SEVEN, "POST", seven),
        _route(SEVEN, "GET", seven),
    ]


def _route(provider: str, method: str, called: Callable[[Request], Awaitable[Response]]) -> Route:
    """Each callback costs as little as it can: a hundred SMS a second are two hundred of them."""
    route = Route(f"/cb/{provider}/{{token}}", called, methods=[method])
    route.methods = {method}  # without the HEAD that Starlette adds to GET: only what was meant changes anything
    return route


async def _admitted(request: Request, door: Door, provider: str, inbox: Inbox) -> bytes:
    """The body. Raises Refused if the path is not this provider's, or if it is too long."""
    if not token_matches(door.secret, provider, request.path_params["token"]):
        inbox.meters.came.labels(provider, "wrong_path").inc()
        raise Refused("not_found")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES_MAX:
            raise Refused("too_large")
    return bytes(body)


def _signed(request: Request, body: bytes, door: Door) -> bool:
    """Only where the account's key is set. The URL that counts is the one in the portal, whatever a proxy makes of it.

    Without a key whoever knows the path is believed.
    """
    if door.seven_key is None:
        return True
    query = f"?{request.url.query}" if request.url.query else ""
    signed = Signed(
        signature=request.headers.get("x-signature", ""),
        timestamp=request.headers.get("x-timestamp", ""),
        nonce=request.headers.get("x-nonce", ""),
        method=request.method,
        url=callback_url(door.base_url, door.secret, SEVEN) + query,
        body=body,
    )
    return genuine(door.seven_key, signed, now_seconds=time())


def _later(provider: str, why: str, inbox: Inbox) -> Response:
    """Whoever knows the path is most likely the provider, and the fault ours: a wrong key, a clock, the database.

    So the report is asked for again: after a 4xx it would be lost.
    """
    inbox.meters.came.labels(provider, why).inc()
    log.warning("a report of %s was not taken: %s", provider, why)
    return Response(status_code=503, headers={"Retry-After": str(AGAIN_SECONDS)})


async def _taken(provider: str, said: Received | InboundSms | None, inbox: Inbox, hear: Hear) -> Response:
    """200 as soon as it is stored, also where it says nothing to us: a provider that reads 4xx never comes again."""
    try:
        if isinstance(said, Received):
            await inbox.keep(said)
        elif isinstance(said, InboundSms):
            await hear(said)
    except (DBAPIError, PoolTimeoutError, Away, OSError):
        return _later(provider, "not_stored", inbox)
    inbox.meters.came.labels(provider, _kind(said)).inc()
    return Response(status_code=200)


def _kind(said: Received | InboundSms | None) -> str:
    if isinstance(said, Received):
        return "receipt"
    return "message" if isinstance(said, InboundSms) else "unused"


def _payload(request: Request, body: bytes) -> Mapping[str, Any]:
    """seven.io sends JSON, a form or a query, as its portal is set; what is neither is nothing."""
    query = dict(request.query_params)
    if not body:
        return query
    try:
        if request.headers.get("content-type", "").startswith("application/json"):
            found = json.loads(body)
            return found if isinstance(found, dict) else query
        return query | dict(parse_qsl(body.decode(), max_num_fields=FIELDS_MAX))
    except (ValueError, RecursionError):
        return query


def _charset(request: Request) -> str:
    """As Kannel names it. Python's own reading of a header takes the square of its length."""
    found = _CHARSET.search(request.headers.get("content-type", ""))
    return found[1] if found else "utf-8"
