"""Which objects of the directory a reader asks for: filters that hold together, counted, page by page."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Table, exists, func, literal_column, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_referral.domain.distance import Area, box
from lotse_referral.migrations.reports import words_of
from lotse_referral.store.tables import (
    address,
    attribute,
    location,
    organization,
    service,
    service_area,
    service_at_location,
    taxonomy_term,
)
from lotse_referral.store.tables.directory import directory_version, taxonomy

WORDS_MAX = 10  # of a search; the rest is not looked for
STREAMED_AT_ONCE = 500

LISTS: dict[str, Table] = {
    "service": service,
    "organization": organization,
    "service_at_location": service_at_location,
    "taxonomy": taxonomy,
    "taxonomy_term": taxonomy_term,
}
"""What can be listed, by the name of its form."""


@dataclass(frozen=True)
class Filters:
    """All that are given must hold. `near` and `postcode` are for services at locations."""

    search: str | None = None
    taxonomy_term_id: UUID | None = None
    taxonomy_id: UUID | None = None
    organization_id: UUID | None = None
    modified_after: datetime | None = None
    parent_id: UUID | None = None
    top_only: bool = False
    postcode: str | None = None
    near: Area | None = None


async def version(tx: AsyncConnection) -> int:
    """Rises with each change of the directory."""
    return int((await tx.execute(select(directory_version.c.version))).scalar_one())


async def count(tx: AsyncConnection, form: str, filters: Filters) -> int:
    """How many there are."""
    return int((await tx.execute(select(func.count()).select_from(_chosen(form, filters).subquery()))).scalar_one())


async def page(tx: AsyncConnection, form: str, filters: Filters, *, offset: int, limit: int) -> list[UUID]:
    """The ids of one page in a stable order: by name where there is one, else by id."""
    ids = _ordered(form, _chosen(form, filters)).offset(offset).limit(limit)
    return list((await tx.execute(ids)).scalars())


async def every(tx: AsyncConnection, form: str, filters: Filters) -> AsyncIterator[list[UUID]]:
    """The ids of all, a few hundred at a time, in the order of the pages."""
    async with tx.stream(_ordered(form, _chosen(form, filters)).execution_options(yield_per=STREAMED_AT_ONCE)) as rows:
        async for part in rows.scalars().partitions():
            yield list(part)


async def exists_one(tx: AsyncConnection, form: str, one_id: UUID) -> bool:
    """Whether there is such an object."""
    table = LISTS[form]
    return (await tx.execute(select(table.c.id).where(table.c.id == one_id))).first() is not None


async def services_of(tx: AsyncConnection, organization_ids: list[UUID], limit: int) -> dict[UUID, list[UUID]]:
    """The services of these organizations, by organization, each in the order of names."""
    query = select(service.c.organization_id, service.c.id).where(service.c.organization_id.in_(organization_ids))
    found: dict[UUID, list[UUID]] = {}
    for owner, one in await tx.execute(query.order_by(service.c.name, service.c.id).limit(limit)):
        found.setdefault(owner, []).append(one)
    return found


async def centroid(tx: AsyncConnection, postcode: str) -> tuple[float, float] | None:
    """The middle of the places that the directory knows in this postal code; None where it knows none."""
    places = select(func.avg(location.c.latitude), func.avg(location.c.longitude)).where(
        location.c.id.in_(select(address.c.location_id).where(address.c.postal_code == postcode)),
        location.c.latitude.is_not(None),
    )
    latitude, longitude = (await tx.execute(places)).one()
    return None if latitude is None else (float(latitude), float(longitude))


def _chosen(form: str, filters: Filters) -> Select[UUID]:
    table = LISTS[form]
    return select(table.c.id).where(*_conditions(form, table, filters))


def _ordered(form: str, chosen: Select[UUID]) -> Select[UUID]:
    table = LISTS[form]
    named = [table.c.name] if "name" in table.c else []
    return chosen.order_by(*named, table.c.id)


def _conditions(form: str, table: Table, filters: Filters) -> list[ColumnElement[bool]]:
    of_service = {"service": service.c.id, "service_at_location": service_at_location.c.service_id}.get(form)
    conditions: list[ColumnElement[bool]] = []
    if filters.search is not None:
        conditions.append(_searched(form, table, filters.search))
    if of_service is not None:
        conditions += _of_services(of_service, filters)
    if form == "taxonomy_term":
        conditions += _of_terms(filters)
    if form == "service_at_location":
        conditions += _of_places(filters)
    return conditions


def _searched(form: str, table: Table, search: str) -> ColumnElement[bool]:
    """Each word begins a word of the text, in any order; small and capital letters are the same."""
    words = re.findall(r"\w+", search.casefold())[:WORDS_MAX]
    if not words:
        return literal_column("false")
    asked = func.to_tsquery("simple", " & ".join(f"{word}:*" for word in words))
    if form == "service_at_location":
        found = select(service.c.id).where(literal_column(words_of("service")).op("@@")(asked))
        return service_at_location.c.service_id.in_(found)
    return literal_column(words_of(table.name)).op("@@")(asked)


def _of_services(service_id: ColumnElement[Any], filters: Filters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    linked = select(attribute.c.id).where(attribute.c.link_id == service_id, attribute.c.link_entity == "service")
    if filters.taxonomy_term_id is not None:
        conditions.append(exists(linked.where(attribute.c.taxonomy_term_id == filters.taxonomy_term_id)))
    if filters.taxonomy_id is not None:
        terms = select(taxonomy_term.c.id).where(taxonomy_term.c.taxonomy_id == filters.taxonomy_id)
        conditions.append(exists(linked.where(attribute.c.taxonomy_term_id.in_(terms))))
    if filters.organization_id is not None:
        conditions.append(_service_holds(service_id, service.c.organization_id == filters.organization_id))
    if filters.modified_after is not None:
        conditions.append(_service_holds(service_id, service.c.last_modified >= filters.modified_after))
    return conditions


def _service_holds(service_id: ColumnElement[Any], condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return condition if service_id is service.c.id else service_id.in_(select(service.c.id).where(condition))


def _of_terms(filters: Filters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.taxonomy_id is not None:
        conditions.append(taxonomy_term.c.taxonomy_id == filters.taxonomy_id)
    if filters.parent_id is not None:
        conditions.append(taxonomy_term.c.parent_id == filters.parent_id)
    if filters.top_only:
        conditions.append(taxonomy_term.c.parent_id.is_(None))
    return conditions


def _of_places(filters: Filters) -> list[ColumnElement[bool]]:
    if filters.near is not None:
        return [service_at_location.c.location_id.in_(_within(filters.near))]
    if filters.postcode is None:
        return []
    areas = select(service_area.c.id).where(service_area.c.service_id == service_at_location.c.service_id)
    named = or_(service_area.c.name == filters.postcode, service_area.c.extent == filters.postcode)
    there = select(address.c.id).where(
        address.c.location_id == service_at_location.c.location_id, address.c.postal_code == filters.postcode
    )
    return [or_(exists(areas.where(named)), ~exists(areas) & exists(there))]


def _within(area: Area) -> Select[UUID]:
    """First by the box, which an index finds, then by the circle."""
    south, north, west, east = box(area)
    values = {"area_latitude": area.latitude, "area_longitude": area.longitude, "area_metres": area.metres}
    metres = text(_METRES).bindparams(**values)
    return select(location.c.id).where(
        location.c.latitude.between(south, north), location.c.longitude.between(west, east), metres
    )


_METRES = """2 * 6371008.8 * asin(least(1, sqrt(
    power(sin(radians(location.latitude - :area_latitude) / 2), 2) + cos(radians(:area_latitude))
    * cos(radians(location.latitude)) * power(sin(radians(location.longitude - :area_longitude) / 2), 2))))
    <= :area_metres"""
"""The great circle on a sphere of the Earth's mean radius (IUGG: 6,371,008.8 m); within a city exact to a metre."""
