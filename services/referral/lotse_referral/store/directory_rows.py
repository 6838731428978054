"""Resources of the directory with everything that hangs on them, read from the tables in a few statements."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Select, Table, Uuid, any_, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_referral.domain.directory.form import FORMS, Part, ResourceType
from lotse_referral.domain.directory.resources import CONFIDENTIAL, Resource
from lotse_referral.domain.directory.rows import resource_of
from lotse_referral.store.tables import metadata, service_extension

PAGE_ROWS = 500
OWN_TABLES = ("service_extension", "language_slot", "service_rule")
Parts = dict[str, dict[str, list[Mapping[str, Any]]]]


async def loaded(tx: AsyncConnection, type_: ResourceType, ids: Collection[str]) -> dict[str, Resource]:
    """These of one type by id; what there is not is left out."""
    if not ids:
        return {}
    table = metadata.tables[type_]
    rows = await _found(tx, select(table).where(table.c.id == any_(literal([UUID(one) for one in ids], ARRAY(Uuid)))))
    parts = await _parts(tx, type_, [row["id"] for row in rows])
    return {str(row["id"]): resource_of(type_, row, parts) for row in rows}


async def pages(tx: AsyncConnection, type_: ResourceType) -> AsyncIterator[list[Resource]]:
    """All of one type, by id, a page at a time."""
    table = metadata.tables[type_]
    last: UUID | None = None
    while True:
        after = [] if last is None else [table.c.id > last]
        found = await tx.execute(select(table.c.id).where(*after).order_by(table.c.id).limit(PAGE_ROWS))
        ids = [str(one) for one in found.scalars()]
        resources = await loaded(tx, type_, ids)
        yield [resources[one] for one in ids]
        if len(ids) < PAGE_ROWS:
            return
        last = UUID(ids[-1])


async def ids_of(tx: AsyncConnection, type_: ResourceType) -> frozenset[str]:
    """Which of one type there are."""
    return frozenset(map(str, (await tx.execute(select(metadata.tables[type_].c.id))).scalars()))


async def secret_services(tx: AsyncConnection) -> frozenset[str]:
    """Whose place is secret."""
    column = service_extension.c[CONFIDENTIAL.removeprefix("lotse.")]
    return frozenset(map(str, (await tx.execute(select(service_extension.c.service_id).where(column))).scalars()))


async def _parts(tx: AsyncConnection, type_: ResourceType, ids: Sequence[UUID]) -> Parts:
    found: Parts = {}
    for part in FORMS[type_].parts.values():
        await _hanging(tx, part, ids, found)
    await _rows(tx, "field_source", "resource_id", ids, found)
    if type_ == "service":
        for table in OWN_TABLES:
            await _rows(tx, table, "service_id", ids, found)
    return found


async def _hanging(tx: AsyncConnection, part: Part, ids: Sequence[UUID], found: Parts) -> None:
    rows = await _rows(tx, part.form, part.owner, ids, found)
    if rows:
        for inner in FORMS[part.form].parts.values():
            await _hanging(tx, inner, [row["id"] for row in rows], found)


async def _rows(
    tx: AsyncConnection, name: str, owner: str, ids: Sequence[UUID], found: Parts
) -> Sequence[Mapping[str, Any]]:
    table: Table = metadata.tables[name]
    query = select(table).where(table.c[owner] == any_(literal(ids, ARRAY(Uuid))))
    if name == "metadata":
        query = query.where(table.c.origin == "file")
    rows = await _found(tx, query)
    by_owner = found.setdefault(f"{name}.{owner}", {})
    for row in rows:
        by_owner.setdefault(str(row[owner]), []).append(row)
    return rows


async def _found(tx: AsyncConnection, query: Select[Any]) -> list[Mapping[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in (await tx.execute(query)).mappings()]
