"""What every command of a treasurer needs: open books, the dates and the grant that were asked for, one language."""

import argparse
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from datetime import UTC, date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import administration
from lotse_chassis.administration import EXIT_DONE, EXIT_REFUSED, Told, actor_of, add_actor, add_language
from lotse_chassis.faults import Refused
from lotse_chassis.service import Service
from lotse_chassis.settings import Settings
from lotse_ledger.app import build
from lotse_ledger.domain.asof import AsOf, BeyondLastEntry, NothingRecorded, as_of
from lotse_ledger.domain.entries import MAIN_LOG
from lotse_ledger.domain.grants import Grant, grants_of
from lotse_ledger.handlers.house import House
from lotse_ledger.http.access import Gate
from lotse_ledger.problems import PROBLEM_TEXTS
from lotse_ledger.settings import LedgerSettings
from lotse_ledger.store import books

__all__ = [
    "EXIT_DONE",
    "EXIT_REFUSED",
    "TREASURER",
    "Told",
    "actor_of",
    "add_actor",
    "add_dates",
    "add_language",
    "all_grants",
    "chosen",
    "command",
    "day",
    "grant_of",
    "house_of",
    "instant",
    "latest",
    "opened",
    "resolved",
    "sentence",
]

PREFIX_CHARACTERS_MIN = 4  # of a grant's id; fewer are too easily another's
TREASURER = "treasurer"

Run = Callable[[LedgerSettings, argparse.Namespace], Coroutine[Any, Any, int]]


def command(run: Run) -> Callable[[Settings, argparse.Namespace], int]:
    """What the command line runs: whatever is refused becomes a sentence and the exit code 1."""
    return lambda settings, args: administration.ran(run, cast(LedgerSettings, settings), args, PROBLEM_TEXTS)


def sentence(fault: Refused, language: str) -> str:
    """What a person reads when the ledger refuses."""
    return PROBLEM_TEXTS.get(fault.code, {}).get(language, fault.code)


def add_dates(parser: argparse.ArgumentParser) -> None:
    """`--valid-to` and `--recorded-to`."""
    parser.add_argument("--valid-to", type=day, metavar="DAY", help="valid until the end of this day; default: today")
    parser.add_argument(
        "--recorded-to", type=instant, metavar="DAY|INSTANT", help="as known then; default: the last entry"
    )


def day(text: str) -> date:
    """`2026-03-31` or `31.03.2026`. Raises ArgumentTypeError."""
    for form in ("%Y-%m-%d", "%d.%m.%Y"):
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC).date()
        except ValueError:
            continue
    raise argparse.ArgumentTypeError("a day is 2026-03-31 or 31.03.2026")


def instant(text: str) -> date | datetime:
    """A day, or an instant with its offset. Raises ArgumentTypeError."""
    try:
        return day(text)
    except argparse.ArgumentTypeError:
        pass
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("a day, or an instant such as 2026-03-31T12:00:00Z") from None
    if found.tzinfo is None:
        raise argparse.ArgumentTypeError("an instant has an offset, such as Z or +01:00")
    return found.astimezone(UTC)


def opened(settings: LedgerSettings) -> AbstractAsyncContextManager[Service]:
    """The ledger without its loops and its face."""
    return administration.opened(build, settings)


def house_of(service: Service) -> House:
    """The keys and partners that this ledger was built with."""
    gate: Gate = service.http.state.gate
    return gate.house


async def chosen(tx: AsyncConnection, args: argparse.Namespace, now: datetime, *, log_id: int = MAIN_LOG) -> AsOf:
    """The two dates asked for. Raises Refused."""
    last = await books.last_recorded_at(tx, log_id=log_id)
    try:
        return as_of(valid_to=args.valid_to, recorded_to=args.recorded_to, last_recorded_at=last, now=now)
    except NothingRecorded:
        raise Refused("nothing_recorded") from None
    except BeyondLastEntry:
        raise Refused("beyond_last_entry", fields=("recorded_to",)) from None


async def latest(tx: AsyncConnection) -> AsOf:
    """Everything that is known. Raises Refused where nothing is."""
    last = await books.last_recorded_at(tx)
    if last is None:
        raise Refused("nothing_recorded")
    return AsOf(date.max, last)


async def resolved(tx: AsyncConnection, wanted: str, service: Service) -> Grant:
    """The grant, as everything that is known says it. Raises Told or Refused."""
    return await grant_of(tx, wanted, await latest(tx), service.association)


async def all_grants(tx: AsyncConnection, at: AsOf, association: str) -> tuple[Grant, ...]:
    """As of the two dates."""
    return grants_of(await books.entries_of_grants(tx, at), association)


async def grant_of(tx: AsyncConnection, wanted: str, at: AsOf, association: str) -> Grant:
    """By its id, or by how the id begins if no other one begins so. Raises Told."""
    grants = await all_grants(tx, at, association)
    found = [one for one in grants if _is_meant(one.grant_id, wanted)]
    if len(found) == 1:
        return found[0]
    known = "\n".join(f"  {one.grant_id}" for one in (found or grants)) or "  -"
    raise Told(
        f"Welche Zuwendung ist gemeint? Bekannt sind:\n{known}",
        f"Which grant is meant? Known are:\n{known}",
    )


def _is_meant(grant_id: UUID, wanted: str) -> bool:
    text = wanted.strip().lower()
    return str(grant_id) == text or (len(text) >= PREFIX_CHARACTERS_MIN and str(grant_id).startswith(text))
