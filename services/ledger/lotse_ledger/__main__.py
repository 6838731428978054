"""`lotse-ledger COMMAND`, or `python -m lotse_ledger COMMAND`; `--help` names the commands."""

from lotse_chassis.command import main
from lotse_ledger.app import build
from lotse_ledger.cli.commands import COMMANDS
from lotse_ledger.migrations import MIGRATIONS, RIGHTS
from lotse_ledger.settings import LedgerSettings


def run() -> None:
    """The console script."""
    main("ledger", build, LedgerSettings, MIGRATIONS, RIGHTS, commands=COMMANDS)


if __name__ == "__main__":
    run()
