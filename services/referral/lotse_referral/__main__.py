"""`python -m lotse_referral serve`, `migrate`, or `load-directory`."""

from lotse_chassis.command import main
from lotse_referral.app import build
from lotse_referral.cli import load_directory
from lotse_referral.migrations import MIGRATIONS, RIGHTS
from lotse_referral.settings import ReferralSettings

if __name__ == "__main__":
    main("referral", build, ReferralSettings, MIGRATIONS, RIGHTS, {"load-directory": load_directory})
