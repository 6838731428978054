"""Commands of administrators and treasurers, beside `serve` and `migrate`."""

from collections.abc import Mapping

from lotse_chassis.command import Command, Subcommand
from lotse_ledger.cli.facts import load_facts
from lotse_ledger.cli.facts import shipped_facts as shipped_facts

COMMANDS: Mapping[str, Command | Subcommand] = {"load-facts": load_facts}
"""By the name that a person types."""
