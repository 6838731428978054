"""Shapes rows of the directory as HSDS 3.1 objects; what is unknown is left out, never null and never made up."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

Row = Mapping[str, Any]
Object = dict[str, Any]

VERSION = "3.1"
PROFILE_PATH = "/"
EXTENSION = "lotse"
"""Where our own fields stand; HSDS has no word for them."""
MINIMAL = ("id", "name", "status")


def listed(service: Row, organization: Row | None) -> Object:
    """A service as a list shows it."""
    shown = _plain(service)
    return shown if organization is None else shown | {"organization": _plain(organization)}


def minimal(service: Row) -> Object:
    """Only what HSDS requires."""
    return {name: value for name, value in _plain(service).items() if name in MINIMAL}


def full(service: Row, organization: Row | None, parts: Mapping[str, Sequence[Row]]) -> Object:
    """A service with everything that hangs on it."""
    own = {name: [row for row in rows if row["service_id"] == service["id"]] for name, rows in parts.items()}
    shown = listed(service, organization)
    shown |= {
        "phones": [_plain(row) for row in own["phone"]],
        "languages": [_plain(row, without=("doubtful",)) for row in own["language"]],
        "schedules": [_plain(row) for row in own["schedule"]],
        "service_areas": [_plain(row) for row in own["service_area"]],
        "service_at_locations": [_place(row, own["address"]) for row in own["location"]],
        "attributes": [_attribute(row) for row in own["attribute"]],
    }
    for extension in own["service_extension"]:
        shown[EXTENSION] = _extension(extension, own["language"])
    return shown


def page_of(contents: Sequence[Object], *, total: int, number: int, size: int) -> Object:
    """A page as the HSDS API has it."""
    pages = max(1, -(-total // size))
    return {
        "total_items": total,
        "total_pages": pages,
        "page_number": number,
        "size": len(contents),
        "first_page": number == 1,
        "last_page": number >= pages,
        "empty": not contents,
        "contents": list(contents),
    }


def _place(row: Row, addresses: Iterable[Row]) -> Object:
    location = _plain(row, without=("service_id", "link_id"))
    own = [address for address in addresses if address["location_id"] == row["id"]]
    location["addresses"] = [_plain(address, without=("service_id",)) for address in own]
    ids = {"service_id": str(row["service_id"]), "location_id": str(row["id"])}
    return {"id": str(row["link_id"]), **ids, "location": location}


def _attribute(row: Row) -> Object:
    term = _plain(row, without=("service_id", "attribute_id"))
    ids = {"link_id": str(row["service_id"]), "taxonomy_term_id": str(row["id"])}
    return {"id": str(row["attribute_id"]), **ids, "link_entity": "service", "taxonomy_term": term}


def _extension(row: Row, languages: Iterable[Row]) -> Object:
    shown = _plain(row, without=("service_id", "digest", "directory"))
    return shown | {"doubtful_languages": sorted(spoken["code"] for spoken in languages if spoken["doubtful"])}


def _plain(row: Row, without: Sequence[str] = ()) -> Object:
    return {name: _value(value) for name, value in row.items() if value is not None and name not in without}


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
