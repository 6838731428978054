"""What stands for itself in a directory: an organization, a place, a service; its fields, and where each comes from."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from lotse_referral.domain.directory.form import EXTENSION, ResourceType

EVERY_FIELD = "*"
"""The source of each field that has none of its own."""
CONFIDENTIAL = f"{EXTENSION}.confidential_location"
ADDRESS_FIELDS = ("service_at_locations", f"{EXTENSION}.address_text")
"""Of a service whose place is secret: what is neither kept nor given away."""


@dataclass(frozen=True)
class Source:
    """Where a field comes from, and the day on which somebody last checked it there."""

    source: str
    assured_on: date | None = None
    by_staff: bool = False

    def beats(self, other: "Source | None") -> bool:
        """A later check wins; on the same day whoever phoned; what has no date wins only over what has none."""
        if other is None:
            return True
        if self.assured_on is None or other.assured_on is None:
            return other.assured_on is None
        if self.assured_on == other.assured_on:
            return self.by_staff or not other.by_staff
        return self.assured_on > other.assured_on


@dataclass(frozen=True)
class Resource:
    """`fields` holds what is said and nothing else: texts, numbers, lists of objects; ours under `lotse.`."""

    type: ResourceType
    id: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)

    def source_of(self, name: str) -> Source | None:
        """Where this field comes from, as far as it is known."""
        return self.sources.get(name) or self.sources.get(EVERY_FIELD)

    @property
    def confidential(self) -> bool:
        """Whether the place is secret."""
        return self.fields.get(CONFIDENTIAL) is True


class Change(NamedTuple):
    """One entry of the history: texts, as HSDS has them; lists and numbers as JSON."""

    field: str
    before: str
    after: str


def history_text(value: Any) -> str:
    """How the history writes a value; nothing is an empty text."""
    if value is None or value == []:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def packed(resource: Resource) -> str:
    """One line, to be put aside while the rest of a file is read."""
    sources = {
        name: (one.source, None if one.assured_on is None else one.assured_on.isoformat(), one.by_staff)
        for name, one in resource.sources.items()
    }
    return json.dumps([resource.type, resource.id, dict(resource.fields), sources])


def unpacked(line: str) -> Resource:
    """What was put aside."""
    type_, own_id, fields, given = json.loads(line)
    sources = {
        name: Source(source, None if day is None else date.fromisoformat(day), by_staff)
        for name, (source, day, by_staff) in given.items()
    }
    return Resource(type_, own_id, fields, sources)
