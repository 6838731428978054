"""Her own page over HTTP: GET and HEAD change nothing, whatever follows links; every change is a POST from the page."""

import re
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import HTMLResponse

from lotse_chassis import links
from lotse_chassis.asking import AskFailed, AskTimedOut
from lotse_chassis.faults import Refused
from lotse_chassis.service import Service
from lotse_contracts.intake import AskHolder, AskSealingKey, HolderAnswer, HolderContent
from lotse_contracts.sealed import CannotOpen, decode, seal
from lotse_referral.domain.calendar_file import FILE_NAME, media_type
from lotse_referral.handlers import calendars, own_page, own_places, own_view
from lotse_referral.handlers.telling import OWN_PAGE
from lotse_referral.http import own_acts, own_answers, own_session
from lotse_referral.http.own_face import Face, face_of, html, refusable
from lotse_referral.pages import own_page as pages
from lotse_referral.settings import ReferralSettings
from lotse_referral.store import ownpage

CODE_CHARACTERS_MAX = 64
ASK_SECONDS = 5.0  # intake hashes the PIN, and somebody is waiting
RETRY_AFTER_SECONDS = 120
GONE, NOT_FOUND = 410, 404

CodeInPath = Annotated[str, Path(max_length=CODE_CHARACTERS_MAX)]
LOOKING: dict[str, Any] = {"methods": ["GET", "HEAD"], "response_class": HTMLResponse}

_CODE = re.compile(r"[0-9A-Z]{26}")
_PIN = re.compile(r"[0-9]{4,12}")


def routes(service: Service, settings: ReferralSettings) -> APIRouter:
    """The routes below `/me`; pages for people are in no description of an interface."""
    face, both = face_of(service, settings), APIRouter()
    both.include_router(_pages(face))
    both.include_router(own_answers.routes(face))
    return both


def _pages(face: Face) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.api_route("/me", **LOOKING)
    async def look(request: Request) -> Response:
        return await _look(face, request)

    @router.api_route("/me/enter", **LOOKING)
    async def ask_code(request: Request) -> Response:
        language = own_session.language_of(request)
        return html(pages.entering(language, face.where("/me/enter")), language)

    @router.post("/me/enter")
    async def enter(request: Request) -> Response:
        return await refusable(face, request, lambda: _enter(face, request))

    @router.api_route("/me/open/{code}", **LOOKING)
    async def ask_open(request: Request, code: CodeInPath) -> Response:
        return await _opening(face, request, code)

    @router.post("/me/open/{code}")
    async def open_link(request: Request, code: CodeInPath) -> Response:
        return await refusable(face, request, lambda: _open(face, request, code))

    @router.post("/me/leave")
    async def leave(request: Request) -> Response:
        return await _leave(face, request)

    @router.get("/me/appointments/{appointment_id}/termin.ics")
    async def calendar(request: Request, appointment_id: UUID) -> Response:
        return await refusable(face, request, lambda: _calendar(face, request, appointment_id))

    own_acts.add(router, face)
    return router


async def _look(face: Face, request: Request) -> Response:
    token, now = own_session.token_of(request), face.service.now()
    async with face.service.engine.connect() as tx:
        session = await ownpage.session_of(tx, token, now) if token else None
        if session is None:
            language = own_session.language_of(request)
            said = pages.TEXTS[language]["over"] if token else ""
            return html(pages.entering(language, face.where("/me/enter"), said=said), language)
        shown = await own_view.entries(tx, session, now)
        places = await own_places.shown(tx, session, now)
    language = own_session.language_of(request, session.language)
    page = pages.overview(
        shown,
        language,
        face.where("/me"),
        token=own_session.form_token(token),
        until=session.expires_at,
        by_link=session.proved_by == "link",
        places=places,
        said=pages.TEXTS[language].get(f"done_{request.query_params.get('done', '')}", ""),
    )
    return html(page, language)


