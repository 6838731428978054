"""`lotse-ledger replay`: check every invariant now and say in a table what holds."""

import argparse
import json
from collections.abc import Mapping
from dataclasses import asdict

from lotse_chassis.command import Subcommand
from lotse_ledger.cli.session import EXIT_DONE, add_language, command, opened
from lotse_ledger.cli.tables import Table, show
from lotse_ledger.domain.invariants.books import State
from lotse_ledger.domain.invariants.texts import TITLES, UNPROVEN
from lotse_ledger.handlers.replaying import run
from lotse_ledger.settings import LedgerSettings
from lotse_ledger.store.replays import Replay

EXIT_BROKEN = 1

STATES: Mapping[str, Mapping[State, str]] = {
    "de": {"holds": "gilt", "broken": "VERLETZT", "attention": "offen", "not_checked": "nicht prüfbar"},
    "en": {"holds": "holds", "broken": "BROKEN", "attention": "open", "not_checked": "cannot be checked"},
}
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "de": ("Nr.", "Regel", "Ergebnis", "geprüft", "verletzt", "Einträge"),
    "en": ("No.", "rule", "result", "checked", "broken", "entries"),
}


def _arguments(parser: argparse.ArgumentParser) -> None:
    add_language(parser)
    parser.add_argument("--json", action="store_true", help="for a program instead of a person")


async def _replay(settings: LedgerSettings, args: argparse.Namespace) -> int:
    async with opened(settings) as service:
        found = await run(service.engine, service.association, service.now())
    if args.json:
        print(json.dumps({"size": found.size, "verdicts": [asdict(one) for one in found.verdicts]}, indent=2))
    else:
        show(_table(found, args.lang), as_csv=False)
    return EXIT_BROKEN if found.broken else EXIT_DONE


def _table(found: Replay, language: str) -> Table:
    rows = [
        (
            one.code,
            TITLES[one.code][language],
            STATES[language][one.state],
            one.looked_at,
            one.broken,
            " ".join(str(place) for place in one.places),
        )
        for one in found.verdicts
    ]
    return Table(COLUMNS[language], rows, (UNPROVEN[language],))


COMMAND = Subcommand(
    command(_replay), _arguments, "check all invariants of the books now; exit code 1 if one is broken"
)
