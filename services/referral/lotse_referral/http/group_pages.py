"""Group offers for people: GET and HEAD change nothing; whoever signs up does so by a POST of our own form."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from lotse_chassis.faults import Refused
from lotse_chassis.service import Service
from lotse_referral.handlers import group_views, sign_up
from lotse_referral.handlers.telling import OwnPages
from lotse_referral.http import own_session
from lotse_referral.http.groups import Gate, calendar
from lotse_referral.pages import groups as pages
from lotse_referral.pages.groups import KINDS, Reader
from lotse_referral.pages.own_page import Where
from lotse_referral.store import bookings, groups

LOOKING: dict[str, Any] = {"methods": ["GET", "HEAD"], "response_class": HTMLResponse}
NONCE_BYTES = 16

_PIN = re.compile(r"[0-9]{4,12}")


@dataclass(frozen=True)
class Face:
    """What every page needs."""

    service: Service
    own_pages: OwnPages
    gate: Gate

    def reader(self, request: Request, path: str) -> Reader:
        """Her language, where she is, and why a code says no."""
        language = own_session.language_of(request)
        base = urlsplit(self.own_pages.base_url).path.rstrip("/")
        problems = self.service.problems
        reasons = {code: problems.problem(code).texts[language] for code in problems.codes}
        return Reader(language, Where(base, base + path), reasons)

    async def admits(self, request: Request) -> dict[str, str]:
        """The fields of a form. Raises Refused if another page made it, or too many come."""
        own_session.must_come_from_here(request, self.own_pages.base_url)
        await self.gate(request)
        return dict(await own_session.form_of(request))


def routes(face: Face) -> APIRouter:
    """The routes below `/groups`; pages for people are in no description of an interface."""
    router = APIRouter(include_in_schema=False)
    root, one, place = "/groups", "/groups/{offer_id}", "/groups/place"

    @router.api_route(root, **LOOKING)
    async def offers(request: Request, kind: str = "") -> Response:
        return await _list(face, request, kind if kind in KINDS else "")

    @router.api_route(place, **LOOKING)
    async def ask(request: Request) -> Response:
        return _html(face.reader(request, place), pages.place(face.reader(request, place)), private=True)

    @router.post(place)
    async def look(request: Request) -> Response:
        return await _refusable(face, request, place, lambda: _look(face, request, place, give_back=False))

    @router.post(place + "/cancel")
    async def cancel(request: Request) -> Response:
        return await _refusable(face, request, place, lambda: _look(face, request, place, give_back=True))

    @router.api_route(one, **LOOKING)
    async def offer(request: Request, offer_id: UUID) -> Response:
        path = f"{root}/{offer_id}"
        return await _refusable(face, request, path, lambda: _detail(face, face.reader(request, path), offer_id))

    @router.post(one)
    async def book(request: Request, offer_id: UUID) -> Response:
        path = f"{root}/{offer_id}"
        return await _refusable(face, request, path, lambda: _book(face, request, path, offer_id))

    @router.get(one + "/calendar.ics")
    async def series(request: Request, offer_id: UUID, discreet: bool = False) -> Response:
        language = own_session.language_of(request)
        return await calendar(face.service, offer_id, language, discreet=discreet)

    return router


async def _list(face: Face, request: Request, kind: str) -> Response:
    async with face.service.engine.connect() as tx:
        seen = await group_views.current(tx, face.service.now())
    reader = face.reader(request, "/groups")
    return _html(reader, pages.offers(reader, seen, kind))


async def _detail(face: Face, reader: Reader, offer_id: UUID, wrong: str = "", status: int = 200) -> Response:
    async with face.service.engine.connect() as tx:
        seen = await group_views.view(tx, offer_id, face.service.now())
        token = _token(await bookings.secret(tx), secrets.token_hex(NONCE_BYTES), offer_id)
    return _html(reader, pages.detail(reader, seen, token, wrong), status)


async def _book(face: Face, request: Request, path: str, offer_id: UUID) -> Response:
    reader = face.reader(request, path)
    form = await face.admits(request)
    async with face.service.engine.connect() as tx:
        nonce = _nonce(await bookings.secret(tx), form.get("token", ""), offer_id)
    pin = form.get("pin", "").strip()
    if _PIN.fullmatch(pin) is None:
        return await _detail(face, reader, offer_id, reader.reasons["pin_not_taken"], 422)
    made = await sign_up.sign_up(face.service, offer_id, pin, nonce)
    async with face.service.engine.connect() as tx:
        seen = await group_views.view(tx, offer_id, face.service.now())
    page = pages.receipt(_without_own_path(reader), seen, made.place, made.code, repeated=made.repeated)
    return _html(reader, page, private=True)


async def _look(face: Face, request: Request, path: str, *, give_back: bool) -> Response:
    reader = face.reader(request, path)
    form = await face.admits(request)
    code, pin = form.get("code", ""), form.get("pin", "").strip()
    if _PIN.fullmatch(pin) is None:
        raise Refused("pin_not_taken", fields=("pin",))
    service = face.service
    place = await (
        sign_up.cancel(service, face.own_pages, code, pin) if give_back else sign_up.look(service, code, pin)
    )
    async with service.engine.connect() as tx:
        offer = None if place.offer_id is None else await groups.read(tx, place.offer_id)
    words = None if offer is None else offer.words(reader.language)
    return _html(reader, pages.standing(reader, words, place, code), private=True)


async def _refusable(face: Face, request: Request, path: str, handle: Callable[[], Awaitable[Response]]) -> Response:
    """A refusal is a page, too: in her language, with the way back, and never with anything that came in."""
    try:
        return await handle()
    except Refused as fault:
        reader, status = face.reader(request, path), face.service.problems.status_of(fault.code)
        said = reader.reasons.get(fault.code, reader.reasons["internal"])
        if path.endswith("/place"):
            page = pages.place(reader, said)
        else:
            page = pages.refused(reader, said, gone=fault.code == "unknown_offer")
        retry = fault.retry_after_seconds
        headers = {} if retry is None else {"Retry-After": str(retry)}
        return _html(reader, page, status, private=True, headers=headers)


def _html(
    reader: Reader, text: str, status: int = 200, *, private: bool = False, headers: dict[str, str] | None = None
) -> HTMLResponse:
    shown = pages.HEADERS | (pages.PRIVATE if private else {}) | {"Content-Language": reader.language}
    return HTMLResponse(text, status, shown | (headers or {}))


def _without_own_path(reader: Reader) -> Reader:
    """The other languages of a page that came by POST lead to the list, since they cannot show it again."""
    return Reader(reader.language, Where(reader.where.base, f"{reader.where.base}/groups"), reader.reasons)


def _token(secret: bytes, nonce: str, offer_id: UUID) -> str:
    """Proves that the form is ours and of this offer; its nonce is the idempotency key of whoever sends it twice."""
    signed = hmac.digest(secret, f"lotse.group-form.v1|{nonce}|{offer_id}".encode(), hashlib.sha256)
    return f"{nonce}.{signed.hex()}"


def _nonce(secret: bytes, token: str, offer_id: UUID) -> str:
    """The idempotency key of a form. Raises Refused if we did not make the form."""
    nonce = token.partition(".")[0]
    if not nonce or not hmac.compare_digest(_token(secret, nonce, offer_id).encode(), token.encode()):
        raise Refused("not_from_this_page", fields=("token",))
    return nonce
