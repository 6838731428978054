"""`lotse-referral COMMAND`, or `python -m lotse_referral COMMAND`; `--help` names the commands."""

from lotse_chassis.command import main
from lotse_referral.app import build
from lotse_referral.cli.commands import COMMANDS
from lotse_referral.migrations import MIGRATIONS, RIGHTS
from lotse_referral.settings import ReferralSettings


def run() -> None:
    """The console script."""
    main("referral", build, ReferralSettings, MIGRATIONS, RIGHTS, commands=COMMANDS)


if __name__ == "__main__":
    run()
