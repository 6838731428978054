"""The HTTP face: the pages behind the links of a mail, and a preview of every text. Works without JavaScript."""

import base64
import hashlib
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from lotse_chassis import links
from lotse_chassis.faults import Refused
from lotse_chassis.problems import preferred_language, status_of
from lotse_chassis.service import Unit
from lotse_contracts.notify import OptedOut
from lotse_contracts.values import RecipientLanguage
from lotse_notify.domain.mail import Letter, Links, letter_of
from lotse_notify.domain.texts import LANGUAGES, NoticeName, Texts, Words, local_time, version_of
from lotse_notify.domain.verdict import still_opted_out
from lotse_notify.handlers.orders import STOP_LINK
from lotse_notify.handlers.telling import channel_of, release
from lotse_notify.store import people

Units = Callable[[], AbstractAsyncContextManager[Unit]]

PREVIEW_LINKS = Links("https://example.org/read", "https://example.org/stop/00000000000000000000000000")
PREVIEW_YEAR = datetime(2027, 1, 1, 9, 30, tzinfo=UTC)

_loader = PackageLoader("lotse_notify", "pages")
_pages = Environment(loader=_loader, autoescape=True, undefined=StrictUndefined)
_style = _loader.get_source(_pages, "style.css")[0]
_digest = base64.b64encode(hashlib.sha256(_style.encode()).digest()).decode()

HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_digest}'; frame-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
}
LETTER_HEADERS = HEADERS | {
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
}


def routes(units: Units, texts: Texts) -> APIRouter:
    """GET changes nothing: mail scanners follow every link."""
    router = APIRouter(default_response_class=HTMLResponse)

    @router.get("/stop/{code}", summary="Ask whether the messages shall stop")
    async def ask_stop(request: Request, code: str, lang: str = "") -> HTMLResponse:
        return await _stop_page(request, code, lang, units, texts, stop=False)

    @router.post("/stop/{code}", summary="Stop the messages (also one click, RFC 8058)")
    async def stop(request: Request, code: str, lang: str = "") -> HTMLResponse:
        return await _stop_page(request, code, lang, units, texts, stop=True)

    @router.get("/read", summary="How to read what waits; for associations without a page of their own")
    async def read(request: Request, lang: str = "") -> HTMLResponse:
        return _words_page("read", texts, _wished(request, lang), 200)

    @router.get("/templates", summary="Every text in every language, with its status")
    async def templates() -> HTMLResponse:
        previews = [_preview(words, name) for words in texts.words.values() for name in words.notices]
        return _page("templates.html", 200, words=texts.words, previews=previews, sendable=texts.sendable)

    @router.get("/templates/{language}/{name}", summary="One text as its HTML part looks")
    async def letter(language: RecipientLanguage, name: NoticeName) -> HTMLResponse:
        return HTMLResponse(_letter(texts.words[language], name).html, headers=LETTER_HEADERS)

    return router


async def _stop_page(request: Request, code: str, lang: str, units: Units, texts: Texts, *, stop: bool) -> HTMLResponse:
    try:
        async with units() as unit:
            kind, language = await (_stop if stop else _asked)(unit, code, texts)
    except Refused as fault:
        return _words_page("gone", texts, _wished(request, lang), status_of(fault.code))
    return _words_page(kind, texts, _chosen(lang) or language, 200)


async def _asked(unit: Unit, code: str, texts: Texts) -> tuple[str, str]:
    """Which page, and her language; who has stopped is not asked again. Raises Refused if the link is not good."""
    found = await links.look(unit.tx, code, purpose=STOP_LINK, now=unit.context.now)
    person = await people.seen(unit.tx, _person_id(found))
    if person is None or person.contact is None:
        return "stop", texts.language_for(())
    stopped = still_opted_out(person.contact, person.silence)
    return "stopped" if stopped else "stop", texts.language_for(person.contact.languages)


async def _stop(unit: Unit, code: str, texts: Texts) -> tuple[str, str]:
    """Again changes nothing: the link stays good, so that a second click reads the same."""
    found = await links.look(unit.tx, code, purpose=STOP_LINK, now=unit.context.now)
    person = await people.locked(unit.tx, _person_id(found))
    if person.contact is not None and not still_opted_out(person.contact, person.silence):
        await people.note_opt_out(unit.tx, person.person_id, unit.context.now)
        unit.say(OptedOut(person_id=person.person_id, channel=channel_of(person.contact)))
        unit.say(*await release(unit.tx, await people.locked(unit.tx, person.person_id), unit.context.now))
    return "stopped", texts.language_for(person.contact.languages if person.contact else ())


def _person_id(found: links.Link) -> UUID:
    return UUID(found.subject_id)


def _preview(words: Words, name: NoticeName) -> dict[str, Any]:
    letter = _letter(words, name)
    return {"language": words.language, "name": name, "plain": letter.plain, "version": version_of(words, name)}


def _letter(words: Words, name: NoticeName) -> Letter:
    """With the longest date of a year, which is the worst that can stand there."""
    days = (PREVIEW_YEAR + timedelta(days=day) for day in range(365))
    longest = max(days, key=lambda day: len(local_time(words, day)))
    return letter_of(words, name, {"starts_at": longest.isoformat()}, PREVIEW_LINKS)


def _words_page(kind: str, texts: Texts, language: str, status: int) -> HTMLResponse:
    words = next(words for words in texts.words.values() if words.language == language)
    return _page("person.html", status, kind=kind, words=words, others=list(texts.words.values()))


def _page(template: str, status: int, **values: Any) -> HTMLResponse:
    html = _pages.get_template(template).render(style=_style, **values)
    return HTMLResponse(html, status_code=status, headers=HEADERS)


def _wished(request: Request, lang: str) -> str:
    return _chosen(lang) or preferred_language(request.headers.get("accept-language", ""))


def _chosen(lang: str) -> str:
    return lang if lang in LANGUAGES else ""
