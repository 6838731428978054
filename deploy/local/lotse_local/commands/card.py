"""`lotse card` and `lotse partner`: get to know another association, by public keys and a telephone call."""

import argparse
import os
import signal
import sys
from pathlib import Path

from lotse_local import cards, lock
from lotse_local.commands import arguments, exits


def add_card(parser: argparse.ArgumentParser) -> None:
    """The arguments of `lotse card`."""
    arguments.add_data(parser)
    arguments.add_association(parser)
    parser.set_defaults(run=run_card)


def add_partner(parser: argparse.ArgumentParser) -> None:
    """The arguments of `lotse partner`."""
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    adding = actions.add_parser("add", help="remember a partner's card")
    adding.add_argument("file", type=Path, help="the card the partner sent")
    listing = actions.add_parser("list", help="who is known, with fingerprints")
    for action, run in ((adding, run_add), (listing, run_list)):
        arguments.add_data(action)
        arguments.add_association(action)
        action.set_defaults(run=run)


def run_card(args: argparse.Namespace) -> int:
    """0 with the card on the standard output, its fingerprint beside."""
    card = cards.own_card(arguments.place_of(args))
    print(card.model_dump_json(indent=1))
    print(f"Read this out when your partner calls: {card.fingerprint}", file=sys.stderr)
    return exits.OK


def run_add(args: argparse.Namespace) -> int:
    """0 known now or before, 1 refused; a running association takes it up at once."""
    place, card = arguments.place_of(args), cards.read_card(args.file)
    print(f"{card.association} {card.fingerprint}: compare this by telephone before you send anything")
    if not cards.add_partner(place, card):
        print("it was known already")
        return exits.OK
    if (pid := lock.holder(arguments.folder_of(args))) is not None:
        os.kill(pid, signal.SIGHUP)
        print("the running services are told")
    return exits.OK


def run_list(args: argparse.Namespace) -> int:
    """0."""
    for name, card in cards.partners(arguments.place_of(args)).items():
        print(f"{name} {card.fingerprint}")
    return exits.OK
