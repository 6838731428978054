"""The read API of HSDS 3.1: lists with filters and pages, single objects, all of it public, nothing about persons."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from lotse_chassis.faults import Refused
from lotse_referral.domain import hsds as shapes
from lotse_referral.domain.distance import METRES_MAX, Area
from lotse_referral.domain.hsds import Object
from lotse_referral.http.hsds_cache import Cache, answer_of, lines_of
from lotse_referral.store import hsds, nesting
from lotse_referral.store.hsds import Filters

PER_PAGE = 25
PER_PAGE_MAX = 1000
PAGE_MAX = 1_000_000
SEARCH_CHARACTERS_MAX = 100
SERVICES_OF_A_PAGE_MAX = 1000  # of all organizations of one page, with `full_service`
FULL_PER_PAGE_MAX = 100

PATHS: dict[str, str] = {
    "services": "service",
    "organizations": "organization",
    "service_at_locations": "service_at_location",
    "taxonomies": "taxonomy",
    "taxonomy_terms": "taxonomy_term",
}
"""The lists by their path, and the form of what is in them."""


class ApiDescription(BaseModel):
    """What this API is."""

    version: str
    profile: str
    openapi_url: str


class Page(BaseModel):
    """One page; the contents are HSDS objects."""

    total_items: int
    total_pages: int
    page_number: int
    size: int
    first_page: bool
    last_page: bool
    empty: bool
    contents: list[dict[str, Any]]


class Asked(BaseModel):
    """Which page, how much of each, as pages of JSON or as a line of JSON for each without pages."""

    search: str | None = Field(default=None, max_length=SEARCH_CHARACTERS_MAX, description="beginnings of words")
    page: int = Field(default=1, ge=1, le=PAGE_MAX)
    per_page: int = Field(default=PER_PAGE, ge=1, le=PER_PAGE_MAX)
    format: Literal["json", "ndjson"] = "json"


class AskedServices(Asked):
    """All filters hold together."""

    taxonomy_term_id: UUID | None = None
    taxonomy_id: UUID | None = None
    organization_id: UUID | None = None
    modified_after: datetime | None = Field(default=None, description="changed then or later")
    minimal: bool = False
    full: bool = False


class AskedPlaces(AskedServices):
    """`proximity`: metres around the middle of the postal code, as far as the directory knows places in it."""

    minimal: Literal[False] = False
    postcode: str | None = Field(default=None, min_length=2, max_length=12)
    proximity: float | None = Field(default=None, gt=0, le=METRES_MAX)
    latitude: float | None = Field(default=None, ge=-90, le=90, description="instead of a postal code; our addition")
    longitude: float | None = Field(default=None, ge=-180, le=180)


class AskedOrganizations(Asked):
    """`full_service`: with the services of each, whole."""

    full: bool = False
    full_service: bool = False


class AskedTerms(Asked):
    """Terms of one taxonomy, or below one term."""

    taxonomy_id: UUID | None = None
    parent_id: UUID | None = None
    top_only: bool = False


def routes(engine: AsyncEngine, public_url: str) -> APIRouter:
    """The read API; every question is one read transaction, and the same question between two changes is kept."""
    router, cache = APIRouter(), Cache()
    base = public_url.rstrip("/")

    @router.get("/", summary="What this API is")
    async def description() -> ApiDescription:
        openapi_url = f"{base}/openapi.json"
        return ApiDescription(version=shapes.VERSION, profile=base + shapes.PROFILE_PATH, openapi_url=openapi_url)

    @router.get("/services", summary="Services, by name", response_model=Page)
    async def services(request: Request, asked: Annotated[AskedServices, Query()]) -> Response:
        return await _listed(request, engine, cache, "service", asked)

    @router.get("/organizations", summary="Organizations, by name", response_model=Page)
    async def organizations(request: Request, asked: Annotated[AskedOrganizations, Query()]) -> Response:
        return await _listed(request, engine, cache, "organization", asked)

    @router.get("/service_at_locations", summary="Services where they are given", response_model=Page)
    async def places(request: Request, asked: Annotated[AskedPlaces, Query()]) -> Response:
        return await _listed(request, engine, cache, "service_at_location", asked)

    @router.get("/taxonomies", summary="The code lists", response_model=Page)
    async def taxonomies(request: Request, asked: Annotated[Asked, Query()]) -> Response:
        return await _listed(request, engine, cache, "taxonomy", asked)

    @router.get("/taxonomy_terms", summary="The codes of the lists", response_model=Page)
    async def terms(request: Request, asked: Annotated[AskedTerms, Query()]) -> Response:
        return await _listed(request, engine, cache, "taxonomy_term", asked)

    for path, form in PATHS.items():
        _single(router, engine, cache, path, form)
    return router


def _single(router: APIRouter, engine: AsyncEngine, cache: Cache, path: str, form: str) -> None:
    summary = f"One of the {path.replace('_', ' ')}, with everything that hangs on it"

    @router.get(f"/{path}/{{id}}", summary=summary, response_model=dict[str, Any], name=f"one of {path}")
    async def one(request: Request, id: UUID, full_service: bool = False) -> Response:
        async with engine.connect() as tx:
            version = await hsds.version(tx)
            kept = cache.get(request, version)
            if kept is None:
                found = await nesting.whole(tx, form, [id])
                if id not in found:
                    raise Refused("not_found", fields=("id",))
                if full_service and form == "organization":
                    await _with_services(tx, found)
                kept = cache.put(request, version, found[id])
        return answer_of(request, kept)


async def _listed(request: Request, engine: AsyncEngine, cache: Cache, form: str, asked: Asked) -> Response:
    if asked.format == "ndjson":
        async with engine.connect() as tx:
            filters = await _filters(tx, asked)
        return StreamingResponse(_streamed(engine, cache, form, filters, asked), media_type="application/x-ndjson")
    async with engine.connect() as tx:
        version = await hsds.version(tx)
        kept = cache.get(request, version)
        if kept is None:
            kept = cache.put(request, version, await _page(tx, cache, form, asked, version))
    return answer_of(request, kept)


async def _page(tx: AsyncConnection, cache: Cache, form: str, asked: Asked, version: int) -> Object:
    if _whole(asked) and asked.per_page > FULL_PER_PAGE_MAX:
        raise Refused("malformed", fields=("per_page",), allowed=str(FULL_PER_PAGE_MAX))
    filters = await _filters(tx, asked)
    total = cache.total(form, filters, version)
    if total is None:
        total = cache.counted(form, filters, version, await hsds.count(tx, form, filters))
    ids = await hsds.page(tx, form, filters, offset=(asked.page - 1) * asked.per_page, limit=asked.per_page)
    contents = await _shaped(tx, form, ids, asked)
    return shapes.page_of(contents, total=total, number=asked.page, size=asked.per_page)


async def _streamed(
    engine: AsyncEngine, cache: Cache, form: str, filters: Filters, asked: Asked
) -> AsyncIterator[bytes]:
    """Every object once, a line each; one transaction sees one state of the directory."""
    async with cache.streams, engine.connect() as tx:
        async for ids in hsds.every(tx, form, filters):
            yield lines_of(await _shaped(tx, form, ids, asked))


async def _shaped(tx: AsyncConnection, form: str, ids: Sequence[UUID], asked: Asked) -> list[Object]:
    found = await (nesting.whole if _whole(asked) else nesting.brief)(tx, form, ids)
    if getattr(asked, "full_service", False):
        await _with_services(tx, found)
    shown = [found[one] for one in ids if one in found]
    return [shapes.minimal(one) for one in shown] if getattr(asked, "minimal", False) else shown


async def _with_services(tx: AsyncConnection, organizations: dict[UUID, Object]) -> None:
    owned = await hsds.services_of(tx, list(organizations), SERVICES_OF_A_PAGE_MAX)
    services = await nesting.whole(tx, "service", [one for ids in owned.values() for one in ids])
    for owner, one in organizations.items():
        one["services"] = [services[service_id] for service_id in owned.get(owner, [])]


def _whole(asked: Asked) -> bool:
    return bool(getattr(asked, "full", False) or getattr(asked, "full_service", False))


async def _filters(tx: AsyncConnection, asked: Asked) -> Filters:
    names = ("search", "taxonomy_term_id", "taxonomy_id", "organization_id", "modified_after", "parent_id")
    given = {name: getattr(asked, name) for name in names if getattr(asked, name, None) is not None}
    if isinstance(asked, AskedTerms):
        given["top_only"] = asked.top_only
    if isinstance(asked, AskedPlaces):
        given |= await _places(tx, asked)
    return Filters(**given)


async def _places(tx: AsyncConnection, asked: AskedPlaces) -> dict[str, Any]:
    if asked.proximity is None:
        return {} if asked.postcode is None else {"postcode": asked.postcode}
    if asked.latitude is not None and asked.longitude is not None:
        return {"near": Area(asked.latitude, asked.longitude, asked.proximity)}
    if asked.postcode is None:
        raise Refused("point_needed", fields=("postcode", "latitude", "longitude"))
    middle = await hsds.centroid(tx, asked.postcode)
    if middle is None:
        raise Refused("unknown_postcode", fields=("postcode",))
    return {"near": Area(*middle, asked.proximity)}
