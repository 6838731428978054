"""`python -m lotse_ledger serve | migrate | load-facts`."""

from lotse_chassis.command import main
from lotse_ledger.app import build
from lotse_ledger.cli import load_facts
from lotse_ledger.migrations import MIGRATIONS, RIGHTS
from lotse_ledger.settings import LedgerSettings

main("ledger", build, LedgerSettings, MIGRATIONS, RIGHTS, commands={"load-facts": load_facts})
