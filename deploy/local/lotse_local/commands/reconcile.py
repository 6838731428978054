"""`lotse reconcile`: compare what services said with what the streams hold, and say again what was lost."""

import argparse
import asyncio
from datetime import UTC, datetime

from lotse_chassis.reconcile import reconcile
from lotse_local.commands import arguments, brokers, exits


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    arguments.add_data(parser)
    arguments.add_association(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0 with what was said again, 4 nothing runs."""
    arguments.require_running(args)
    place = arguments.place_of(args)
    databases = brokers.databases_of(args, place)
    again = asyncio.run(reconcile(brokers.of(args, place), databases, place.name, now=datetime.now(UTC)))
    for service, number in again.items():
        print(f"{service}: {number} said again")
    return exits.OK
