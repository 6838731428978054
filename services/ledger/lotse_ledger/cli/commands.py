"""All commands by the name that a person types."""

from collections.abc import Mapping

from lotse_chassis.command import Command, Subcommand
from lotse_ledger.cli import reports, vouchers
from lotse_ledger.cli.facts import load_facts
from lotse_ledger.cli.replay import COMMAND as REPLAY

COMMANDS: Mapping[str, Command | Subcommand] = {
    "load-facts": load_facts,
    "vouchers": vouchers.COMMAND,
    "replay": REPLAY,
    **reports.COMMANDS,
}
