"""A resource as rows of tables that are named as in HSDS, and back; nothing is lost on the way."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from lotse_referral.domain.codes import CONCERNS, PARENT_OF, TAXONOMY
from lotse_referral.domain.directory.entries import identifier
from lotse_referral.domain.directory.form import EXTENSION, FORMS, Part, ResourceType
from lotse_referral.domain.directory.own_form import OWN_FIELDS, SLOTS
from lotse_referral.domain.directory.resources import CONFIDENTIAL, Resource, Source
from lotse_referral.domain.directory.values import moment_text

Row = dict[str, Any]
Rows = dict[str, list[Row]]
Hanging = Mapping[str, Mapping[str, Sequence[Mapping[str, Any]]]]
"""By `table.owner` the rows of that table, by the owner's id."""
PRIMARY, DOUBTFUL = f"{EXTENSION}.primary_code", f"{EXTENSION}.doubtful_languages"
OWN_SLOTS, RULES = f"{EXTENSION}.{SLOTS}", f"{EXTENSION}.eligibility_rules"
FLAGS = ("interpreter", "appointment_only", "for_institutions", "confidential_location")
"""Columns that cannot be empty: no is written for unknown, and only a source of its own makes it a no."""
UNKNOWN: Mapping[str, str] = {"assurance": "unknown", "capacity": "unknown", "directory": "imported"}
"""What stands in a column that cannot be empty, where nothing is known."""
ELSEWHERE = ("primary_code",)


def term_id(code: str) -> str:
    """The id of a code of our own taxonomy."""
    return str(identifier("taxonomy-term", f"{TAXONOMY}:{code}"))


CODE_OF: Mapping[str, str] = {term_id(code): code for code in (*CONCERNS, *PARENT_OF)}
"""Our own terms by their id."""


def rows_of(resource: Resource) -> Rows:
    """By table. What the store adds: when it changed, its version, its next check."""
    form = FORMS[resource.type]
    found: Rows = {resource.type: [{"id": resource.id, **{n: resource.fields.get(n) for n in form.fields}}]}
    for name, part in form.parts.items():
        _part(found, part, resource.fields.get(name, ()), resource.id, resource.type)
    if resource.type == "service":
        _own(found, resource)
    found["field_source"] = [_source(resource, name, source) for name, source in sorted(resource.sources.items())]
    return {table: rows for table, rows in found.items() if rows}


def _part(found: Rows, part: Part, values: Sequence[Row], owner: str, owner_type: str) -> None:
    form = FORMS[part.form]
    for value in values:
        row = {"id": value["id"], part.owner: owner, **{name: value.get(name) for name in form.fields}}
        if part.form in ("attribute", "metadata"):
            row["link_entity" if part.form == "attribute" else "resource_type"] = owner_type
        found.setdefault(part.form, []).append(row)
        for name, inner in form.parts.items():
            _part(found, inner, value.get(name, ()), value["id"], part.form)


def _own(found: Rows, resource: Resource) -> None:
    fields, own_id = resource.fields, resource.id
    row = {name: fields.get(f"{EXTENSION}.{name}") for name in OWN_FIELDS if name not in ELSEWHERE}
    row |= {name: bool(row[name]) for name in FLAGS} | {n: row[n] or unknown for n, unknown in UNKNOWN.items()}
    lists = {name: fields.get(f"{EXTENSION}.{name}", []) for name in ("sources", "delivery_modes")}
    found["service_extension"] = [{"service_id": own_id, **row, **lists}]
    for language in found.get("language", ()):
        doubtful = language["code"] in fields.get(DOUBTFUL, ()) and language.get("service_id") == own_id
        language["doubtful"] = doubtful
    primary = fields.get(PRIMARY)
    for attribute in found.get("attribute", ()):
        attribute["main"] = primary is not None and attribute["taxonomy_term_id"] == term_id(primary)
    slots = [{"service_id": own_id, **slot} for slot in fields.get(OWN_SLOTS, ())]
    found["language_slot"] = [
        {"id": str(identifier("slot", f"{own_id}:{sorted(slot.items())}")), **slot} for slot in slots
    ]
    found["service_rule"] = [{"service_id": own_id, "rule": rule} for rule in fields.get(RULES, ())]