async def _opening(face: Face, request: Request, code: str) -> Response:
    """A button, or why there is none. Nothing tells whose link it is."""
    language = own_session.language_of(request)
    async with face.service.engine.connect() as tx:
        try:
            await links.look(tx, code, purpose=OWN_PAGE, now=face.service.now())
        except Refused as fault:
            return _no_link(face, fault, language)
    return html(pages.opening(language, face.where(f"/me/open/{links.canonical(code)}")), language)


async def _open(face: Face, request: Request, code: str) -> Response:
    face.must_come_from_here(request)
    try:
        async with face.service.unit() as unit:
            token = await own_page.opened_by_link(unit.tx, code, unit.context)
    except Refused as fault:
        return _no_link(face, fault, own_session.language_of(request))
    return _entered(face, request, token)


def _no_link(face: Face, fault: Refused, language: str) -> Response:
    """Used, over, or none: she may come in with code and PIN. An erased person's link is as good as none."""
    known = fault.code == "expired_link"
    said = pages.TEXTS[language]["gone_used" if known else "gone_unknown"]
    page = pages.entering(language, face.where("/me/enter"), said=said)
    return html(page, language, GONE if known else NOT_FOUND)


async def _enter(face: Face, request: Request) -> Response:
    face.must_come_from_here(request)
    await face.limit(request)
    form = await own_session.form_of(request)
    code = re.sub(r"[\s-]", "", form.get("code", "")).upper()
    pin = form.get("pin", "").strip()
    if _CODE.fullmatch(code) is None or _PIN.fullmatch(pin) is None:
        raise Refused("code_or_pin_wrong", fields=("code", "pin"))
    holder = await _holder(face, HolderContent(receipt_code=code, pin=pin))
    if not holder.known or not holder.person_ids:
        raise Refused("code_or_pin_wrong", fields=("code", "pin"))
    async with face.service.unit() as unit:
        await ownpage.end_session(unit.tx, own_session.token_of(request))
        token = await own_page.opened_by_holder(unit.tx, holder, unit.context)
    return _entered(face, request, token)


async def _holder(face: Face, content: HolderContent) -> HolderAnswer:
    """What intake says. Raises Refused if intake is away; neither code nor PIN is kept here."""
    attempt_id = uuid4()
    try:
        key = decode((await face.service.ask(AskSealingKey())).public_key)
        plaintext = content.model_dump_json().encode()
        sealed = seal(plaintext, key, type_name=AskHolder.type_name(), key=str(attempt_id))
        question = AskHolder(attempt_id=attempt_id, content=sealed)
        answer: HolderAnswer = await face.service.ask(question, timeout_seconds=ASK_SECONDS)
    except (AskFailed, AskTimedOut, CannotOpen):
        raise Refused("intake_away", retry_after_seconds=RETRY_AFTER_SECONDS) from None
    return answer


def _entered(face: Face, request: Request, token: str) -> Response:
    language = own_session.language_of(request)
    response = face.to_her_page(language if "lang" in request.query_params else None)
    own_session.remember(response, token, base=face.base, secure=face.secure)
    return response


async def _leave(face: Face, request: Request) -> Response:
    """Without a question: whoever has to leave quickly must not be held up."""
    language = own_session.language_of(request)
    if token := own_session.token_of(request):
        async with face.service.unit() as unit:
            await ownpage.end_session(unit.tx, token)
    response = html(pages.left(language, face.where("/me"), face.exit_url), language)
    own_session.forget(response, base=face.base, secure=face.secure)
    return response


async def _calendar(face: Face, request: Request, appointment_id: UUID) -> Response:
    session = await face.session_of(request)
    if session is None:
        raise Refused("session_over")
    language = own_session.language_of(request, session.language)
    async with face.service.engine.connect() as tx:
        fixed = await own_page.appointment_to_keep(tx, session, appointment_id)
        made = await calendars.file_of(tx, fixed, face.service.association, language=language)
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="{FILE_NAME}"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(made.content, media_type=media_type(made.method), headers=headers)
