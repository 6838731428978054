"""`lotse-referral directory import|export|check|todo|stale`: the directory of services, brought in, given out, kept."""

import argparse
import os
import sys
from collections.abc import Callable, Mapping
from datetime import date
from importlib.resources import as_file, files
from pathlib import Path

from lotse_chassis import administration, telemetry
from lotse_chassis.command import ADMINISTRATION, EXIT_SETTINGS, Standalone
from lotse_chassis.settings import SettingsInvalid, variable
from lotse_referral.cli import directory_import, directory_lists, directory_offline
from lotse_referral.cli.session import add_actor, add_language
from lotse_referral.migrations.loading import SHIPPED, SHIPPED_NAME
from lotse_referral.problems import PROBLEM_TEXTS
from lotse_referral.settings import ReferralSettings

OFFLINE: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "export": directory_offline.export,
    "todo": directory_offline.todo,
    "stale": directory_offline.stale,
}
"""Without a database they speak about the directory that comes with the program."""
WITH_DATABASE = {
    "import": directory_import.run,
    "export": directory_lists.export,
    "todo": directory_lists.todo,
    "stale": directory_lists.stale,
}


def _arguments(parser: argparse.ArgumentParser) -> None:
    ways = parser.add_subparsers(dest="way", required=True, metavar="what")
    bringing = ways.add_parser("import", help="bring in HSDS JSON: an object, a list, a page or a package")
    bringing.add_argument("path", type=Path, metavar="PATH")
    bringing.add_argument("--source", default="", help="where the file is from; default: its name")
    bringing.add_argument("--name", default=None, help="name of the list that it is")
    bringing.add_argument("--whole", action="store_true", help="with --name: what the list no longer has goes inactive")
    bringing.add_argument("--faults", type=Path, metavar="FILE", help="write each fault there, a JSON object a line")
    add_actor(bringing)
    giving = ways.add_parser("export", help="write the whole directory as a package of HSDS 3.1")
    giving.add_argument("path", type=Path, metavar="PATH")
    checking = ways.add_parser(
        "check", help="say what is wrong or doubtful in a file, or in what comes with the program"
    )
    checking.add_argument("path", type=Path, nargs="?", metavar="PATH")
    listing = ways.add_parser("todo", help="what somebody should phone for, most referred first")
    old = ways.add_parser("stale", help="what is beyond its day of checking")
    for one in (bringing, checking):
        one.add_argument("--as-of", type=date.fromisoformat, default=None, metavar="DAY", help="when the file was true")
    for one in (giving, listing, old):
        one.add_argument("--shipped", action="store_true", help="of the directory that comes with the program")
    for one in (checking, listing, old):
        one.add_argument(
            "--on", type=date.fromisoformat, default=None, metavar="DAY", help="the day it is; default: today"
        )
        one.add_argument("--json", action="store_true", help="as JSON")
    for one in (bringing, giving, checking, listing, old):
        add_language(one)


def _run(args: argparse.Namespace) -> int:
    with as_file(files("lotse_referral").joinpath("data", SHIPPED)) as shipped:
        args.shipped_path, args.shipped_name = shipped, SHIPPED_NAME
        if args.way == "check":
            return directory_offline.check(args)
        if args.way != "import" and (args.shipped or not os.environ.get(variable("database_url"))):
            return OFFLINE[args.way](args)
        return _with_database(args)


def _with_database(args: argparse.Namespace) -> int:
    try:
        settings = ReferralSettings.from_env({**ADMINISTRATION, **os.environ})
    except SettingsInvalid as fault:
        print(f"lotse referral: {fault}", file=sys.stderr)
        return EXIT_SETTINGS
    telemetry.configure(
        "referral",
        settings.association,
        traces_file=settings.traces_file,
        log_level=settings.log_level,
        log_to=sys.stderr,
    )
    return administration.ran(WITH_DATABASE[args.way], settings, args, PROBLEM_TEXTS)


DIRECTORY = Standalone(
    _run, _arguments, "the directory of services: bring it in, give it out, see what is to be checked"
)
