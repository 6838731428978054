"""The preview: every text at its longest, as it looks and what it costs. Nothing of a person is on it."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, get_args

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from lotse_chassis.problems import preferred_language
from lotse_chassis.service import Unit
from lotse_contracts.values import Detail, RecipientLanguage
from lotse_notify.domain.preview import costs_of, preview
from lotse_notify.domain.prices import Prices
from lotse_notify.domain.rendering import Rendered
from lotse_notify.domain.templates import LANGUAGES, NOTICES, NoticeName
from lotse_notify.domain.texts import Texts
from lotse_notify.http.preview_words import PREVIEW_WORDS
from lotse_notify.http.showing import HEADERS, page
from lotse_notify.store.library import Library

Units = Callable[[], AbstractAsyncContextManager[Unit]]

DETAILS: tuple[Detail, ...] = get_args(Detail)
LETTER_HEADERS = HEADERS | {
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
}


def routes(units: Units, library: Library, prices: Prices) -> APIRouter:
    """Read only; what counts at that moment."""
    router = APIRouter(default_response_class=HTMLResponse)

    async def current() -> Texts:
        async with units() as unit:
            return await library.current(unit.tx)

    @router.get("/templates", summary="The languages of all texts, and how many are drafts")
    async def templates(request: Request, lang: str = "") -> HTMLResponse:
        texts = await current()
        languages = [_overview(texts, language) for language in texts.words]
        return page("templates.html", 200, **_around(texts, request, lang), overview=languages, texts=[], shown=None)

    @router.get("/templates/{language}", summary="Every text in one language, as mail and as SMS")
    async def in_language(request: Request, language: RecipientLanguage, lang: str = "") -> HTMLResponse:
        texts = await current()
        shown = [_text(texts, language, name, prices) for name in NOTICES]
        around = _around(texts, request, lang)
        return page("templates.html", 200, **around, overview=[], texts=shown, shown=texts.words[language])

    @router.get("/templates/{language}/{name}", summary="One text as its HTML part looks")
    async def letter(language: RecipientLanguage, name: NoticeName, detail: Detail = "neutral") -> HTMLResponse:
        found = preview(await current(), name, language, detail=detail, channel="email")
        return HTMLResponse(found.rendered.html, headers=LETTER_HEADERS)

    return router


def _around(texts: Texts, request: Request, lang: str) -> dict[str, Any]:
    wished = lang if lang in LANGUAGES else preferred_language(request.headers.get("accept-language", ""))
    language: RecipientLanguage = next(one for one in LANGUAGES if one == wished)
    names = {one: words.name for one, words in texts.words.items()}
    return {"language": language, "words": PREVIEW_WORDS[language], "names": names}


def _overview(texts: Texts, language: RecipientLanguage) -> dict[str, Any]:
    sizes = [
        preview(texts, name, language, detail=detail, channel="sms").rendered.size
        for name in NOTICES
        for detail in DETAILS
    ]
    return {
        "language": language,
        "name": texts.words[language].name,
        "drafts": sum(texts.is_draft(language, name) for name in NOTICES),
        "all": len(NOTICES),
        "segments": max(size.segments for size in sizes if size),
    }


def _text(texts: Texts, language: RecipientLanguage, name: NoticeName, prices: Prices) -> dict[str, Any]:
    notice = texts.words[language].notices[name]
    forms = [_form(texts, language, name, detail, prices) for detail in DETAILS]
    telegram = preview(texts, name, language, detail="neutral", channel="telegram").rendered
    return {
        "name": name,
        "draft": texts.is_draft(language, name),
        "sent": texts.may_send(language, name),
        "number": texts.standing[name].number,
        "forms": forms if notice.time_and_place else forms[:1],
        "one_form": notice.time_and_place is None,
        "telegram": telegram.plain,
    }


def _form(
    texts: Texts, language: RecipientLanguage, name: NoticeName, detail: Detail, prices: Prices
) -> dict[str, Any]:
    sms: Rendered = preview(texts, name, language, detail=detail, channel="sms").rendered
    mail = preview(texts, name, language, detail=detail, channel="email").rendered
    size = sms.size
    return {
        "detail": detail,
        "sms": sms.plain,
        "size": vars(size) if size else {},
        "costs": costs_of(prices, size.segments) if size else {},
        "subject": mail.subject,
        "plain": mail.plain,
        "version": mail.version,
    }
