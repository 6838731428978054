"""The HTTP face: the directory as the HSDS 3.1 read API has it, and a card to take along. Only reading, no persons."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from lotse_chassis.faults import Refused
from lotse_chassis.problems import preferred_language
from lotse_referral.domain import hsds as shapes
from lotse_referral.domain.card_texts import CARD_LANGUAGES
from lotse_referral.pages.cards import HEADERS, card_html, gone_html
from lotse_referral.store import directory, hsds
from lotse_referral.store.hsds import Filters

PER_PAGE = 25
PER_PAGE_MAX = 100
PAGE_MAX = 100_000
SEARCH_CHARACTERS_MAX = 100


class ApiDescription(BaseModel):
    """What this API is."""

    version: str
    profile: str
    openapi_url: str


class ServicePage(BaseModel):
    """One page of services; the contents are HSDS objects."""

    total_items: int
    total_pages: int
    page_number: int
    size: int
    first_page: bool
    last_page: bool
    empty: bool
    contents: list[dict[str, Any]]


class Asked(BaseModel):
    """Which services, which page, how much of each. All filters hold together."""

    search: str | None = Field(default=None, max_length=SEARCH_CHARACTERS_MAX)
    taxonomy_term_id: UUID | None = None
    organization_id: UUID | None = None
    modified_after: datetime | None = None
    page: int = Field(default=1, ge=1, le=PAGE_MAX)
    per_page: int = Field(default=PER_PAGE, ge=1, le=PER_PAGE_MAX)
    minimal: bool = False
    full: bool = False


def routes(engine: AsyncEngine, public_url: str) -> APIRouter:
    """The read API; every question is one read transaction."""
    router = APIRouter()
    base = public_url.rstrip("/")

    @router.get("/", summary="What this API is")
    async def description() -> ApiDescription:
        openapi_url = f"{base}/openapi.json"
        return ApiDescription(version=shapes.VERSION, profile=base + shapes.PROFILE_PATH, openapi_url=openapi_url)

    @router.get("/services", summary="A page of services, by name")
    async def services(asked: Annotated[Asked, Query()]) -> ServicePage:
        async with engine.connect() as tx:
            return ServicePage.model_validate(await _page(tx, asked))

    @router.get("/services/{service_id}", summary="One service with everything that hangs on it")
    async def service(service_id: UUID) -> dict[str, Any]:
        async with engine.connect() as tx:
            found = await hsds.one(tx, service_id)
            if not found:
                raise Refused("not_found", fields=("service_id",))
            return (await _shaped(tx, found, minimal=False, full=True))[0]

    @router.get(
        "/services/{service_id}/card",
        summary="A card to take along",
        response_class=HTMLResponse,
        responses={404: {"description": "There is no such service, or no longer.", "content": {"text/html": {}}}},
    )
    async def card(request: Request, service_id: UUID, lang: str = "") -> HTMLResponse:
        wished = lang if lang in CARD_LANGUAGES else preferred_language(request.headers.get("accept-language", ""))
        async with engine.connect() as tx:
            found = await directory.one(tx, service_id)
        headers = HEADERS | {"Content-Language": wished}
        if found is None or not found.active:
            return HTMLResponse(gone_html(wished), status_code=404, headers=headers)
        return HTMLResponse(card_html(found, wished), headers=headers)

    return router


async def _page(tx: AsyncConnection, asked: Asked) -> dict[str, Any]:
    filters = Filters(asked.search, asked.taxonomy_term_id, asked.organization_id, asked.modified_after)
    total = await hsds.count(tx, filters)
    rows = await hsds.page(tx, filters, offset=(asked.page - 1) * asked.per_page, limit=asked.per_page)
    contents = await _shaped(tx, rows, minimal=asked.minimal, full=asked.full)
    return shapes.page_of(contents, total=total, number=asked.page, size=asked.per_page)


async def _shaped(
    tx: AsyncConnection, rows: Sequence[Mapping[str, Any]], *, minimal: bool, full: bool
) -> list[dict[str, Any]]:
    if minimal:
        return [shapes.minimal(row) for row in rows]
    owners = await hsds.organizations(tx, {row["organization_id"] for row in rows})
    if not full:
        return [shapes.listed(row, owners.get(row["organization_id"])) for row in rows]
    parts = await hsds.parts(tx, [row["id"] for row in rows])
    return [shapes.full(row, owners.get(row["organization_id"]), parts) for row in rows]
