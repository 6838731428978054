"""`python -m lotse_intake serve|migrate`."""

from lotse_chassis.command import main
from lotse_intake.app import build
from lotse_intake.migrations import MIGRATIONS, RIGHTS
from lotse_intake.settings import IntakeSettings

if __name__ == "__main__":
    main("intake", build, IntakeSettings, MIGRATIONS, RIGHTS)
