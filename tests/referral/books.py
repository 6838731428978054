"""A directory in a database: files brought in, the whole given out."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lotse_chassis.service import Service
from lotse_referral.app import build
from lotse_referral.domain.directory.faults import RowFault
from lotse_referral.handlers.importing import Done, imported
from lotse_referral.providers.directory_file import Asked, DirectoryFile
from lotse_referral.settings import ReferralSettings
from lotse_referral.store import directory_export
from tests.kit import ServiceDatabase
from tests.referral.directories import TODAY


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
