"""`lotse provision`: make and mend databases, rights, streams and durables; safe to run again."""

import argparse

from lotse_local import plan
from lotse_local.commands import arguments, exits


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    arguments.add_data(parser)
    arguments.add_association(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0 everything is as planned now, 1 it cannot be, 4 nothing runs."""
    arguments.require_running(args)
    folder = arguments.folder_of(args)
    names = (arguments.place_of(args).name,) if args.association else folder.associations()
    for name in names:
        changes = plan.plan_of(folder, name).prepare().splitlines()
        for change in changes or ["nothing to change"]:
            print(f"{name}: {change}")
    return exits.OK
