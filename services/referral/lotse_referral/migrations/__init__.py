"""The steps that bring referral's database to the shape of its store, the shipped directory included."""

from lotse_chassis.migrate import Migration
from lotse_referral.migrations.loading import shipped_step
from lotse_referral.migrations.tables import DIRECTORY, REFERRALS, RIGHTS

MIGRATIONS = (
    Migration("referral-0001-directory", DIRECTORY),
    Migration("referral-0002-referrals", REFERRALS),
    shipped_step(),
)

__all__ = ["MIGRATIONS", "RIGHTS"]
