"""What an administrator may call besides serve and migrate: load a directory or group offers, and see what is wrong."""

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psycopg

from lotse_chassis.settings import Settings
from lotse_referral.domain.directory import Fault
from lotse_referral.domain.seats import offers_of
from lotse_referral.migrations.loading import LOADING, REMEMBER, document_of, entries_of, shipped
from lotse_referral.settings import ReferralSettings

EXIT_UNREADABLE = 1
EXIT_DATABASE = 4
OFFER = """INSERT INTO group_offer (offer_id, name, service_id, seats, open)
 VALUES (%(offer_id)s, %(name)s, %(service_id)s, %(seats)s, %(open)s)
 ON CONFLICT (offer_id) DO UPDATE SET name = excluded.name, service_id = excluded.service_id, seats = excluded.seats,
 open = excluded.open"""


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


def load_offers(settings: Settings) -> int:
    """Load group offers, new or changed; one that is wrong is said by its number, and the rest is loaded."""
    told = ReferralSettings.model_validate(settings.model_dump())
    if told.group_offers_file is None:
        print("lotse referral: name the file of group offers in LOTSE_GROUP_OFFERS_FILE", file=sys.stderr)
        return EXIT_UNREADABLE
    rows = _json(told.group_offers_file)
    if not isinstance(rows, list):
        print("lotse referral: the file of group offers cannot be read, or is not a JSON list", file=sys.stderr)
        return EXIT_UNREADABLE
    offers, wrong = offers_of(rows)
    for number in wrong:
        print(f"row {number}: needs key, name, seats of 0 or more, and a service that is a key; left out")
    try:
        with psycopg.connect(told.database_url) as connection:
            for offer in offers:
                connection.execute(OFFER, asdict(offer))
    except psycopg.Error as fault:
        print(f"lotse referral: nothing was loaded: {type(fault).__name__}", file=sys.stderr)
        return EXIT_DATABASE
    print(f"lotse referral: {len(offers)} group offer(s), {len(wrong)} left out")
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
