"""A directory in our own flat form as resources: the same ids in every association, a source for each field."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lotse_referral.domain.directory.entries import Entry
from lotse_referral.domain.directory.form import EXTENSION, FORMS, ResourceType
from lotse_referral.domain.directory.resources import Resource, Source
from lotse_referral.domain.directory.rows import Row, resource_of

OURS = frozenset({f"{EXTENSION}.directory", f"{EXTENSION}.sources", f"{EXTENSION}.assurance"})
"""They say where the rest is from; no source says them."""
UNSTATED = frozenset({"languages", f"{EXTENSION}.doubtful_languages"})
"""Where languages are doubtful, no source states them."""
HELD: tuple[ResourceType, ...] = ("taxonomy_term", "organization", "location", "service")
OWNED = {("field_source", "resource_id")} | {
    (table, "service_id") for table in ("service_extension", "language_slot", "service_rule")
}
SOURCES_BETWEEN = "; "


def resources_of(tables: Mapping[str, Iterable[Row]], entries: Iterable[Entry]) -> Iterator[Resource]:
    """The resources that rows by table amount to, with the sources of the entries that they were made of."""
    parts = by_owner(tables)
    by_service = {str(entry.service_id): entry for entry in entries}
    places: dict[str, Entry | None] = {
        row["location_id"]: by_service.get(row["service_id"]) for row in tables.get("service_at_location", ())
    }
    owners: dict[str, Entry | None] = {
        row["organization_id"]: by_service.get(row["id"]) for row in reversed(list(tables.get("service", ())))
    }
    made_of: Mapping[str, Mapping[str, Entry | None]] = {
        "service": by_service,
        "location": places,
        "organization": owners,
    }
    for type_ in HELD:
        known = made_of.get(type_, {})
        for row in tables.get(type_, ()):
            resource = resource_of(type_, row, parts)
            entry = known.get(resource.id)
            yield (
                resource if entry is None else Resource(type_, resource.id, resource.fields, _sources(resource, entry))
            )


def _sources(resource: Resource, entry: Entry) -> dict[str, Source]:
    source = Source(SOURCES_BETWEEN.join(entry.sources), entry.assured_on)
    left_out = OURS | (UNSTATED if entry.languages_doubtful else frozenset())
    if resource.type == "organization":
        left_out |= {"description"}  # none of our sources describes whoever offers it
    return dict.fromkeys(sorted(resource.fields.keys() - left_out), source)


def by_owner(tables: Mapping[str, Iterable[Row]]) -> dict[str, dict[str, list[Mapping[str, Any]]]]:
    """Rows by table as what hangs on something: by `table.owner`, then by the owner's id."""
    owners = {(part.form, part.owner) for form in FORMS.values() for part in form.parts.values()}
    found: dict[str, dict[str, list[Mapping[str, Any]]]] = {}
    for table, owner in sorted(owners | OWNED):
        by_owner = found.setdefault(f"{table}.{owner}", {})
        for row in tables.get(table, ()):
            if row.get(owner) is not None:
                by_owner.setdefault(str(row[owner]), []).append(row)
    return found
