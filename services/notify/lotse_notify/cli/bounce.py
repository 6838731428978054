"""`lotse-notify bounce < mail`: for a mail server that hands each bounce to a command, as Postfix's `pipe` does."""

import argparse
import asyncio
import sys
from typing import cast

from lotse_chassis.command import Subcommand
from lotse_chassis.settings import Settings
from lotse_notify.cli.session import database
from lotse_notify.domain.bounces import BOUNCE_BYTES_MAX, Bounce, bounce_of, received_of
from lotse_notify.settings import NotifySettings
from lotse_notify.store import receipts
from lotse_notify.workers.databaseaway import DATABASE_AWAY

EXIT_TAKEN = 0
EXIT_AGAIN = 75
"""EX_TEMPFAIL of sysexits.h: the mail server keeps the mail and comes again."""


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "recipients", nargs="*", metavar="ADDRESS", help="the envelope's recipients, `${recipient}` in Postfix"
    )


def _bounce(settings: Settings, args: argparse.Namespace) -> int:
    """Prints what the mail was; a mail that is no bounce is taken as well, since nobody is to be answered."""
    raw = sys.stdin.buffer.read(BOUNCE_BYTES_MAX + 1)
    try:
        print(asyncio.run(_kept(cast(NotifySettings, settings), raw, args.recipients)))
    except DATABASE_AWAY as fault:
        print(f"not stored: {type(fault).__name__}", file=sys.stderr)
        return EXIT_AGAIN
    return EXIT_TAKEN


async def _kept(settings: NotifySettings, raw: bytes, recipients: list[str]) -> str:
    found = bounce_of(raw, recipients, settings.bounce_domain)
    if not isinstance(found, Bounce):
        return found
    received = received_of(found)
    if received is None or received.reference is None:
        return "unknown"
    async with database(settings) as service, service.unit() as unit:
        if not await receipts.knows(unit.tx, received.reference):
            return "unknown"
        fresh = await receipts.keep(unit.tx, [received], unit.context.now)
    return f"{found.says} {found.code}".strip() if fresh else "known"


BOUNCE = Subcommand(_bounce, _arguments, "take one bounce from standard input")
