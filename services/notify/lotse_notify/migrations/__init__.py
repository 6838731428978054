"""The steps that bring notify's database to the shape of its store."""

from lotse_notify.migrations import (
    calendar,
    contacts,
    desk,
    first,
    living,
    machine,
    providers,
    receipts,
    texts,
    ways,
    when,
)

_PARTS = (machine, providers, texts, contacts, when, receipts, desk, calendar, living, ways)

MIGRATIONS = (*first.MIGRATIONS, *(step for part in _PARTS for step in part.MIGRATIONS))
RIGHTS = first.RIGHTS | {table: rights for part in _PARTS for table, rights in part.RIGHTS.items()}
"""A decision is never changed and goes only with the person; a person's row stays as her tombstone."""

__all__ = ["MIGRATIONS", "RIGHTS"]
