"""What a file says of itself before anything is written: what is there twice, contradicts itself, or leads nowhere."""

import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lotse_referral.domain.directory.faults import RowFault
from lotse_referral.domain.directory.form import FORMS, RESOURCES, Field, Form, ResourceType
from lotse_referral.domain.directory.resources import Resource, history_text
from lotse_referral.domain.directory.rows import CODE_OF

PARENTS: Mapping[ResourceType, str] = {"taxonomy_term": "parent_id", "organization": "parent_organization_id"}
Say = Callable[[RowFault], None]


@dataclass
class Collected:
    """The ids of a file, with a check sum of each field; `already` are those that the directory has."""

    say: Say
    already: Mapping[ResourceType, frozenset[str]] = field(default_factory=dict)
    secret_services: frozenset[str] = frozenset()
    found: dict[ResourceType, dict[str, dict[str, int]]] = field(default_factory=lambda: {one: {} for one in RESOURCES})
    parents: dict[ResourceType, dict[str, str]] = field(default_factory=lambda: {one: {} for one in PARENTS})
    secret_places: set[str] = field(default_factory=set)

    def add(self, resource: Resource, place: str) -> Resource | None:
        """The resource with what is new of it in this file; None if there is nothing, or it is a service once more."""
        known = self.found[resource.type].get(resource.id)
        if known is not None and resource.type == "service":
            self.say(RowFault(f"{place}.id", resource.id, "doubled", "each service once", fatal=True))
            return None
        if resource.id in self.secret_services:
            links = resource.fields.get("service_at_locations", ())
            self.secret_places |= {link["location_id"] for link in links}
        told = resource if known is None else self._new(resource, known, place)
        sums = {name: _sum(value) for name, value in told.fields.items()}
        self.found[resource.type][resource.id] = (known or {}) | sums
        parent = told.fields.get(PARENTS.get(resource.type, ""))
        if parent is not None:
            self.parents[resource.type][resource.id] = parent
        return told if known is None or told.fields else None

    def settled(self, resource: Resource, place: str) -> Resource | None:
        """Without what leads nowhere; None if nothing is left of it."""
        if resource.type == "location" and resource.id in self.secret_places:
            self.say(RowFault(place, resource.id, "confidential_address", "none: the place is secret", fatal=True))
            return None
        fields = self._led(FORMS[resource.type], dict(resource.fields), place, resource.id)
        return None if fields is None else replace(resource, fields=fields)

    def break_cycles(self, places: Callable[[str], str]) -> dict[ResourceType, frozenset[str]]:
        """Those that are their own ancestors, by type: their parent is to be left out."""
        lost: dict[ResourceType, frozenset[str]] = {}
        for type_, parents in self.parents.items():
            lost[type_] = frozenset(cyclic(parents))
            for one in sorted(lost[type_]):
                name = f"{places(one)}.{PARENTS[type_]}"
                self.say(RowFault(name, one, "cycle", "a parent that does not hang on this one"))
        return lost

    def _new(self, resource: Resource, known: Mapping[str, int], place: str) -> Resource:
        fields = {}
        for name, value in resource.fields.items():
            if name not in known:
                fields[name] = value
            elif known[name] != _sum(value):
                self.say(RowFault(f"{place}.{name}", resource.id, "contradicts", "what the file says of it before"))
        return replace(resource, fields=fields)

    def _led(self, form: Form, fields: dict[str, Any], place: str, key: str) -> dict[str, Any] | None:
        for name, one in form.fields.items():
            if one.names is None or name not in fields or self._leads(one, fields[name]):
                continue
            allowed = f"the id of a {one.names} that is in the file or in the directory"
            self.say(RowFault(f"{place}.{name}", key, "refers_to_nothing", allowed, fatal=one.needed))
            if one.needed:
                return None
            del fields[name]
        for name, part in form.parts.items():
            if name in fields:
                led = (
                    self._led(FORMS[part.form], dict(value), f"{place}.{name}[{number}]", key)
                    for number, value in enumerate(fields[name])
                )
                fields[name] = [value for value in led if value is not None]
        return fields

    def _leads(self, one: Field, named: str) -> bool:
        type_ = one.names
        if type_ is None or named in self.found[type_] or named in self.already.get(type_, ()):
            return type_ != "location" or named not in self.secret_places
        return type_ == "taxonomy_term" and named in CODE_OF


def cyclic(parents: Mapping[str, str]) -> Iterable[str]:
    """Those that are their own ancestors, each once."""
    settled: set[str] = set()
    for start in parents:
        path: dict[str, None] = {}
        at: str | None = start
        while at is not None and at not in settled and at not in path:
            path[at] = None
            at = parents.get(at)
        if at is not None and at in path:
            walked = list(path)
            yield from walked[walked.index(at) :]
        settled |= path.keys()


def _sum(value: Any) -> int:
    return zlib.crc32(history_text(value).encode("utf-8", "surrogatepass"))
