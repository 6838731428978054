"""How intake's tables come to be, and what its role may do with them."""

from lotse_intake.migrations import (
    casework,
    channels,
    consenting,
    desk,
    first,
    handover,
    letters,
    matching,
    reports,
    rights,
)

_PARTS = (first, desk, letters, matching, casework, consenting, rights, reports, handover, channels)

APPEND_ONLY = tuple(table for part in _PARTS for table in getattr(part, "APPEND_ONLY", ()))
MIGRATIONS = tuple(step for part in _PARTS for step in part.MIGRATIONS)
RIGHTS = {table: rights for part in _PARTS for table, rights in part.RIGHTS.items()}

__all__ = ["APPEND_ONLY", "MIGRATIONS", "RIGHTS"]
