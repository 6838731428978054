"""Objects of the directory as the read API shows them: whole ones as they are exported, brief ones for lists."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_referral.domain.directory.form import FORMS, RESOURCES
from lotse_referral.domain.directory.shapes import object_of
from lotse_referral.domain.hsds import EXTENSION, Object, shaped, value_of
from lotse_referral.store import directory_export, directory_rows
from lotse_referral.store.tables import metadata, service, service_at_location

ALSO_SHOWN = {"service": ("last_modified",), "service_at_location": ("service_id",)}
"""Columns that no file sets."""
PLACES = "service_at_locations"


async def brief(tx: AsyncConnection, form: str, ids: Collection[UUID]) -> dict[UUID, Object]:
    """Their own fields and, brief as well, what they show inside; by id, in no order."""
    table = metadata.tables[form]
    rows = await _rows(tx, select(table).where(table.c.id.in_(list(ids))))
    found = {row["id"]: shaped(row, FORMS[form].fields, also=ALSO_SHOWN.get(form, ())) for row in rows}
    for name, (column, kind) in FORMS[form].embedded.items():
        await _embed(tx, name, (column, kind), rows, found)
    if form == "service_at_location":
        await _embed(tx, "service", ("service_id", "service"), rows, found)
    return found


async def whole(tx: AsyncConnection, form: str, ids: Collection[UUID]) -> dict[UUID, Object]:
    """The same with everything that hangs on them; a list that is known to hold nothing, or not known, is empty."""
    if form == "service_at_location":
        return await _whole_places(tx, ids)
    type_ = next(one for one in RESOURCES if one == form)
    resources = await directory_rows.loaded(tx, type_, [str(one) for one in ids])
    named = await directory_export.named(tx, list(resources.values()))
    empty: Object = {name: [] for name in FORMS[form].parts}
    found = {UUID(own_id): empty | object_of(resource, named) for own_id, resource in resources.items()}
    if form == "service":
        for own_id, modified in await tx.execute(
            select(service.c.id, service.c.last_modified).where(service.c.id.in_(list(found)))
        ):
            found[own_id]["last_modified"] = value_of(modified)
    return found


async def _whole_places(tx: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, Object]:
    """A service at a place is a part of its service; here the service is shown inside of it, without its places."""
    links = select(service_at_location.c.id, service_at_location.c.service_id)
    owners = {row[0]: row[1] for row in await tx.execute(links.where(service_at_location.c.id.in_(list(ids))))}
    services = await whole(tx, "service", set(owners.values()))
    empty: Object = {name: [] for name in FORMS["service_at_location"].parts}
    found = {}
    for own_id, owner in owners.items():
        inside = {name: value for name, value in services[owner].items() if name not in (PLACES, EXTENSION)}
        (here,) = (one for one in services[owner][PLACES] if one["id"] == str(own_id))
        found[own_id] = empty | here | {"service_id": str(owner), "service": inside}
    return found


async def _embed(
    tx: AsyncConnection,
    name: str,
    column_and_kind: tuple[str, str],
    rows: Iterable[Mapping[str, Any]],
    found: dict[UUID, Object],
) -> None:
    column, kind = column_and_kind
    inside = await brief(tx, kind, {row[column] for row in rows if row[column] is not None})
    for row in rows:
        if row[column] in inside:
            found[row["id"]][name] = inside[row[column]]


async def _rows(tx: AsyncConnection, query: Select[Any]) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in (await tx.execute(query)).mappings()]
