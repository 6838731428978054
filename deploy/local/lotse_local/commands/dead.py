"""`lotse dead`: look at what could not be settled, and say it again when its cause is mended."""

import argparse
import asyncio
from datetime import UTC, datetime, timedelta

from lotse_chassis import dead, identity
from lotse_chassis.dead import DeadLetter, Replay
from lotse_chassis.faults import Refused
from lotse_chassis.identity import Staff
from lotse_local import keyring
from lotse_local.commands import arguments, brokers, exits
from lotse_local.layout import AssociationFolder

LISTED_MAX = 100
TOKEN_LIFETIME = timedelta(minutes=1)  # from the order's own time on; the token is used at once
REASONS = {
    "no_such_letter": "there is no dead letter with this number",
    "not_replayable": "it was refused for who gave it; whoever may give the order gives it anew",
    "token_missing": "it is a staff order: --actor says who says it again",
    "no_partner": "there is no federation here",
}


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="the newest, without content")
    listing.add_argument("--limit", type=int, default=LISTED_MAX, help="how many (default: %(default)s)")
    showing = actions.add_parser("show", help="one of them, without its data")
    replaying = actions.add_parser("replay", help="say one again on the subject it came on")
    replaying.add_argument("--actor", default="", metavar="NAME", help="for a staff order: who says it again")
    for action, run in ((listing, run_list), (showing, run_show), (replaying, run_replay)):
        arguments.add_data(action)
        arguments.add_association(action)
        action.set_defaults(run=run)
    for action in (showing, replaying):
        action.add_argument("number", type=int, help="its number in the list")


def run_list(args: argparse.Namespace) -> int:
    """0."""
    arguments.require_running(args)
    place = arguments.place_of(args)
    letters = asyncio.run(dead.listed(brokers.of(args, place), args.limit))
    for letter in letters:
        print(_line(letter))
    print(f"{len(letters)} dead letter(s) in {place.name}")
    return exits.OK


def run_show(args: argparse.Namespace) -> int:
    """0, or 1 if there is none with this number."""
    arguments.require_running(args)
    try:
        letter = asyncio.run(dead.letter(brokers.of(args, arguments.place_of(args)), args.number))
    except Refused as fault:
        return _refused(fault)
    print(_line(letter))
    print(f"  attempts  {letter.attempts}")
    print(f"  size      {len(letter.body)} bytes (not shown: it may hold a person's words)")
    for name, value in letter.attributes().items():
        print(f"  {name:9} {value}")
    return exits.OK


def run_replay(args: argparse.Namespace) -> int:
    """0 said again, or 1 with why not."""
    arguments.require_running(args)
    place = arguments.place_of(args)
    reached = brokers.of(args, place)
    how = Replay(reached, brokers.databases_of(args, place), place.name, datetime.now(UTC))
    try:
        letter = asyncio.run(dead.letter(reached, args.number))
        asyncio.run(dead.replay(how, args.number, token=_token(place, letter, args.actor)))
    except Refused as fault:
        return _refused(fault)
    print(f"said again: {letter.template}; if it fails again it is a dead letter with a new number")
    return exits.OK


def _token(place: AssociationFolder, letter: DeadLetter, actor: str) -> str | None:
    """A token of the administrator's own, valid at the order's time: the first one is kept nowhere."""
    roles = dead.staff_roles(letter)
    if not roles or not actor:
        return None
    at = datetime.fromisoformat(letter.attributes().get("time", ""))
    key = keyring.signing_key(place, keyring.TOKEN_KEY)
    staff = Staff(actor, min(roles))
    return identity.issue_token(staff, key, association=place.name, at=at, lifetime=TOKEN_LIFETIME)


def _line(letter: DeadLetter) -> str:
    at = f"{letter.at:%Y-%m-%d %H:%M:%S}" if letter.at else "unknown time"
    return f"{letter.number:6} {at} {letter.service:9} {letter.template}: {letter.reason}"


def _refused(fault: Refused) -> int:
    print(REASONS.get(fault.code, fault.code))
    return exits.FAILED
