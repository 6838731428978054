"""The rows of a directory's file: of one object, a list, a page, or a package of lists."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lotse_referral.domain.directory.form import PLURALS, ResourceType
from lotse_referral.domain.directory.stream import Broken, NotJson, Text

PAGE = "contents"
ROWS_MAX = 2_000_000
NAME_CHARACTERS_MAX = 200
TERM_MARKS = ("taxonomy", "taxonomy_id", "taxonomy_detail", "parent_id", "code", "term_uri")
LINK_MARKS = frozenset({"service", "service_id", "location", "location_id"})
"""Of a service at a location, which stands in the service here."""
SERVICE_MARKS = ("status", "organization", "organization_id")


class Flat(Exception):
    """The file is a list in our own flat form, as the shipped directory is."""


@dataclass(frozen=True)
class Row:
    """One object of the file and where it stands; `broken` says why it could not be read."""

    place: str
    type: ResourceType
    value: Any = None
    broken: str = ""


def rows_of(chunks: Iterator[str]) -> Iterator[Row]:
    """Every object of the file. Raises NotJson if it is no directory, Flat if it is one in our flat form."""
    text = Text(chunks)
    first = text.peek()
    if first == "[":
        yield from _list(text, "", "rows")
    elif first == "{":
        yield from _object(text)
    else:
        raise NotJson("not_json")
    if text.peek():
        raise NotJson("not_json")


def type_of(value: Any) -> ResourceType:
    """What an object of a list without a name is, by the fields that only such a thing has."""
    given = value if isinstance(value, dict) else {}
    if "version" in given and "status" not in given:
        return "taxonomy"
    if "location_type" in given:
        return "location"
    if any(mark in given for mark in SERVICE_MARKS):
        return "service"
    if any(mark in given for mark in TERM_MARKS):
        return "taxonomy_term"
    return "organization" if "description" in given else "service"


def _object(text: Text) -> Iterator[Row]:
    """A package or a page; or one single object, which says its id before anything hangs on it."""
    text.take("{")
    single: dict[str, Any] = {}
    found = False
    for name in _names(text):
        if text.peek() == "[" and "id" not in single and (name in PLURALS or name == PAGE):
            found = True
            if "as_of" in single and name == "services":
                raise Flat
            yield from _list(text, "" if name == PAGE else name, name)
        elif not found:
            single[name] = _value(text)
        else:
            text.value()
    if not found and "id" in single:
        yield Row("row", type_of(single), single)
    elif not found:
        raise NotJson("not_a_directory")


def _names(text: Text) -> Iterator[str]:
    if text.peek() == "}":
        text.take("}")
        return
    more = True
    while more:
        name = _value(text)
        if not isinstance(name, str) or len(name) > NAME_CHARACTERS_MAX:
            raise NotJson("not_json")
        text.take(":")
        yield name
        more = text.peek() == ","
        text.take("," if more else "}")


def _value(text: Text) -> Any:
    try:
        return text.row()
    except Broken as fault:
        raise NotJson(fault.code) from None


def _list(text: Text, section: str, shown: str) -> Iterator[Row]:
    text.take("[")
    if text.peek() == "]":
        text.take("]")
        return
    number, more = 0, True
    while more:
        if number >= ROWS_MAX:
            raise NotJson("too_many")
        yield _row(text, section, f"{shown}[{number}]")
        number += 1
        more = text.peek() == ","
        text.take("," if more else "]")


def _row(text: Text, section: str, place: str) -> Row:
    named = PLURALS.get(section)
    try:
        value = text.row()
    except Broken as fault:
        return Row(place, named or "service", broken=fault.code)
    if section == "services" and isinstance(value, dict) and "id" not in value and "category" in value:
        raise Flat
    if named is None and isinstance(value, dict) and "name" not in value and LINK_MARKS.intersection(value):
        return Row(place, "service", broken="only_a_link")
    return Row(place, named or type_of(value), value)
