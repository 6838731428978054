"""What an administrator may call besides serve and migrate: load a directory, and see what is wrong."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psycopg

from lotse_chassis.settings import Settings
from lotse_referral.domain.directory import Fault
from lotse_referral.migrations.loading import LOADING, REMEMBER, document_of, entries_of, shipped
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
        _load(told.database_url, document_of(entries, told.directory_name))
    except psycopg.Error as fault:
        print(f"lotse referral: nothing was loaded: {type(fault).__name__}", file=sys.stderr)
        return EXIT_DATABASE
    print(f"lotse referral: {len(entries)} service(s) in directory {told.directory_name}, {len(faults)} fault(s)")
    return 0


def _document(settings: ReferralSettings) -> dict[str, Any] | None:
    if settings.directory_file is None:
        return shipped()
    document = _json(settings.directory_file)
    return document if isinstance(document, dict) and isinstance(document.get("services"), list) else None


def _json(path: Path | None) -> Any:
    try:
        return None if path is None else json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _lines(faults: Iterable[Fault]) -> Iterable[str]:
    for fault in faults:
        kept_out = "left out" if fault.fatal else "field left out"
        yield f"row {fault.row} {fault.key}: {fault.field} {fault.fault}, {kept_out}"


def _load(database_url: str, document: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(REMEMBER.replace(":directory", "%s").encode(), (document,))
        for statement in LOADING:
            connection.execute(statement.encode())
