"""Commands that a service itself offers, typed as `lotse SERVICE …` on an association that runs here."""

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from lotse_local import environment, lock
from lotse_local.commands import arguments, exits
from lotse_local.commands.arguments import UsageRefused
from lotse_local.layout import AssociationFolder

NOT_HERE = frozenset({"serve", "migrate"})  # `lotse up` does both
HELP = frozenset({"--help", "-h"})
CALLED = "import sys; from lotse_{0}.__main__ import run; sys.argv[0] = 'lotse {0}'; run()"
"""As `python -m` would, but its usage lines name what a person has typed."""


@dataclass(frozen=True)
class Passed:
    """How the commands of one service are passed on.

    `offline` words need nothing that runs; after `needs_restart` the service starts anew; `more` adds to the
    environment what a command may hold and the service may not.
    """

    service: str
    such_as: str
    offline: frozenset[str] = frozenset()
    needs_restart: frozenset[str] = frozenset()
    more: Callable[[AssociationFolder], Mapping[str, str]] = lambda place: {}


def add(parser: argparse.ArgumentParser, passed: Passed) -> None:
    """The command's arguments; everything from the first word on is the service's."""
    arguments.add_data(parser)
    arguments.add_association(parser)
    parser.add_argument(
        "words",
        nargs=argparse.REMAINDER,
        metavar="[ASSOCIATION] COMMAND …",
        help=f"such as `{passed.such_as}`; none names all commands",
    )
    parser.set_defaults(run=lambda args: run(args, passed))


def run(args: argparse.Namespace, passed: Passed) -> int:
    """The service's own exit code: 0 done, 1 refused with a reason."""
    words = _own(args)
    place = arguments.place_of(args)
    if not set(words).intersection(HELP | passed.offline):
        arguments.require_running(args)
    command = [sys.executable, "-c", CALLED.format(passed.service), *(words or ["--help"])]
    code = subprocess.run(command, env=_environment(args, place, passed), check=False).returncode
    if code == exits.OK and set(words[:1]) & passed.needs_restart and (pid := lock.holder(arguments.folder_of(args))):
        os.kill(pid, signal.SIGHUP)
    return code


def _own(args: argparse.Namespace) -> Sequence[str]:
    """The service's words. Ours may stand among them, and the association's name before them. Raises UsageRefused."""
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


def _environment(args: argparse.Namespace, place: AssociationFolder, passed: Passed) -> dict[str, str]:
    given = environment.service_environment(place, passed.service, arguments.addresses_of(args, place))
    given.pop("LOTSE_TRACES_FILE")
    return given | {"LOTSE_LOG_LEVEL": "warning"} | dict(passed.more(place))
