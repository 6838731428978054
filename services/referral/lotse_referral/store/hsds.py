"""The directory as HSDS asks for it: pages of services, and one service with everything that hangs on it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, CursorResult, Table, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_referral.store.tables import (
    address,
    attribute,
    language,
    location,
    organization,
    phone,
    schedule,
    service,
    service_area,
    service_at_location,
    service_extension,
    taxonomy_term,
)

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Filters:
    """All that are given must hold."""

    search: str | None = None
    taxonomy_term_id: UUID | None = None
    organization_id: UUID | None = None
    modified_after: datetime | None = None


async def count(tx: AsyncConnection, filters: Filters) -> int:
    """How many services fit."""
    return int((await tx.execute(select(func.count()).select_from(service).where(*_conditions(filters)))).scalar_one())


async def page(tx: AsyncConnection, filters: Filters, *, offset: int, limit: int) -> Rows:
    """The services of one page, by name."""
    query = select(service).where(*_conditions(filters)).order_by(service.c.name, service.c.id)
    return _rows(await tx.execute(query.offset(offset).limit(limit)))


async def one(tx: AsyncConnection, service_id: UUID) -> Rows:
    """The service, or nothing."""
    return _rows(await tx.execute(select(service).where(service.c.id == service_id)))


async def organizations(tx: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, Mapping[str, Any]]:
    """These organizations by id."""
    rows = await tx.execute(select(organization).where(organization.c.id.in_(ids)))
    return {row["id"]: row for row in _rows(rows)}


async def parts(tx: AsyncConnection, ids: Collection[UUID]) -> dict[str, Rows]:
    """What hangs on these services, by table; every row has `service_id`."""
    found = {}
    for table in (phone, language, schedule, service_area, service_extension):
        found[table.name] = await _of(tx, table, ids)
    terms = select(attribute.c.link_id.label("service_id"), attribute.c.id.label("attribute_id"), taxonomy_term)
    terms = terms.join(taxonomy_term, attribute.c.taxonomy_term_id == taxonomy_term.c.id)
    chosen = terms.where(attribute.c.link_id.in_(ids)).order_by(attribute.c.main.desc(), taxonomy_term.c.code)
    found["attribute"] = _rows(await tx.execute(chosen))
    places = select(service_at_location.c.service_id, service_at_location.c.id.label("link_id"), location)
    places = places.join(location, service_at_location.c.location_id == location.c.id)
    found["location"] = _rows(await tx.execute(places.where(service_at_location.c.service_id.in_(ids))))
    addresses = select(service_at_location.c.service_id, address)
    addresses = addresses.join(address, address.c.location_id == service_at_location.c.location_id)
    chosen_addresses = addresses.where(service_at_location.c.service_id.in_(ids))
    found["address"] = _rows(await tx.execute(chosen_addresses))
    return found


async def _of(tx: AsyncConnection, table: Table, ids: Collection[UUID]) -> Rows:
    return _rows(await tx.execute(select(table).where(table.c.service_id.in_(ids))))


def _rows(result: CursorResult[Any]) -> Rows:
    return [{str(name): value for name, value in row.items()} for row in result.mappings()]


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.search:
        pattern = f"%{_escaped(filters.search)}%"
        conditions.append(or_(service.c.name.ilike(pattern), service.c.description.ilike(pattern)))
    if filters.taxonomy_term_id is not None:
        linked = select(attribute.c.link_id).where(attribute.c.taxonomy_term_id == filters.taxonomy_term_id)
        conditions.append(service.c.id.in_(linked))
    if filters.organization_id is not None:
        conditions.append(service.c.organization_id == filters.organization_id)
    if filters.modified_after is not None:
        conditions.append(service.c.last_modified > filters.modified_after)
    return conditions


def _escaped(search: str) -> str:
    return search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
