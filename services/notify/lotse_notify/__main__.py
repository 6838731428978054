"""`lotse-notify COMMAND`, or `python -m lotse_notify COMMAND`; `--help` names the commands."""

from lotse_chassis.command import main
from lotse_notify.app import build
from lotse_notify.cli.commands import COMMANDS
from lotse_notify.migrations import MIGRATIONS, RIGHTS
from lotse_notify.settings import NotifySettings


def run() -> None:
    """The console script."""
    main("notify", build, NotifySettings, MIGRATIONS, RIGHTS, commands=COMMANDS)


if __name__ == "__main__":
    run()
