"""Objects of the directory with everything that hangs on them, read table by table as the forms of HSDS say."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_referral.domain.directory.form import FORMS
from lotse_referral.domain.directory.own_form import SLOT
from lotse_referral.domain.hsds import EXTENSION, Object, extension_of, shaped
from lotse_referral.store.tables import metadata
from lotse_referral.store.tables.directory import field_source, history, language_slot, service_rule

HISTORY = "metadata"
HISTORY_MAX = 100  # of one object; the latest
WITH_PARTS = frozenset({"location"})  # what is shown whole where it is embedded
ALSO_SHOWN = {
    "service": ("last_modified",),
    "service_at_location": ("service_id",),
    "attribute": ("link_id", "link_entity"),
}
"""Columns that no file sets, and parts that name what they hang on; the others are shown inside it and need not."""


async def nested(tx: AsyncConnection, form: str, ids: Collection[UUID], *, parts: bool = True) -> dict[UUID, Object]:
    """The objects of one kind by id, in no order; without `parts` only their own fields and what they embed.

    A number of statements that depends on the form alone, however many objects are asked for.
    """
    table = metadata.tables[form]
    rows = await _rows(tx, select(table).where(table.c.id.in_(list(ids))))
    found = {row["id"]: shaped(row, FORMS[form].fields, also=_also(form)) for row in rows}
    await _embed(tx, form, rows, found)
    if parts and found:
        await _hang(tx, form, found)
    if parts and form == "service" and found:
        await _extend(tx, found)
    return found


async def _embed(tx: AsyncConnection, form: str, rows: Iterable[Mapping[str, Any]], found: dict[UUID, Object]) -> None:
    for name, (column, kind) in FORMS[form].embedded.items():
        wanted = {row[column] for row in rows if row[column] is not None}
        if not wanted:
            continue
        whole = await nested(tx, kind, wanted, parts=kind in WITH_PARTS)
        for row in rows:
            if row[column] in whole:
                found[row["id"]][name] = whole[row[column]]


async def _hang(tx: AsyncConnection, form: str, found: dict[UUID, Object]) -> None:
    """Every list of the form stands there, empty where nothing is known."""
    for name, part in FORMS[form].parts.items():
        for owner in found.values():
            owner[name] = []
        for owner_id, one in await _of(tx, form, part.form, part.owner, found):
            found[owner_id][name].append(one)


async def _of(
    tx: AsyncConnection, form: str, part: str, owner: str, owners: Collection[UUID]
) -> list[tuple[UUID, Object]]:
    table = metadata.tables[part]
    if part == HISTORY:
        return await _history(tx, form, owners)
    query = select(table).where(table.c[owner].in_(list(owners))).order_by(*_order(table))
    if "link_entity" in table.c:
        query = query.where(table.c.link_entity == form)
    rows = await _rows(tx, query)
    whole = {row["id"]: shaped(row, FORMS[part].fields, also=_also(part)) for row in rows}
    await _embed(tx, part, rows, whole)
    if FORMS[part].parts and whole:
        await _hang(tx, part, whole)
    return [(row[owner], whole[row["id"]]) for row in rows]


async def _history(tx: AsyncConnection, form: str, ids: Collection[UUID]) -> list[tuple[UUID, Object]]:
    query = select(history).where(history.c.resource_id.in_(list(ids)), history.c.resource_type == form)
    rows = await _rows(tx, query.order_by(history.c.recorded_at.desc(), history.c.id))
    counted: dict[UUID, int] = {}
    latest = []
    for row in rows:
        counted[row["resource_id"]] = counted.get(row["resource_id"], 0) + 1
        if counted[row["resource_id"]] <= HISTORY_MAX:
            shown = shaped(row, FORMS[HISTORY].fields, also=("resource_id", "resource_type"))
            latest.append((row["resource_id"], shown))
    return latest


async def _extend(tx: AsyncConnection, found: dict[UUID, Object]) -> None:
    own = metadata.tables["service_extension"]
    spoken = metadata.tables["language"]
    ids = list(found)
    extensions = await _rows(tx, select(own).where(own.c.service_id.in_(ids)))
    doubtful = await _lists(tx, select(spoken.c.service_id, spoken.c.code).where(spoken.c.doubtful), spoken, ids)
    rules = await _lists(tx, select(service_rule.c.service_id, service_rule.c.rule), service_rule, ids)
    slots: dict[UUID, list[Object]] = {}
    spoken_when = select(language_slot).where(language_slot.c.service_id.in_(ids)).order_by(language_slot.c.id)
    for row in await _rows(tx, spoken_when):
        slots.setdefault(row["service_id"], []).append(shaped(row, SLOT.fields))
    sources: dict[UUID, dict[str, Object]] = {}
    for row in await _rows(tx, select(field_source).where(field_source.c.resource_id.in_(ids))):
        sources.setdefault(row["resource_id"], {})[row["field"]] = shaped(row, {}, also=("source", "assured_on"))
    for row in extensions:
        service_id = row["service_id"]
        found[service_id][EXTENSION] = extension_of(
            row,
            doubtful_languages=doubtful.get(service_id, []),
            eligibility_rules=rules.get(service_id, []),
            language_slots=slots.get(service_id, []),
            field_sources=sources.get(service_id, {}),
        )


async def _lists(
    tx: AsyncConnection, query: Select[Any, Any], table: Table, ids: Collection[UUID]
) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = {}
    for owner, value in await tx.execute(query.where(table.c.service_id.in_(list(ids)))):
        found.setdefault(owner, []).append(value)
    return {owner: sorted(values) for owner, values in found.items()}


async def _rows(tx: AsyncConnection, query: Select[Any]) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in (await tx.execute(query)).mappings()]


def _order(table: Table) -> list[Any]:
    """What counts most comes first, and always the same."""
    return [*([table.c.main.desc()] if "main" in table.c else []), table.c.id]


def _also(part: str) -> tuple[str, ...]:
    return ALSO_SHOWN.get(part, ())
