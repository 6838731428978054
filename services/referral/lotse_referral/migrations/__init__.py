"""The steps that bring referral's database to the shape of its store, the shipped directory included."""

from lotse_chassis.migrate import Migration
from lotse_referral.migrations import (
    appointments,
    calls,
    delivering,
    directory,
    first,
    groups,
    machine,
    matching,
    ownpage,
    reports,
)
from lotse_referral.migrations.loading import shipped_step

_PARTS = (directory, machine, matching, delivering, ownpage, groups, appointments, reports, calls)

MIGRATIONS = (
    Migration("referral-0001-directory", first.DIRECTORY),
    Migration("referral-0002-referrals", first.REFERRALS),
    *(step for part in _PARTS for step in part.MIGRATIONS),
    shipped_step(),
)
RIGHTS = first.RIGHTS | {table: rights for part in _PARTS for table, rights in part.RIGHTS.items()}

__all__ = ["MIGRATIONS", "RIGHTS"]
