"""`lotse-ledger balances --ledger NAME`: what stands in the accounts of an imported log, as of two dates."""

import argparse
import asyncio
import json
import sys
from datetime import UTC, date, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.database import engine_of
from lotse_chassis.settings import Settings
from lotse_ledger.cli.exits import EXIT_DATES, EXIT_LEDGER
from lotse_ledger.domain.amounts import decimal_text
from lotse_ledger.domain.asof import BeyondLastEntry, NothingRecorded, as_of
from lotse_ledger.domain.imports import BadLedgerName, check_ledger_name
from lotse_ledger.store import books
from lotse_ledger.store.ledgers import log_named, scales

DAY_CHARACTERS = len("2026-01-02")


def arguments(parser: argparse.ArgumentParser) -> None:
    """What is typed behind `balances`."""
    parser.add_argument("--ledger", required=True, metavar="NAME", help="the name that it was imported under")
    parser.add_argument("--valid-to", metavar="DAY", help="entries of days until this one; all where left out")
    parser.add_argument("--recorded-to", metavar="INSTANT", help="as known at this instant, or at the end of this day")
    parser.add_argument("--json", action="store_true", help='{account: {currency: "decimal"}}')


def print_balances(settings: Settings, given: argparse.Namespace) -> int:
    """Print them; returns the exit code."""
    try:
        check_ledger_name(given.ledger, association=settings.association)
        valid_to = date.max if given.valid_to is None else date.fromisoformat(given.valid_to)
        recorded_to = None if given.recorded_to is None else _instant(given.recorded_to)
        found = asyncio.run(_balances(settings, given.ledger, valid_to, recorded_to))
    except (BadLedgerName, LookupError) as fault:
        print(f"lotse ledger: {fault.args[0]}", file=sys.stderr)
        return EXIT_LEDGER
    except BeyondLastEntry:
        print("lotse ledger: --recorded-to lies beyond the last entry: the answer could still change", file=sys.stderr)
        return EXIT_DATES
    except ValueError:
        print("lotse ledger: a day is 2026-01-02, an instant 2026-01-02T03:04:05Z with an offset", file=sys.stderr)
        return EXIT_DATES
    _print(found, as_json=given.json)
    return 0


async def _balances(
    settings: Settings, name: str, valid_to: date, recorded_to: date | datetime | None
) -> dict[str, dict[str, str]]:
    engine = engine_of(settings.database_url)
    try:
        async with engine.connect() as tx:
            log_id = await log_named(tx, name)
            if log_id is None:
                raise LookupError("there is no ledger of this name")
            return await _found(tx, log_id, valid_to, recorded_to)
    finally:
        await engine.dispose()


async def _found(
    tx: AsyncConnection, log_id: int, valid_to: date, recorded_to: date | datetime | None
) -> dict[str, dict[str, str]]:
    last, now = await books.last_recorded_at(tx, log_id=log_id), datetime.now(UTC)
    try:
        chosen = as_of(valid_to=valid_to, recorded_to=recorded_to, last_recorded_at=last, now=now)
    except NothingRecorded:
        return {}
    decimals = await scales(tx, log_id)
    found: dict[str, dict[str, str]] = {}
    for one in await books.balances(tx, chosen, log_id=log_id):
        found.setdefault(one.account, {})[one.currency] = decimal_text(one.amount, decimals[one.currency])
    return found


def _instant(text: str) -> date | datetime:
    if len(text) <= DAY_CHARACTERS:
        return date.fromisoformat(text)
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("an instant has an offset")
    return instant.astimezone(UTC)


def _print(found: dict[str, dict[str, str]], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(found, ensure_ascii=False, sort_keys=True))
        return
    for account, amounts in found.items():
        for currency, amount in amounts.items():
            print(f"{amount:>24} {currency}  {account}")
