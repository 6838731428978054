"""All commands by the name that a person types."""

from collections.abc import Mapping

from lotse_chassis.command import Command, Subcommand
from lotse_ledger.cli import (
    auditors,
    balances,
    erasing,
    evidence,
    exports,
    files,
    importing,
    orders,
    rebuild,
    reports,
    vouchers,
)
from lotse_ledger.cli.facts import load_facts
from lotse_ledger.cli.replay import COMMAND as REPLAY

COMMANDS: Mapping[str, Command | Subcommand] = {
    "load-facts": load_facts,
    "import": Subcommand(importing.import_file, importing.arguments, "enter a file of lines into a log of its own"),
    "rebuild": Subcommand(
        rebuild.rebuild, rebuild.arguments, "make the projections anew, or hold them against the leaves"
    ),
    "balances": Subcommand(balances.print_balances, balances.arguments, "what stands in the accounts of such a log"),
    "enter": orders.COMMAND,
    "vouchers": vouchers.COMMAND,
    "replay": REPLAY,
    **reports.COMMANDS,
    "files": files.COMMAND,
    "auditor": auditors.COMMAND,
    "erase-opening": erasing.COMMAND,
    "export": exports.COMMAND,
    "policy": evidence.POLICY,
    "rotate-key": evidence.ROTATE,
}
