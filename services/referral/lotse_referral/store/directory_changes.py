"""Writes what changed in the directory, many resources at once, with their sources and the history of each change."""
# ruff: noqa: S608 - only names of tables and columns are put into a statement, never a value

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ARRAY, Text, Uuid, any_, cast, delete, literal, select, text, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_referral.domain.directory.entries import identifier
from lotse_referral.domain.directory.form import FORMS, Part, ResourceType
from lotse_referral.domain.directory.merging import Merged, merged
from lotse_referral.domain.directory.policy import next_check
from lotse_referral.domain.directory.resources import Resource
from lotse_referral.domain.directory.rows import DOUBTFUL, OWN_SLOTS, PRIMARY, RULES, Row, Rows, rows_of
from lotse_referral.domain.directory.values import moment_text
from lotse_referral.store import directory_rows
from lotse_referral.store.tables import directory, metadata

DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
ORDER = (
    "service_at_location",
    "contact",
    "phone",
    "language",
    "schedule",
    "service_area",
    "address",
    "accessibility",
    "cost_option",
    "required_document",
    "service_capacity",
    "url",
    "funding",
    "organization_identifier",
    "attribute",
    "language_slot",
    "service_rule",
)
"""Owners before what hangs on them."""
OWN_LISTS = frozenset({DOUBTFUL, PRIMARY, OWN_SLOTS, RULES})
"""Our fields that stand in a table of parts."""
WRITING_LOCK = 0x68736473  # "hsds"
PLACES = "service_at_locations"
OWN_TABLES = ("language_slot", "service_rule")


@dataclass(frozen=True)
class Hand:
    """Who changes something, and when: a role, which everybody may read, and the pseudonym, which stays here."""

    role: str
    now: datetime
    actor: str | None = None
    from_file: bool = False


async def alone(tx: AsyncConnection) -> None:
    """Whoever writes the directory follows whoever writes it now, until the transaction ends."""
    await tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITING_LOCK})


async def put(tx: AsyncConnection, type_: ResourceType, said: Sequence[Resource], hand: Hand) -> tuple[Merged, ...]:
    """Merge these resources of one type, each there once, with what is known, and write what changed.

    What is merged is what is there: nobody else writes meanwhile.
    """
    await alone(tx)
    known = await directory_rows.loaded(tx, type_, [one.id for one in said])
    taken = await _taken(tx, said)
    results = tuple(merged(known.get(one.id), _with_own_ids(one, taken), from_file=hand.from_file) for one in said)
    await write(tx, type_, results, hand)
    return results


async def write(tx: AsyncConnection, type_: ResourceType, results: Sequence[Merged], hand: Hand) -> None:
    """Write what was merged; what did not change costs nothing."""
    changed = [one for one in results if one.changed]
    if not changed:
        return
    rows: Rows = {}
    for one in changed:
        for table, own in _rows(one, hand).items():
            rows.setdefault(table, []).extend(own)
    await _insert(tx, type_, rows.pop(type_), key="id")
    await _insert(tx, "service_extension", rows.pop("service_extension", ()), key="service_id")
    left = await _places_of(tx, changed) if type_ == "service" else frozenset()
    hidden = await _places_of(tx, [one for one in changed if one.became_secret])
    await _clear(tx, type_, changed)
    for table in (*ORDER, "field_source"):
        await _insert(tx, table, rows.pop(table, ()))
    await _insert(tx, "metadata", rows.pop("metadata"), key="")
    await _blank(tx, [UUID(one.resource.id) for one in changed if one.became_secret], left)
    await _leave(tx, left, hidden)


async def versions(tx: AsyncConnection, ids: Collection[str]) -> dict[str, int]:
    """How often each of these services was changed."""
    table = metadata.tables["service_extension"]
    query = select(table.c.service_id, table.c.version).where(table.c.service_id == _any(ids))
    return {str(row.service_id): row.version for row in await tx.execute(query)}


def _rows(one: Merged, hand: Hand) -> Rows:
    rows = rows_of(one.resource)
    if not one.new and not _parts_changed(one):
        rows = {table: own for table, own in rows.items() if table not in ORDER}
    if one.resource.type == "service":
        due = next_check(one.resource)
        rows["service"][0]["last_modified"] = hand.now.isoformat()
        rows["service_extension"][0] |= {"digest": "", "next_check_due": _text(due)}
    noted = [row | {"origin": "file", "recorded_at": hand.now.isoformat()} for row in rows.get("metadata", ())]
    return rows | {"metadata": [*noted, *(_note(one.resource, change, hand) for change in one.changes)]}


def _note(resource: Resource, change: tuple[str, str, str], hand: Hand) -> Row:
    name, before, after = change
    return {
        "id": str(uuid4()),
        "resource_id": resource.id,
        "resource_type": resource.type,
        "last_action_date": moment_text(hand.now),
        "last_action_type": "create" if name == "id" else "update",
        "field_name": name,
        "previous_value": before,
        "replacement_value": after,
        "updated_by": hand.role,
        "actor": hand.actor,
        "origin": "here",
        "recorded_at": hand.now.isoformat(),
    }


def _parts_changed(one: Merged) -> bool:
    lists = FORMS[one.resource.type].parts.keys() | OWN_LISTS
    return any(change.field in lists for change in one.changes)


async def _insert(tx: AsyncConnection, name: str, rows: Sequence[Row], key: str | None = None) -> None:
    """Rows of one table in one statement; with a key, those that are there are brought up to date, or (empty) kept."""
    if not rows:
        return
    table = metadata.tables[name]
    columns = [column for column in table.columns if any(column.name in row for row in rows)]
    names = ", ".join(f'"{column.name}"' for column in columns)
    types = ", ".join(f'"{column.name}" {column.type.compile(dialect=DIALECT)}' for column in columns)
    statement = (
        f"INSERT INTO {name} ({names}) SELECT {names} FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS g({types})"
    )
    if key is not None:
        statement += _on_conflict(name, key, [column.name for column in columns])
    given = json.dumps([{column.name: row.get(column.name) for column in columns} for row in rows])
    await tx.execute(text(statement), {"rows": given})


