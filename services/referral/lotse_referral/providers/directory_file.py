"""A directory's file of any size: read once, what is kept put aside on the disk, then given back in the order to write.

What is put aside is checked as a whole before: what is there twice, leads nowhere, or hangs on itself.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from lotse_referral.domain.directory import entries, package
from lotse_referral.domain.directory.collecting import PARENTS, Collected
from lotse_referral.domain.directory.faults import RowFault
from lotse_referral.domain.directory.flat import resources_of
from lotse_referral.domain.directory.form import EXTENSION, RESOURCES, ResourceType
from lotse_referral.domain.directory.merging import united
from lotse_referral.domain.directory.reading import Reader
from lotse_referral.domain.directory.resources import Resource, Source, packed, unpacked
from lotse_referral.domain.directory.stream import NotJson
from lotse_referral.domain.directory_tables import tables_of

CHUNK_CHARACTERS = 256 * 1024
FLAT_BYTES_MAX = 64 * 1024 * 1024
BATCH_ROWS = 500
DIRECTORY = f"{EXTENSION}.directory"
Say = Callable[[RowFault], None]


@dataclass(frozen=True)
class Asked:
    """How a file is to be read: what says where it comes from, when it was true, and the name of the list."""

    path: Path
    source: str
    today: date
    as_of: date | None = None
    name: str | None = None


@dataclass
class DirectoryFile:
    """What was read of a file: `whole` unless it broke off; `flat` in our own form; `as_of` the day that it is from."""

    asked: Asked
    say: Say
    collected: Collected
    aside: dict[ResourceType, IO[str]] = field(default_factory=dict)
    rows: int = 0
    whole: bool = True
    flat: bool = False
    as_of: date | None = None

    @property
    def services(self) -> frozenset[str]:
        """The ids of the services that can be kept."""
        return frozenset(self.collected.found["service"])

    def batches(self) -> Iterator[tuple[ResourceType, list[Resource]]]:
        """What is to be written, in the order in which each may name those before it; each once in a batch."""
        lost = self.collected.break_cycles(lambda one: one)
        for type_ in RESOURCES:
            batch: dict[str, Resource] = {}
            for place, resource in self._aside(type_):
                told = self.collected.settled(_without_parent(resource, lost), place)
                if told is not None:
                    batch[told.id] = united(batch[told.id], told)[0] if told.id in batch else told
                if len(batch) >= BATCH_ROWS:
                    yield type_, list(batch.values())
                    batch = {}
            if batch:
                yield type_, list(batch.values())

    def keep(self, resource: Resource, place: str) -> None:
        """Put aside what is new of it."""
        told = self.collected.add(resource, place)
        if told is None:
            return
        if told.type == "service" and self.asked.name is not None:
            told = replace(told, fields={**told.fields, DIRECTORY: self.asked.name})
        if told.type not in self.aside:
            self.aside[told.type] = TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - closed with it
        self.aside[told.type].write(json.dumps([place, packed(told)]) + "\n")

    def _aside(self, type_: ResourceType) -> Iterator[tuple[str, Resource]]:
        kept = self.aside.get(type_)
        if kept is None:
            return
        kept.seek(0)
        for line in kept:
            place, resource = json.loads(line)
            yield place, unpacked(resource)


def read(
    asked: Asked,
    say: Say,
    already: Mapping[ResourceType, frozenset[str]] | None = None,
    secret_services: frozenset[str] = frozenset(),
) -> DirectoryFile:
    """Read a file whole, or as far as it can be read. Raises OSError if there is none."""
    made = DirectoryFile(asked, say, Collected(say, already or {}, secret_services), as_of=asked.as_of)
    reader = Reader(asked.today, Source(asked.source, asked.as_of), say, secret_places=made.collected.secret_places)
    try:
        for row in package.rows_of(_chunks(asked.path)):
            made.rows += 1
            if row.broken:
                say(RowFault(row.place, "", row.broken, "one JSON object, each field once", fatal=True))
                continue
            for resource, place in reader.read(row.type, row.value, row.place):
                made.keep(resource, place)
    except package.Flat:
        return _flat(asked, say, already or {})
    except (NotJson, UnicodeDecodeError) as fault:
        code = fault.code if isinstance(fault, NotJson) else "not_utf8"
        say(RowFault("file", "", code, "an object, a list, a page or a package of HSDS, as JSON in UTF-8", fatal=True))
        made.whole = False
    return made


def _chunks(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        while chunk := file.read(CHUNK_CHARACTERS):
            yield chunk


def _flat(asked: Asked, say: Say, already: Mapping[ResourceType, frozenset[str]]) -> DirectoryFile:
    """Our own flat form, as the shipped directory has it; it is small enough to be read at once."""
    made = DirectoryFile(asked, say, Collected(say, already), flat=True, as_of=asked.as_of)
    document = _document(asked.path)
    if document is None:
        say(RowFault("file", "", "not_a_directory", "an object with as_of, a day, and services, a list", fatal=True))
        made.whole = False
        return made
    made.as_of = asked.as_of or date.fromisoformat(document["as_of"])
    read_, faults = entries.read(document["services"], made.as_of)
    made.rows = len(document["services"])
    for one in faults:
        say(RowFault(f"services[{one.row - 1}].{one.field}", one.key, one.fault, fatal=one.fatal))
    for resource in resources_of(tables_of(read_, asked.name or asked.path.stem), read_):
        if resource.type not in PARENTS or resource.type == "organization":
            made.keep(resource, f"{resource.type}[{resource.id}]")
    return made


def _document(path: Path) -> dict[str, Any] | None:
    try:
        if path.stat().st_size > FLAT_BYTES_MAX:
            return None
        document = json.loads(path.read_text(encoding="utf-8-sig"))
        date.fromisoformat(document["as_of"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return document if isinstance(document.get("services"), list) else None


def _without_parent(resource: Resource, lost: Mapping[ResourceType, frozenset[str]]) -> Resource:
    if resource.id not in lost.get(resource.type, ()):
        return resource
    named = PARENTS[resource.type]
    return replace(resource, fields={name: value for name, value in resource.fields.items() if name != named})
