"""`lotse-ledger erase-opening INDEX PART`: what an entry says of somebody who is no person of Lotse, such as a payee.

Persons of Lotse are erased by `erase-person` in all services at once. Books are kept for years: whether a name may go
before is for a person to decide; the entry, its leaf and every proof stay.
"""

import argparse
from functools import partial

from lotse_chassis.command import Subcommand
from lotse_ledger.cli.session import EXIT_DONE, Told, actor_of, add_actor, add_language, command, house_of, opened
from lotse_ledger.domain.erasure import erased
from lotse_ledger.domain.instants import day_of
from lotse_ledger.handlers.checkpoints import after_entry
from lotse_ledger.handlers.entering import enter
from lotse_ledger.settings import LedgerSettings
from lotse_ledger.store import books, openings


def arguments(parser: argparse.ArgumentParser) -> None:
    """What is typed behind `erase-opening`."""
    parser.add_argument("log_index", type=int, metavar="INDEX", help="the entry")
    parser.add_argument("part", metavar="PART", help="such as payee; `actor` is who gave the order")
    add_actor(parser)
    add_language(parser)


async def _run(settings: LedgerSettings, args: argparse.Namespace) -> int:
    async with opened(settings) as service, service.unit(actor=actor_of(args)) as unit:
        house, entry = house_of(service), await books.at(unit.tx, args.log_index)
        if entry is None or not await openings.erase(unit.tx, args.log_index, args.part, keys=house.keys):
            raise Told("Da ist nichts, was sich öffnen ließe.", "There is nothing that could be opened.")
        drafted = partial(erased, entry, args.part, day_of(unit.context.now))
        done = await enter(unit.tx, unit.context, house, drafted)
        unit.say(*await after_entry(unit.tx, unit.context, house, log_index=done.log_index))
    print(f"{args.log_index} {args.part}")
    return EXIT_DONE


COMMAND = Subcommand(command(_run), arguments, "erase what an entry says of somebody")
