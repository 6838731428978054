"""The whole directory as text, a page of it in memory at a time."""

from collections.abc import AsyncIterator

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_referral.domain.directory.form import RESOURCES, ResourceType
from lotse_referral.domain.directory.resources import Resource
from lotse_referral.domain.directory.shapes import SECTIONS, VERSION, line_of, names_of, object_of
from lotse_referral.store import directory_rows
from lotse_referral.store.tables import service_at_location
from lotse_referral.store.tables.directory import service_capacity

SHOWN_INSIDE = {"location": service_at_location.c.location_id, "unit": service_capacity.c.unit_id}
"""Those that a service shows are not listed once more."""


async def exported(tx: AsyncConnection) -> AsyncIterator[str]:
    """The text of a package, in one order: the same directory gives the same text."""
    yield f'{{\n"version": "{VERSION}"'
    for type_ in RESOURCES:
        yield f',\n"{SECTIONS[type_]}": ['
        between = "\n"
        async for line in _lines(tx, type_):
            yield between + line
            between = ",\n"
        yield "\n]"
    yield "\n}\n"


async def _lines(tx: AsyncConnection, type_: ResourceType) -> AsyncIterator[str]:
    shown = await _shown_inside(tx, type_)
    async for page in directory_rows.pages(tx, type_):
        shown_inside = await named(tx, page)
        for one in page:
            if one.id not in shown:
                yield line_of(object_of(one, shown_inside))


async def _shown_inside(tx: AsyncConnection, type_: ResourceType) -> frozenset[str]:
    column = SHOWN_INSIDE.get(type_)
    if column is None:
        return frozenset()
    return frozenset(map(str, (await tx.execute(select(column).distinct())).scalars()))


async def named(tx: AsyncConnection, page: list[Resource]) -> dict[tuple[ResourceType, str], Resource]:
    """What these show inside, and what that shows: a term its taxonomy, a place nothing more."""
    found: dict[tuple[ResourceType, str], Resource] = {}
    asked = page
    while asked:
        wanted = {name for one in asked for name in names_of(one)} - found.keys()
        asked = []
        for type_ in sorted({type_ for type_, _ in wanted}):
            ids = [one for kind, one in wanted if kind == type_]
            for own_id, resource in (await directory_rows.loaded(tx, type_, ids)).items():
                found[type_, own_id] = resource
                asked.append(resource)
    return found
