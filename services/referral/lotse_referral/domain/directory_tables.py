"""Turns entries of a directory into rows in the shape of HSDS 3.1; nothing is written that the source does not say."""

from collections.abc import Iterable

from lotse_referral.domain.codes import CONCERNS, TAXONOMY, TAXONOMY_VERSION
from lotse_referral.domain.directory import Entry, identifier
from lotse_referral.domain.directory.flat import resources_of
from lotse_referral.domain.directory.policy import next_check
from lotse_referral.domain.directory.rows import Row, rows_of, term_id

__all__ = ["Row", "tables_of", "term_id"]

DESCRIPTION_UNKNOWN = "No description is known."
STATE_OF_CITY = {"Dresden": "Sachsen"}
"""HSDS wants a state in every address; where we do not know it, the address stays a text."""
COUNTRY = "DE"


def tables_of(entries: Iterable[Entry], directory: str) -> dict[str, list[Row]]:
    """The rows by table. Ids come from stable keys, so that loading twice changes nothing."""
    tables: dict[str, list[Row]] = {"directory": [{"name": directory}], "taxonomy_term": _terms()}
    organizations: dict[str, Row] = {}
    known = tuple(entries)
    for entry in known:
        organization = _organization(entry)
        organizations.setdefault(organization["id"], organization)
        for table, row in _rows(entry, directory):
            tables.setdefault(table, []).append(row)
    return _sourced(tables | {"organization": list(organizations.values())}, known)


def _sourced(tables: dict[str, list[Row]], entries: Iterable[Entry]) -> dict[str, list[Row]]:
    """With the source of each field, and the day on which somebody should look at it again."""
    made = tuple(resources_of(tables, entries))
    due = {one.id: next_check(one) for one in made if one.type == "service"}
    for extension in tables.get("service_extension", ()):
        day = due[extension["service_id"]]
        extension["next_check_due"] = None if day is None else day.isoformat()
    return tables | {"field_source": [row for one in made for row in rows_of(one).get("field_source", ())]}


def _organization(entry: Entry) -> Row:
    name = entry.organization
    return {"id": str(identifier("organization", name)), "name": name, "description": DESCRIPTION_UNKNOWN}


def _rows(entry: Entry, directory: str) -> Iterable[tuple[str, Row]]:
    service_id, key = str(entry.service_id), entry.key
    yield "service", _service(entry)
    yield "service_extension", _extension(entry, directory)
    yield from _place(entry)
    if entry.phone is not None:
        yield "phone", {"id": _id("phone", key, entry.phone), "service_id": service_id, "number": entry.phone}
    for code in entry.languages:
        yield "language", _language(entry, code)
    for area in entry.service_area:
        yield "service_area", {"id": _id("area", key, area), "service_id": service_id, "name": area}
    for rule in entry.rules:
        yield "service_rule", {"service_id": service_id, "rule": rule}
    for code in entry.codes:
        yield "attribute", _attribute(entry, code)


def _service(entry: Entry) -> Row:
    return {
        "id": str(entry.service_id),
        "organization_id": str(identifier("organization", entry.organization)),
        "name": entry.name,
        "description": entry.description,
        "url": entry.website,
        "email": entry.email,
        "status": entry.status,
        "interpretation_services": "An interpreter can be called in." if entry.interpreter else None,
        "application_process": _application_process(entry),
        "minimum_age": entry.minimum_age,
        "maximum_age": entry.maximum_age,
        "assured_date": None if entry.assured_on is None else entry.assured_on.isoformat(),
        "digest": entry.digest,
    }


def _application_process(entry: Entry) -> str | None:
    if entry.appointment_only:
        return "Only with an appointment."
    return "An institution books for the person." if entry.for_institutions else None


def _extension(entry: Entry, directory: str) -> Row:
    return {
        "service_id": str(entry.service_id),
        "association": entry.association,
        "address_text": None if entry.confidential else entry.address_text,
        "valid_to": None if entry.valid_to is None else entry.valid_to.isoformat(),
        "assurance": entry.assurance,
        "capacity": entry.capacity,
        "interpreter": entry.interpreter,
        "appointment_only": entry.appointment_only,
        "for_institutions": entry.for_institutions,
        "confidential_location": entry.confidential,
        "note": entry.note,
        "sources": list(entry.sources),
        "directory": directory,
        "digest": entry.digest,
    }


def _place(entry: Entry) -> Iterable[tuple[str, Row]]:
    if entry.address_text is None or entry.confidential:
        return
    location_id = _id("location", entry.key)
    state = STATE_OF_CITY.get(entry.city or "")
    whole = entry.address_whole and state is not None
    described = None if whole else entry.address_text
    yield "location", {"id": location_id, "location_type": "physical", "description": described}
    link = {"id": _id("at", entry.key), "service_id": str(entry.service_id), "location_id": location_id}
    yield "service_at_location", link
    if whole:
        yield (
            "address",
            {
                "id": _id("address", entry.key),
                "location_id": location_id,
                "address_1": entry.street,
                "city": entry.city,
                "state_province": state,
                "postal_code": entry.postal_code,
                "country": COUNTRY,
                "address_type": "physical",
            },
        )


def _language(entry: Entry, code: str) -> Row:
    doubtful = entry.languages_doubtful
    note = "No source states this language." if doubtful else None
    row: Row = {"id": _id("language", entry.key, code), "service_id": str(entry.service_id), "code": code}
    return row | {"note": note, "doubtful": doubtful}


def _attribute(entry: Entry, code: str) -> Row:
    row: Row = {"id": _id("attribute", entry.key, code), "link_id": str(entry.service_id)}
    return row | {"taxonomy_term_id": term_id(code), "main": code == entry.primary_code}


def _terms() -> list[Row]:
    rows = []
    for code, concern in CONCERNS.items():
        rows.append(_term(code, concern.english, f"{concern.german} ({TAXONOMY_VERSION})", None))
        rows.extend(_term(finer, finer, f"{concern.english}: {finer}", term_id(code)) for finer in concern.finer)
    return rows


def _term(code: str, name: str, description: str, parent_id: str | None) -> Row:
    return {
        "id": term_id(code),
        "code": code,
        "name": name,
        "description": description,
        "taxonomy": TAXONOMY,
        "parent_id": parent_id,
    }


def _id(kind: str, *keys: str) -> str:
    return str(identifier(kind, ":".join(keys)))
