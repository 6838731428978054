"""All that referral holds about one person: to hand it over, and to delete it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_referral.store.tables import appointment, booking, concern, consent, referral

HELD_IN: tuple[Table, ...] = (concern, referral, consent, appointment, booking)
"""Every table with a person's id; a test compares."""
DELETED_HERE: tuple[Table, ...] = (concern, referral, consent, appointment)
"""A booking is removed with its seat, since somebody moves up."""
ROWS_MAX = 1_000


async def rows_of(tx: AsyncConnection, person_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Her rows by table, as JSON has them."""
    held = {}
    for table in HELD_IN:
        rows = await tx.execute(select(table).where(table.c.person_id == person_id).limit(ROWS_MAX))
        held[table.name] = [{name: _plain(value) for name, value in row.items()} for row in rows.mappings()]
    return held


async def delete_rows(tx: AsyncConnection, person_id: UUID) -> dict[str, int]:
    """Delete her rows; returns how many by table."""
    counts = {}
    for table in DELETED_HERE:
        counts[table.name] = (await tx.execute(delete(table).where(table.c.person_id == person_id))).rowcount
    return counts


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
