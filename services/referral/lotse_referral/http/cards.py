"""The card that a person takes along, over HTTP, as a page and on paper; nothing about her is in it."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy.ext.asyncio import AsyncEngine

from lotse_chassis.problems import preferred_language
from lotse_referral.domain.card_texts import CARD_LANGUAGES
from lotse_referral.domain.codes import is_known, parent_of
from lotse_referral.domain.offers import local_day
from lotse_referral.pages.card_pdf import card_pdf
from lotse_referral.pages.cards import HEADERS, Card, card_html, gone_html
from lotse_referral.store import cards, directory

GONE: dict[int | str, dict[str, Any]] = {
    404: {"description": "There is no such service, or no longer.", "content": {"text/html": {}}}
}
PDF_HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
    "Content-Disposition": 'inline; filename="card.pdf"',
}
Concern = Annotated[
    str, Query(max_length=41, description="the concern that she comes with: what to say is on the card")
]
CalendarCode = Annotated[str, Query(pattern=r"^([0-9A-Z]{26})?$", description="leads to her calendar file")]


def routes(engine: AsyncEngine, now: Callable[[], datetime]) -> APIRouter:
    """The card of each service of the directory."""
    router = APIRouter(tags=["cards"])

    async def card_of(service_id: UUID, concern: str, calendar: str = "") -> Card | None:
        async with engine.connect() as tx:
            found = await directory.one(tx, service_id)
            if found is None or not found.active:
                return None
            details = await cards.details(tx, service_id, local_day(now()))
        return Card(found, details, parent_of(concern) if is_known(concern) else "", calendar)

    @router.get(
        "/services/{service_id}/card", summary="A card to take along", response_class=HTMLResponse, responses=GONE
    )
    async def page(
        request: Request, service_id: UUID, lang: str = "", concern: Concern = "", calendar: CalendarCode = ""
    ) -> HTMLResponse:
        wished = _wished(request, lang)
        card = await card_of(service_id, concern, calendar)
        headers = HEADERS | {"Content-Language": wished}
        if card is None:
            return HTMLResponse(gone_html(wished), status_code=404, headers=headers)
        return HTMLResponse(card_html(card, wished), headers=headers)

    @router.get("/services/{service_id}/card.pdf", summary="The card on paper", response_class=Response, responses=GONE)
    async def paper(request: Request, service_id: UUID, lang: str = "", concern: Concern = "") -> Response:
        wished = _wished(request, lang)
        card = await card_of(service_id, concern)
        if card is None:
            return HTMLResponse(gone_html(wished), status_code=404, headers=HEADERS | {"Content-Language": wished})
        headers = PDF_HEADERS | {"Content-Language": wished}
        return Response(card_pdf(card, wished), media_type="application/pdf", headers=headers)

    return router


def _wished(request: Request, lang: str) -> str:
    return lang if lang in CARD_LANGUAGES else preferred_language(request.headers.get("accept-language", ""))
