"""What an administrator does about messages that may or may not have left; ids and codes only, never an address."""

import argparse
import sys
from collections.abc import Iterable
from typing import get_args
from uuid import UUID

from lotse_chassis.administration import EXIT_DONE, add_language
from lotse_chassis.command import Subcommand
from lotse_chassis.service import Service
from lotse_notify.cli.session import command, database
from lotse_notify.handlers.resolving import Found, resolve
from lotse_notify.settings import NotifySettings
from lotse_notify.store import attempts

LISTED_MAX = 1_000
EXIT_NOT_ALL = 1

_NONE = {"de": "nichts ist im Zweifel", "en": "nothing is in doubt"}
_REFUSED = {
    "de": "Zeile {number}: das ist nicht `ID arrived|absent|leave`, oder dort ist nichts im Zweifel",
    "en": "line {number}: not `ID arrived|absent|leave`, or nothing is in doubt there",
}


async def _list(settings: NotifySettings, args: argparse.Namespace) -> int:
    """One line each: notification, template, provider, since when, why."""
    async with database(settings) as service, service.unit() as unit:
        found = await attempts.doubtful(unit.tx, rows_max=LISTED_MAX)
    for one in found:
        since = one.started_at.isoformat(timespec="seconds")
        print(one.notification.notification_id, one.notification.template, one.provider, since, one.reason)
    if not found:
        print(_NONE[args.lang], file=sys.stderr)
    return EXIT_DONE


async def _resolve_all(settings: NotifySettings, args: argparse.Namespace) -> int:
    """From standard input; what is said of it leaves when notify runs."""
    return await _resolve(settings, sys.stdin, _REFUSED[args.lang])


async def _resolve(settings: NotifySettings, lines: Iterable[str], refusal: str) -> int:
    refused = 0
    async with database(settings) as service:
        for number, line in enumerate(lines, 1):
            if line.strip() and not await _resolved(service, line):
                refused += 1
                print(refusal.format(number=number))
    return EXIT_NOT_ALL if refused else 0


async def _resolved(service: Service, line: str) -> bool:
    name, _, word = line.strip().partition(" ")
    try:
        notification_id = UUID(name)
    except ValueError:
        return False
    for found in get_args(Found):
        if word.strip() == found:
            async with service.unit(actor="administrator", role="administrator") as unit:
                return await resolve(unit, notification_id, found)
    return False


UNRESOLVED = Subcommand(
    command(_list), add_language, "what may or may not have left: notification, template, provider, since when, why"
)
RESOLVE = Subcommand(
    command(_resolve_all),
    add_language,
    "take what somebody found out, a line each: `NOTIFICATION arrived|absent|leave`",
)
