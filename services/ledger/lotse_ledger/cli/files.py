"""`lotse-ledger files check|erase`: is every file there that an entry stands on; the end of one that must not be."""

import argparse
from functools import partial

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.command import Subcommand
from lotse_chassis.service import Service
from lotse_ledger.cli.session import (
    EXIT_DONE,
    EXIT_REFUSED,
    Told,
    actor_of,
    add_actor,
    add_language,
    command,
    house_of,
    latest,
    opened,
)
from lotse_ledger.cli.tables import Table, show
from lotse_ledger.domain.evidence_erased import evidence_erased, key_of
from lotse_ledger.domain.instants import day_of
from lotse_ledger.handlers.checkpoints import after_entry
from lotse_ledger.handlers.entering import enter
from lotse_ledger.handlers.listing import entries_at
from lotse_ledger.providers.evidence_files import (
    EvidenceAltered,
    EvidenceErased,
    EvidenceFiles,
    EvidenceMissing,
    evidence_files,
)
from lotse_ledger.settings import LedgerSettings
from lotse_ledger.store import log

REASON_CHARACTERS_MAX = 200
STATES = {
    "whole": ("in Ordnung", "whole"),
    "erased": ("gelöscht", "erased"),
    "missing": ("FEHLT", "MISSING"),
    "altered": ("VERÄNDERT", "ALTERED"),
    "unused": ("ohne Eintrag", "of no entry"),
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """`check` and `erase`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    checking = actions.add_parser("check", help="open every file; 1 if one is missing or altered")
    checking.add_argument("--csv", action="store_true", help="for a spreadsheet")
    erasing = actions.add_parser("erase", help="destroy a file's key for good; its digest stays in the log")
    erasing.add_argument("sha256", metavar="SHA256")
    erasing.add_argument("--reason", required=True, help="stays in the log: without a person's name")
    add_actor(erasing)
    for one in (checking, erasing):
        add_language(one)


async def _run(settings: LedgerSettings, args: argparse.Namespace) -> int:
    files = evidence_files(settings)
    if files is None:
        raise Told(
            "Für Belege ist kein Ordner eingerichtet (LOTSE_EVIDENCE_FOLDER).",
            "There is no folder for evidence (LOTSE_EVIDENCE_FOLDER).",
        )
    async with opened(settings) as service:
        return await (_check if args.action == "check" else _erase)(service, files, args)


COMMAND = Subcommand(command(_run), arguments, "the files that entries stand on")


async def _check(service: Service, files: EvidenceFiles, args: argparse.Namespace) -> int:
    async with service.engine.connect() as tx:
        named = await _named(tx)
    states = {digest: _state(files, digest) for digest in named}
    states |= {digest: "unused" for digest in files.digests() if digest not in named}
    rows = [
        (digest, STATES[state][args.lang != "de"], ", ".join(map(str, named.get(digest, ()))))
        for digest, state in sorted(states.items())
    ]
    show(Table(("SHA-256", "Stand", "Log-Index"), rows), as_csv=args.csv)
    return EXIT_REFUSED if {"missing", "altered"} & set(states.values()) else EXIT_DONE


async def _erase(service: Service, files: EvidenceFiles, args: argparse.Namespace) -> int:
    """Entered first: a file that is gone is always known to be, and a crash in between is mended by a second time."""
    digest = args.sha256.lower()
    if not 0 < len(args.reason) <= REASON_CHARACTERS_MAX:
        raise Told("--reason: 1 bis 200 Zeichen.", "--reason: 1 to 200 characters.")
    house = house_of(service)
    async with service.unit(actor=actor_of(args)) as unit:
        if digest not in await _named(unit.tx) and not files.holds(digest):
            raise Told("So eine Datei kennt das Journal nicht.", "The log knows no such file.")
        if await log.has_key(unit.tx, key_of(digest)) is None:
            drafted = partial(evidence_erased, digest, args.reason, day_of(unit.context.now))
            done = await enter(unit.tx, unit.context, house, drafted)
            unit.say(*await after_entry(unit.tx, unit.context, house, log_index=done.log_index))
    files.erase(digest)
    print(digest)
    return EXIT_DONE


async def _named(tx: AsyncConnection) -> dict[str, list[int]]:
    """By digest, the entries that stand on it."""
    found: dict[str, list[int]] = {}
    for entry in await entries_at(tx, await latest(tx)):
        for one in entry.attachments:
            found.setdefault(one.sha256, []).append(entry.log_index)
    return found


def _state(files: EvidenceFiles, digest: str) -> str:
    try:
        files.read(digest)
    except EvidenceErased:
        return "erased"
    except EvidenceMissing:
        return "missing"
    except EvidenceAltered:
        return "altered"
    return "whole"