def _source(resource: Resource, name: str, source: Source) -> Row:
    day = None if source.assured_on is None else source.assured_on.isoformat()
    ids = {"resource_type": resource.type, "resource_id": resource.id, "field": name}
    return {**ids, "source": source.source, "assured_on": day, "by_staff": source.by_staff}


def resource_of(type_: ResourceType, row: Mapping[str, Any], parts: Hanging) -> Resource:
    """The resource of one row; `parts` holds by `table.owner` the rows that hang on it, by the owner's id."""
    own_id = str(row["id"])
    form = FORMS[type_]
    fields = _fields(row, tuple(form.fields)) | _parts(form.parts, own_id, parts)
    sources = {source["field"]: _source_of(source) for source in _hanging(parts, "field_source.resource_id", own_id)}
    if type_ == "service":
        fields |= _own_fields(own_id, parts, sources)
        for one in _hanging(parts, "attribute.link_id", own_id):
            if one.get("main") and str(one["taxonomy_term_id"]) in CODE_OF:
                fields[PRIMARY] = CODE_OF[str(one["taxonomy_term_id"])]
    for name in sources.keys() & form.parts.keys() - fields.keys():
        fields[name] = []
    return Resource(type_, own_id, fields, sources)


def _parts(named: Mapping[str, Part], owner: str, parts: Hanging) -> Row:
    found: Row = {}
    for name, part in named.items():
        form = FORMS[part.form]
        values = [
            {"id": str(row["id"]), **_fields(row, tuple(form.fields)), **_parts(form.parts, str(row["id"]), parts)}
            for row in _hanging(parts, f"{part.form}.{part.owner}", owner)
        ]
        if values:
            found[name] = sorted(values, key=lambda value: str(value["id"]))
    return found


def _own_fields(own_id: str, parts: Hanging, sources: Mapping[str, Source]) -> Row:
    found: Row = {}
    for row in _hanging(parts, "service_extension.service_id", own_id):
        names = (*(name for name in OWN_FIELDS if name not in ELSEWHERE), "sources", "delivery_modes")
        for name, value in _fields(row, names).items():
            unknown = value in (False, [], UNKNOWN.get(name))
            if not unknown or f"{EXTENSION}.{name}" in sources:
                found[f"{EXTENSION}.{name}"] = value
    slots = [_fields(row, tuple(_SLOT_FIELDS)) for row in _hanging(parts, "language_slot.service_id", own_id)]
    doubtful = {row["code"] for row in _hanging(parts, "language.service_id", own_id) if row.get("doubtful")}
    rules = [row["rule"] for row in _hanging(parts, "service_rule.service_id", own_id)]
    listed = {OWN_SLOTS: sorted(slots, key=lambda slot: repr(sorted(slot.items())))}
    listed |= {DOUBTFUL: sorted(doubtful), RULES: sorted(rules)}
    found |= {name: value for name, value in listed.items() if value or name in sources}
    if found.get(CONFIDENTIAL) is True:
        found.pop(f"{EXTENSION}.address_text", None)
    return found


_SLOT_FIELDS = ("language", "byday", "opens_at", "closes_at", "kind", "valid_from", "valid_to")


def _hanging(parts: Hanging, key: str, owner: str) -> Sequence[Mapping[str, Any]]:
    return parts.get(key, {}).get(owner, ())


def _source_of(row: Mapping[str, Any]) -> Source:
    day = row["assured_on"]
    return Source(row["source"], date.fromisoformat(day) if isinstance(day, str) else day, row["by_staff"])


def _fields(row: Mapping[str, Any], names: Sequence[str]) -> Row:
    """What is known of a row, as JSON has it."""
    return {name: plain(row[name]) for name in names if row.get(name) is not None}


def plain(value: Any) -> Any:
    """A value of a table as JSON has it."""
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return list(value) if isinstance(value, tuple) else value
