"""All commands by the name that a person types."""

from collections.abc import Mapping

from lotse_chassis.command import Command, Standalone, Subcommand
from lotse_referral.cli.directory import DIRECTORY
from lotse_referral.cli.groups import load_offers
from lotse_referral.cli.loading import load_directory
from lotse_referral.cli.match import MATCH
from lotse_referral.cli.report import GAPS, REPORT

COMMANDS: Mapping[str, Command | Subcommand | Standalone] = {
    "directory": DIRECTORY,
    "gaps": GAPS,
    "load-directory": load_directory,
    "load-offers": load_offers,
    "match": MATCH,
    "report": REPORT,
}
