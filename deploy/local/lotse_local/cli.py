"""The command `lotse`: which commands there are, and what becomes of their faults."""

import argparse
import sys
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module

from lotse_chassis import pipes
from lotse_local.commands import exits

COMMANDS: dict[str, tuple[str, str, str]] = {
    "up": ("up", "add", "start everything and keep it running"),
    "down": ("down", "add", "stop everything"),
    "status": ("status", "add", "say in plain words how it is and what to do"),
    "provision": ("provision", "add", "make and mend databases, streams and durables"),
    "reconcile": ("reconcile", "add", "say again what the broker lost"),
    "dead": ("dead", "add", "look at what could not be settled, and say it again"),
    "intake": ("intake", "add", "administer cases: codes, staff, retention, handover"),
    "referral": ("referral", "add", "keep the directory, match concerns, report"),
    "notify": ("notify", "add", "look after messages: doubtful ones, texts, providers, costs"),
    "ledger": ("ledger", "add", "keep the books: vouchers, lists, auditors, exports"),
    "token": ("token", "add", "issue a token for staff or an auditor"),
    "card": ("card", "add_card", "print our public keys for a partner"),
    "partner": ("card", "add_partner", "remember a partner's card"),
    "hub": ("hub", "add", "run a hub for associations elsewhere"),
    "backup": ("backup", "add", "copy everything while it runs"),
    "restore": ("restore", "add", "fill a fresh data folder from a backup"),
}
DEMO = "demo"
CODES = """exit codes: 0 done; 1 failed, the text says why; 2 wrong arguments; 3 runs already, nothing was changed;
4 nothing runs; 5 (status) something needs attention"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == [DEMO]:
        return int(import_module("lotse_local.demo").main(given[1:]))
    parsed = _parser(given[0] if given else "").parse_args(given)
    run: Callable[[argparse.Namespace], int] = parsed.run
    try:
        return pipes.ended(partial(run, parsed))
    except Exception as fault:
        code = _code_of(fault)
        if code is None:
            raise
        print(f"lotse: {fault}", file=sys.stderr)
        return code


def _parser(chosen: str) -> argparse.ArgumentParser:
    """All commands by name; only the chosen one is imported, so that each starts quickly."""
    parser = argparse.ArgumentParser(prog="lotse", description="The embedded default of Lotse.", epilog=CODES)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, (module, add, what) in COMMANDS.items():
        one = commands.add_parser(name, help=what, description=f"lotse {name}: {what}.", epilog=CODES)
        if name == chosen:
            getattr(import_module(f"lotse_local.commands.{module}"), add)(one)
    commands.add_parser(DEMO, help="two associations help somebody, with a report")
    return parser


def _code_of(fault: Exception) -> int | None:
    """The exit code of a fault that a person can do something about; None for one that is ours."""
    from lotse_local.commands.arguments import NothingRuns, UsageRefused

    if isinstance(fault, UsageRefused):
        return exits.USAGE
    if isinstance(fault, NothingRuns):
        return exits.NOT_RUNNING
    return exits.FAILED if isinstance(fault, RuntimeError | ValueError | OSError) else None
