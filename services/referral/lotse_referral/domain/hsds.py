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
MINIMAL = ("id", "name", "status", "last_modified")
"""What HSDS requires of a service, and when it changed last, so that a copy knows what to fetch."""
NOT_SHOWN = frozenset({"service_id", "digest", "check_said_for", "version"})


def shaped(row: Row, fields: Iterable[str], *, also: Sequence[str] = ()) -> Object:
    """The id and the named fields that are known, as JSON has them."""
    names = ("id", *fields, *also)
    return {name: value_of(row[name]) for name in names if row.get(name) is not None}


def minimal(service: Object) -> Object:
    """Enough to see whether a copy of a service is still the newest."""
    return {name: service[name] for name in MINIMAL if name in service}


def extension_of(row: Row, **lists: Any) -> Object:
    """Our own fields of a service. Empty lists stay away but for the doubtful languages, which are asked for."""
    plain = {name: value_of(value) for name, value in row.items() if value is not None and name not in NOT_SHOWN}
    known = {name: value for name, value in lists.items() if value or name == "doubtful_languages"}
    return {name: value for name, value in plain.items() if value != []} | known


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


def value_of(value: Any) -> Any:
    """A column as JSON has it: moments in UTC to the millisecond, days and ids as text."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
