"""`python -m lotse_referral serve`, `migrate`, `load-directory` or `load-offers`."""

from lotse_chassis.command import main
from lotse_referral.app import build
from lotse_referral.cli import load_directory, load_offers
from lotse_referral.migrations import MIGRATIONS, RIGHTS
from lotse_referral.settings import ReferralSettings

COMMANDS = {"load-directory": load_directory, "load-offers": load_offers}

if __name__ == "__main__":
    main("referral", build, ReferralSettings, MIGRATIONS, RIGHTS, commands=COMMANDS)
