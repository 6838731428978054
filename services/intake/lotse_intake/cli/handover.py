"""`lotse-intake handover list|ask|package|papers|receipt|purge|open`: the open cases at the end of 2026."""

import argparse
import os
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from lotse_chassis import administration, telemetry
from lotse_chassis.command import ADMINISTRATION, EXIT_SETTINGS, Standalone
from lotse_chassis.service import Service
from lotse_chassis.settings import SettingsInvalid
from lotse_intake.cli import handover_open, handover_packaging, handover_people, handover_purging
from lotse_intake.cli.session import add_actor, add_language, opened_office
from lotse_intake.domain.regions import REGIONS
from lotse_intake.problems import PROBLEM_TEXTS
from lotse_intake.providers.office import Office
from lotse_intake.settings import IntakeSettings

Act = Callable[[Service, Office, argparse.Namespace], Coroutine[Any, Any, int]]

ACTS: dict[str, Act] = {
    "list": handover_people.list_cases,
    "ask": handover_people.ask,
    "papers": handover_people.papers,
    "package": handover_packaging.package,
    "receipt": handover_purging.receipt,
    "purge": handover_purging.purge,
}


def _arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="who has an open case, and how far each handover is")
    listing.add_argument("--json", action="store_true", help="one JSON object a line")
    asking = actions.add_parser("ask", help="ask everybody with an open case, once in a round")
    asking.add_argument("--letters", metavar="FOLDER", help="write a letter for each who cannot be told")
    asking.add_argument("--dry-run", action="store_true", help="only say how many would be asked")
    papers = actions.add_parser("papers", help="give somebody her papers, and close her case")
    papers.add_argument("person", metavar="PERSON", help="her id")
    papers.add_argument("--out", metavar="FOLDER", required=True, help="where the files to print go")
    packing = actions.add_parser("package", help="one encrypted package for each region")
    packing.add_argument("--keys", metavar="FILE", required=True, help="lines of REGION and age1… key")
    packing.add_argument("--out", metavar="FOLDER", required=True, help="where the packages go")
    packing.add_argument("--only", choices=REGIONS, help="only this region")
    packing.add_argument("--again", metavar="BATCH", help="make a lost package anew, before anybody confirmed it")
    receipts = actions.add_parser("receipt", help="take the receiver's confirmation, person by person")
    receipts.add_argument("file", metavar="FILE", help="JSON lines")
    purging = actions.add_parser("purge", help="erase what was confirmed long enough ago")
    what = purging.add_mutually_exclusive_group(required=True)
    what.add_argument("--dry-run", action="store_true", help="only say who would be erased, and who not and why")
    what.add_argument("--yes", action="store_true", help="erase")
    purging.add_argument("--certificate", metavar="FILE", help="write what became of every package")
    opening = actions.add_parser("open", help="verify and read a package, as its receiver does")
    handover_open.arguments(opening)
    for one in (asking, papers, packing, receipts, purging):
        add_actor(one)
    for one in (listing, asking, papers, packing, receipts, purging, opening):
        add_language(one)


def _run(args: argparse.Namespace) -> int:
    """Opening needs neither settings nor a database, since the receiver has none of ours."""
    if args.action == "open":
        return handover_open.run(args)
    try:
        settings = IntakeSettings.from_env({**ADMINISTRATION, **os.environ})
    except SettingsInvalid as fault:
        print(f"lotse intake: {fault}", file=sys.stderr)
        return EXIT_SETTINGS
    telemetry.configure("intake", settings.association, traces_file=settings.traces_file, log_level=settings.log_level)
    return administration.ran(_opened, settings, args, PROBLEM_TEXTS)


async def _opened(settings: IntakeSettings, args: argparse.Namespace) -> int:
    async with opened_office(settings) as (service, office):
        return await ACTS[args.action](service, office, args)


HANDOVER = Standalone(_run, _arguments, "hand the open cases over at the end of the project")