def _on_conflict(table: str, key: str, names: Sequence[str]) -> str:
    if not key:
        return " ON CONFLICT DO NOTHING"
    changed = [f'"{name}" = excluded."{name}"' for name in names if name != key]
    if table == "service_extension":
        changed.append("version = service_extension.version + 1")
    return f' ON CONFLICT ("{key}") DO UPDATE SET {", ".join(changed)}'


async def _clear(tx: AsyncConnection, type_: ResourceType, changed: Sequence[Merged]) -> None:
    """What hangs on them is written again where it changed; what hangs on that goes with it."""
    old = [one.resource.id for one in changed if not one.new]
    sources = metadata.tables["field_source"]
    if old:
        await tx.execute(delete(sources).where(sources.c.resource_id == _any(old)))
    anew = [one.resource.id for one in changed if not one.new and _parts_changed(one)]
    if not anew:
        return
    owners = [(part.form, part.owner) for part in FORMS[type_].parts.values() if part.form != "metadata"]
    owned = ((table, "service_id") for table in OWN_TABLES) if type_ == "service" else ()
    for name, owner in (*owners, *owned):
        table = metadata.tables[name]
        await tx.execute(delete(table).where(table.c[owner] == _any(anew)))


async def _places_of(tx: AsyncConnection, changed: Sequence[Merged]) -> frozenset[UUID]:
    """Where these services have been, if they may have left."""
    moved = [one.resource.id for one in changed if any(change.field == PLACES for change in one.changes)]
    links = metadata.tables["service_at_location"]
    found = await tx.execute(select(links.c.location_id).where(links.c.service_id == _any(moved)))
    return frozenset(found.scalars())


async def _leave(tx: AsyncConnection, places: Collection[UUID], hidden: Collection[UUID]) -> None:
    """A place that no service is at any more goes, unless an appointment is still there and it is not to be hidden."""
    if not places:
        return
    location, links, appointment = (metadata.tables[n] for n in ("location", "service_at_location", "appointment"))
    used = select(links.c.location_id).where(links.c.location_id == location.c.id).exists()
    awaited = select(appointment.c.place).where(appointment.c.place == cast(location.c.id, Text)).exists()
    free = ~awaited | location.c.id.in_(hidden)
    gone = delete(location).where(location.c.id.in_(places), ~used, free).returning(location.c.id)
    ids = list((await tx.execute(gone)).scalars())
    sources = metadata.tables["field_source"]
    await tx.execute(delete(sources).where(sources.c.resource_id.in_(ids)))


async def _blank(tx: AsyncConnection, services: Sequence[UUID], places: Collection[UUID]) -> None:
    """The history of a place that became secret keeps that it changed, and no longer what it was."""
    if not services:
        return
    kept = directory.history
    spoken = update(kept).where(kept.c.resource_id.in_([*services, *places]))
    await tx.execute(spoken.values(previous_value="", replacement_value=""))


async def _taken(tx: AsyncConnection, said: Sequence[Resource]) -> dict[str, dict[str, Mapping[str, Any]]]:
    """Which ids of parts are in the directory already, by table, with what they hang on."""
    ids: dict[str, set[str]] = {}
    for one in said:
        _part_ids(FORMS[one.type].parts, one.fields, ids)
    found: dict[str, dict[str, Mapping[str, Any]]] = {}
    for name, wanted in ids.items():
        table = metadata.tables[name]
        owners = [column for column in table.columns if column.foreign_keys or column.name in ("id", "link_id")]
        rows = (await tx.execute(select(*owners).where(table.c.id == _any(wanted)))).mappings()
        found[name] = {str(row["id"]): {str(column): value for column, value in row.items()} for row in rows}
    return found


def _part_ids(parts: Mapping[str, Part], fields: Mapping[str, Any], ids: dict[str, set[str]]) -> None:
    for name, part in parts.items():
        if part.form == "metadata":
            continue
        for value in fields.get(name, ()):
            ids.setdefault(part.form, set()).add(value["id"])
            _part_ids(FORMS[part.form].parts, value, ids)


def _with_own_ids(one: Resource, taken: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Resource:
    """A part whose id belongs to something else here is kept under an id of its own, the same one each time."""
    if not any(taken.values()):
        return one
    return replace(one, fields=_own(FORMS[one.type].parts, one.fields, one.id, taken))


def _own(
    parts: Mapping[str, Part],
    fields: Mapping[str, Any],
    owner: str,
    taken: Mapping[str, Mapping[str, Mapping[str, Any]]],
) -> dict[str, Any]:
    kept = dict(fields)
    for name, part in parts.items():
        if name not in fields or part.form == "metadata":
            continue
        kept[name] = sorted(
            (_own_part(part, value, owner, taken) for value in fields[name]), key=lambda v: str(v["id"])
        )
    return kept


def _own_part(
    part: Part, value: Mapping[str, Any], owner: str, taken: Mapping[str, Mapping[str, Mapping[str, Any]]]
) -> dict[str, Any]:
    held = taken.get(part.form, {}).get(value["id"])
    own_id = value["id"]
    if held is not None and str(held.get(part.owner)) != owner:
        own_id = str(identifier("part", f"{own_id}:{owner}"))
    return {**_own(FORMS[part.form].parts, value, own_id, taken), "id": own_id}


def _any(ids: Collection[str]) -> Any:
    return any_(literal([UUID(one) for one in ids], ARRAY(Uuid)))


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
