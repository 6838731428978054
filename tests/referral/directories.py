"""Directories for tests: brought into a database, given out again, and made by hypothesis."""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from lotse_chassis.service import Service
from lotse_referral.app import build
from lotse_referral.domain.directory.faults import RowFault
from lotse_referral.handlers.importing import Done, imported
from lotse_referral.providers.directory_file import Asked, DirectoryFile, read
from lotse_referral.settings import ReferralSettings
from lotse_referral.store import directory_export
from tests.kit import ServiceDatabase

SCHEMAS = Path(__file__).parent / "hsds"
TODAY = date(2026, 11, 25)
LISTS = {"services": "service", "organizations": "organization", "locations": "location"}


@dataclass
class Brought:
    """What an import said and did."""

    file: DirectoryFile
    done: Done
    faults: list[RowFault]

    @property
    def codes(self) -> dict[str, str]:
        """Of the faults, by place."""
        return {fault.place: fault.code for fault in self.faults}


@dataclass
class Book:
    """A directory in a database, with the service that nobody runs."""

    service: Service
    folder: Path
    number: int = 0
    made: list[Path] = field(default_factory=list)

    def file(self, content: Any) -> Path:
        self.number += 1
        path = self.folder / f"directory-{self.number}.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return path

    async def bring(self, content: Any, **asked: Any) -> Brought:
        path = content if isinstance(content, Path) else self.file(content)
        whole = asked.pop("whole", False)
        faults: list[RowFault] = []
        told = Asked(path, **{"source": "a list", "today": TODAY, **asked})
        file, done = await imported(self.service, told, faults.append, actor="tester", whole=whole)
        return Brought(file, done, faults)

    async def text(self) -> str:
        async with self.service.engine.connect() as tx:
            return "".join([piece async for piece in directory_export.exported(tx)])

    async def all(self) -> dict[str, dict[str, dict[str, Any]]]:
        package = json.loads(await self.text())
        return {
            name: {one["id"]: one for one in objects} for name, objects in package.items() if isinstance(objects, list)
        }

    async def one(self, service_id: str) -> dict[str, Any]:
        return (await self.all())["services"][service_id]


def open_book(database: ServiceDatabase, folder: Path) -> Book:
    settings = ReferralSettings(association="auslaenderrat", database_url=database.url, http_port=-1)
    return Book(build(settings), folder)


def read_faults(content: Any, folder: Path) -> tuple[DirectoryFile, list[RowFault]]:
    """Without a database; everything is settled, as `check` does it."""
    path = folder / "checked.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    faults: list[RowFault] = []
    file = read(Asked(path, "a list", TODAY), faults.append)
    for _ in file.batches():
        pass
    return file, faults


def validator(name: str) -> Callable[[Any], None]:
    """Of one kind of object, by the official schema."""
    schema = json.loads((SCHEMAS / "service_with_definitions.json").read_text())
    if name != "service":
        schema = {"$ref": f"#/definitions/{name}", "definitions": schema["definitions"]}
    checked = Draft202012Validator(schema, format_checker=FormatChecker())
    return lambda shown: checked.validate(shown)


def validate(package: dict[str, Any]) -> int:
    """Every object of every list; returns how many there were."""
    count = 0
    kinds: Sequence[tuple[str, str]] = (
        ("taxonomies", "taxonomy"),
        ("taxonomy_terms", "taxonomy_term"),
        ("organizations", "organization"),
        ("programs", "program"),
        ("units", "unit"),
        ("locations", "location"),
        ("services", "service"),
    )
    for name, kind in kinds:
        valid = validator(kind)
        for shown in package[name]:
            valid(shown)
            count += 1
    return count
