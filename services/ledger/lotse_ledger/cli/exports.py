"""`lotse-ledger export`: the auditor's bundle, and the books for two other programs."""

import argparse
import asyncio
import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.command import Subcommand
from lotse_chassis.faults import Refused
from lotse_chassis.service import Service
from lotse_ledger.cli.session import (
    EXIT_DONE,
    Told,
    actor_of,
    add_actor,
    add_dates,
    add_language,
    chosen,
    command,
    house_of,
    opened,
    resolved,
)
from lotse_ledger.domain.asof import AsOf
from lotse_ledger.domain.entries import MAIN_LOG
from lotse_ledger.domain.twins import beancount, hledger
from lotse_ledger.domain.twins.beancount import TooManyDigits
from lotse_ledger.domain.twins.transactions import Journal, tightened
from lotse_ledger.handlers.bundle_lists import Wanted, journal_of
from lotse_ledger.handlers.bundling import Made, Shelf, fixed, make
from lotse_ledger.handlers.listing import entries_at
from lotse_ledger.providers.evidence_files import evidence_files
from lotse_ledger.providers.shipped import verifier_page
from lotse_ledger.settings import LedgerSettings
from lotse_ledger.store import books, movements, witness
from lotse_ledger.store.ledgers import log_named, scales

FORMATS = {"hledger": hledger.hledger, "beancount": beancount.beancount}
WAIT_SECONDS_MAX = 600
POLL_SECONDS = 0.5


def arguments(parser: argparse.ArgumentParser) -> None:
    """What is handed out, and where to."""
    parser.add_argument(
        "what", nargs="?", choices=["journal", "bundle"], default="journal", help="default: %(default)s"
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="default of a journal: the standard output")
    journal = parser.add_argument_group("journal", "every posting, for another program that computes the balances")
    journal.add_argument("--format", choices=sorted(FORMATS))
    journal.add_argument("--ledger", default="", metavar="NAME", help="an imported log; default: the association's own")
    bundle = parser.add_argument_group("bundle", "one ZIP that proves the books without us")
    bundle.add_argument("--grant", action="append", default=[], metavar="ID", help="what the lists cover; default: all")
    bundle.add_argument("--vouchers", action="store_true", help="with payees and evidence")
    bundle.add_argument(
        "--wait", type=_seconds, default=0, metavar="SECONDS", help="for a witness of what is signed now (default: 0)"
    )
    add_dates(parser)
    add_actor(parser)
    add_language(parser)


async def _run(settings: LedgerSettings, args: argparse.Namespace) -> int:
    if args.what == "bundle" and args.out is None:
        raise Told("Wohin? --out DATEI.zip", "Where to? --out FILE.zip")
    if args.what == "journal" and args.format is None:
        raise Told("Für welches Programm? --format hledger | beancount", "For what? --format hledger | beancount")
    async with opened(settings) as service:
        return await (_bundle if args.what == "bundle" else _journal)(service, settings, args)


COMMAND = Subcommand(command(_run), arguments, "hand out the books: a journal, or the auditor's bundle")


async def _bundle(service: Service, settings: LedgerSettings, args: argparse.Namespace) -> int:
    house = house_of(service)
    async with service.engine.connect() as tx:
        at = await chosen(tx, args, service.now())
        grants = [await resolved(tx, wanted, service) for wanted in args.grant]
    if args.wait and house.evidence.witnesses:
        await _wait_for_witness(service, at, args.wait)
    wanted = Wanted(at, frozenset(one.grant_id for one in grants), vouchers=args.vouchers)
    with written_whole(args.out) as out:
        shelf = Shelf(house, verifier_page(), evidence_files(settings))
        made = await make(service, wanted, shelf, out, actor=actor_of(args))
    _say(made, args)
    return EXIT_DONE


async def _wait_for_witness(service: Service, at: AsOf, seconds: int) -> None:
    """The running ledger offers what is signed here to its partners; whether one answers in time is hers to say."""
    async with service.unit() as unit:
        unit.say(*await fixed(unit.tx, unit.context, house_of(service), at.recorded_to))
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while not await _is_witnessed(service, at):  # noqa: ASYNC110 - another process writes it
                await asyncio.sleep(POLL_SECONDS)


async def _is_witnessed(service: Service, at: AsOf) -> bool:
    async with service.engine.connect() as tx:
        found = await witness.latest(tx, size=await books.size_at(tx, at.recorded_to))
    return bool(found and found.cosigned_by)


async def _journal(service: Service, settings: LedgerSettings, args: argparse.Namespace) -> int:
    async with service.engine.connect() as tx:
        journal = await (_imported(tx, args, service) if args.ledger else _own(tx, args, service))
    try:
        with contextlib.nullcontext(sys.stdout.buffer) if args.out is None else written_whole(args.out) as out:
            for line in FORMATS[args.format](journal):
                out.write(line.encode())
    except TooManyDigits:
        raise Refused("journal_too_precise") from None
    return EXIT_DONE


async def _own(tx: AsyncConnection, args: argparse.Namespace, service: Service) -> Journal:
    at = await chosen(tx, args, service.now())
    size = await books.size_at(tx, at.recorded_to)
    return journal_of(await entries_at(tx, at), service.association, size)


async def _imported(tx: AsyncConnection, args: argparse.Namespace, service: Service) -> Journal:
    """A log that an import made; its names may be anything, so they are escaped."""
    log_id = await log_named(tx, args.ledger)
    if log_id is None or log_id == MAIN_LOG:
        raise Told("So ein importiertes Journal gibt es nicht.", "There is no such imported log.")
    at = await chosen(tx, args, service.now(), log_id=log_id)
    size = await books.size_at(tx, at.recorded_to, log_id=log_id)
    found = await movements.transactions(tx, log_id, valid_to=at.valid_to, size=size)
    return tightened(Journal(f"{args.ledger}: imported, {size} entries", found, await scales(tx, log_id)))


def _say(made: Made, args: argparse.Namespace) -> None:
    """On the standard error what a person should know; the digest of the manifest alone on the standard output."""
    german = args.lang == "de"
    size = made.exported.size
    print(f"{args.out}: {size} Einträge" if german else f"{args.out}: {size} entries", file=sys.stderr)
    if made.cosigned_by:
        print(("Zeuge: " if german else "Witness: ") + ", ".join(made.cosigned_by), file=sys.stderr)
    else:
        print(
            "Noch kein Zeuge hat diesen Stand unterschrieben; mit --wait 60 wird auf ihn gewartet."
            if german
            else "No witness has signed this state yet; --wait 60 waits for one.",
            file=sys.stderr,
        )
    for digest in made.missing:
        print(("Beleg nicht dabei: " if german else "Evidence not in it: ") + digest, file=sys.stderr)
    print(made.exported.manifest_sha256)


@contextlib.contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """A file that is there whole or not at all, for its owner alone; one that was there before is replaced."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".new")
    fresh = Path(name)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _seconds(text: str) -> int:
    if not text.isdecimal() or int(text) > WAIT_SECONDS_MAX:
        raise argparse.ArgumentTypeError(f"0 to {WAIT_SECONDS_MAX} seconds")
    return int(text)
