"""All commands by the name that a person types."""

from collections.abc import Mapping

from lotse_chassis.command import Command, Subcommand

COMMANDS: Mapping[str, Command | Subcommand] = {}
