"""`lotse backup`: copy everything while it runs, in three parts for three places."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from lotse_local import backup, key_backups, plan
from lotse_local.commands import arguments, exits


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    arguments.add_data(parser)
    arguments.add_association(parser)
    parser.add_argument("to", type=Path, metavar="DIR", help="folder to write to")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0 with where the parts are, 1 failed, 4 nothing runs."""
    arguments.require_running(args)
    place = arguments.place_of(args)
    cluster = plan.plan_of(arguments.folder_of(args), place.name).cluster
    at, target = datetime.now(UTC), args.to.absolute()
    parts = backup.back_up(place, cluster, target, at)
    old, changed = key_backups.tidy(place, target, at)
    print(f"data         {parts.data}")
    print(f"person keys  {parts.person_keys}")
    print(f"secrets      {parts.secrets}")
    print(f"Keep the three in three places, and the person keys for at most {key_backups.KEPT.days} days.")
    if old or changed:
        print(f"Older person keys here: {old} too old and destroyed, {changed} freed of whom was erased since.")
    return exits.OK
