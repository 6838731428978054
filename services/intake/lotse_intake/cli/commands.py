"""All commands by the name that a person types."""

from collections.abc import Mapping

from lotse_chassis.command import Command, Standalone, Subcommand
from lotse_intake.cli.lines import SAME_PERSON, TRANSLITERATE

COMMANDS: Mapping[str, Command | Subcommand | Standalone] = {
    "same-person": SAME_PERSON,
    "transliterate": TRANSLITERATE,
}
