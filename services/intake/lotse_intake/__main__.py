"""`lotse-intake COMMAND`, or `python -m lotse_intake COMMAND`; `--help` names the commands."""

from lotse_chassis.command import main
from lotse_intake.app import build
from lotse_intake.cli.commands import COMMANDS
from lotse_intake.migrations import MIGRATIONS, RIGHTS
from lotse_intake.settings import IntakeSettings


def run() -> None:
    """The console script."""
    main("intake", build, IntakeSettings, MIGRATIONS, RIGHTS, commands=COMMANDS)


if __name__ == "__main__":
    run()
