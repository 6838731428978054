"""A resource as an object of HSDS 3.1, whole and valid by itself: what it names is shown inside it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lotse_referral.domain.directory.form import EXTENSION, FORMS, PLURALS, Form, ResourceType
from lotse_referral.domain.directory.own_form import FIELD_SOURCES
from lotse_referral.domain.directory.policy import next_check
from lotse_referral.domain.directory.resources import Resource, Source

VERSION = "3.1"
Named = Mapping[tuple[ResourceType, str], Resource]
SECTIONS: Mapping[ResourceType, str] = {type_: name for name, type_ in PLURALS.items()}
BRIEF = frozenset({"organization", "taxonomy_term", "program", "unit", "taxonomy"})
"""Inside of others they are shown without what hangs on them."""


def object_of(resource: Resource, named: Named, *, brief: bool = False) -> dict[str, Any]:
    """The object; `named` has what it may show inside, and what is not there is named by its id alone."""
    form = FORMS[resource.type]
    shown = _shown(form, {"id": resource.id, **resource.fields}, named, brief=brief)
    own = _own(resource)
    return shown if brief or not own else shown | {EXTENSION: own}


def package(sections: Iterable[tuple[ResourceType, Iterable[dict[str, Any]]]]) -> Iterator[str]:
    """The text of a package, line by line: the same directory is the same text, and a change is one line."""
    yield f'{{\n"version": "{VERSION}"'
    for type_, objects in sections:
        yield f',\n"{SECTIONS[type_]}": ['
        between = "\n"
        for one in objects:
            yield between + line_of(one)
            between = ",\n"
        yield "\n]"
    yield "\n}\n"


def line_of(shown: Mapping[str, Any]) -> str:
    """One object on one line."""
    return json.dumps(shown, ensure_ascii=False)


def names_of(resource: Resource) -> Iterator[tuple[ResourceType, str]]:
    """What an object shows inside."""
    yield from _names(FORMS[resource.type], resource.fields)


def _names(form: Form, fields: Mapping[str, Any]) -> Iterator[tuple[ResourceType, str]]:
    for id_field, type_ in form.embedded.values():
        if id_field in fields:
            yield type_, fields[id_field]
    for name, part in form.parts.items():
        for value in fields.get(name, ()):
            yield from _names(FORMS[part.form], value)


def _shown(form: Form, fields: Mapping[str, Any], named: Named, *, brief: bool = False) -> dict[str, Any]:
    shown = {name: fields[name] for name in ("id", *form.fields) if name in fields}
    for name, part in form.parts.items():
        if name in fields and not brief:
            shown[name] = [_shown(FORMS[part.form], value, named) for value in fields[name]]
    for name, (id_field, type_) in form.embedded.items():
        inner = named.get((type_, fields.get(id_field, "")))
        if inner is not None and not brief:
            shown[name] = object_of(inner, named, brief=type_ in BRIEF)
    return shown


def _own(resource: Resource) -> dict[str, Any]:
    before = f"{EXTENSION}."
    own = {
        name.removeprefix(before): value for name, value in sorted(resource.fields.items()) if name.startswith(before)
    }
    due = next_check(resource) if resource.type == "service" else None
    if due is not None:
        own["next_check_due"] = due.isoformat()
    if resource.sources:
        own[FIELD_SOURCES] = {name: _source(source) for name, source in sorted(resource.sources.items())}
    return own


def _source(source: Source) -> dict[str, Any]:
    shown: dict[str, Any] = {"source": source.source}
    if source.assured_on is not None:
        shown["assured_on"] = source.assured_on.isoformat()
    return shown | ({"by_staff": True} if source.by_staff else {})
