"""`lotse ledger`: the treasurer's commands on the books of an association that runs here."""

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Sequence

from lotse_local import environment, keyring, lock
from lotse_local.commands import arguments, exits
from lotse_local.commands.arguments import UsageRefused
from lotse_local.layout import AssociationFolder

SERVICE = "ledger"
NOT_HERE = frozenset({"serve", "migrate"})  # `lotse up` does both
NEEDS_RESTART = frozenset({"rotate-key"})  # the service signs with the new key once it has started again
OFFLINE = ("--help", "-h", "template")


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments; everything from the first word on is the ledger's."""
    arguments.add_data(parser)
    arguments.add_association(parser)
    parser.add_argument(
        "words",
        nargs=argparse.REMAINDER,
        metavar="[ASSOCIATION] COMMAND …",
        help="such as `vouchers import list.csv --grant 5d3f`; `--help` alone names all commands",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """The ledger's own exit code: 0 done, 1 refused with a reason."""
    words = _own(args)
    place = arguments.place_of(args)
    if not set(words).intersection(OFFLINE):
        arguments.require_running(args)
    command = [sys.executable, "-m", "lotse_ledger", *(words or ["--help"])]
    code = subprocess.run(command, env=_environment(args, place), check=False).returncode
    if code == exits.OK and set(words[:1]) & NEEDS_RESTART and (pid := lock.holder(arguments.folder_of(args))):
        os.kill(pid, signal.SIGHUP)
    return code


def _own(args: argparse.Namespace) -> Sequence[str]:
    """The ledger's words. Ours may stand among them, and the association's name before them. Raises UsageRefused."""
    ours = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    arguments.add_data(ours)
    arguments.add_association(ours)
    ours.set_defaults(data=args.data, association=args.association)
    _, words = ours.parse_known_args(args.words, args)
    if words and words[0] in arguments.folder_of(args).associations():
        args.association = words.pop(0)
    if words and words[0] in NOT_HERE:
        raise UsageRefused(f"`lotse up` does `{words[0]}`")
    return words


def _environment(args: argparse.Namespace, place: AssociationFolder) -> dict[str, str]:
    """What the service has, and the key to sign auditors' tokens with, which it never has."""
    given = environment.service_environment(place, SERVICE, arguments.addresses_of(args, place))
    given.pop("LOTSE_TRACES_FILE")
    return given | {
        "LOTSE_AUDITOR_KEY_FILE": str(place.key(keyring.AUDITOR_KEY)),
        "LOTSE_LOG_LEVEL": "warning",
    }
