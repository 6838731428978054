"""`load-directory`: `directory import` of the shipped list, or of one in its form, told by settings alone."""

import asyncio
import getpass
import json
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from sqlalchemy.exc import DBAPIError

from lotse_chassis.settings import Settings
from lotse_referral.cli.session import opened
from lotse_referral.domain.directory import Fault
from lotse_referral.domain.offers import local_day
from lotse_referral.handlers.importing import imported
from lotse_referral.migrations.loading import SHIPPED, entries_of, shipped
from lotse_referral.providers.directory_file import Asked
from lotse_referral.settings import ReferralSettings

EXIT_UNREADABLE = 1
EXIT_DATABASE = 4


def load_directory(settings: Settings) -> int:
    """Load what can be loaded; what is wrong is said row by row. Doing it again changes nothing."""
    told = ReferralSettings.model_validate(settings.model_dump())
    document = _document(told)
    if document is None:
        print("lotse referral: the directory is not a JSON object with `services`", file=sys.stderr)
        return EXIT_UNREADABLE
    entries, faults = entries_of(document)
    for line in _lines(faults):
        print(line)
    try:
        with as_file(files("lotse_referral").joinpath("data", SHIPPED)) as known:
            asyncio.run(_load(told, told.directory_file or known))
    except DBAPIError as fault:
        print(f"lotse referral: nothing was loaded: {type(fault).__name__}", file=sys.stderr)
        return EXIT_DATABASE
    print(f"lotse referral: {len(entries)} service(s) in directory {told.directory_name}, {len(faults)} fault(s)")
    return 0


def _document(settings: ReferralSettings) -> dict[str, Any] | None:
    if settings.directory_file is None:
        return shipped()
    document = _json(settings.directory_file)
    return document if isinstance(document, dict) and isinstance(document.get("services"), list) else None


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _lines(faults: Iterable[Fault]) -> Iterable[str]:
    for fault in faults:
        kept_out = "left out" if fault.fatal else "field left out"
        yield f"row {fault.row} {fault.key}: {fault.field} {fault.fault}, {kept_out}"


async def _load(settings: ReferralSettings, path: Path) -> None:
    asked = Asked(path, path.name, local_day(datetime.now(UTC)), name=settings.directory_name)
    async with opened(settings) as service:
        await imported(service, asked, lambda fault: None, actor=getpass.getuser(), whole=True)
