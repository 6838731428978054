"""The keys of our own log, as its entries say that they followed one another."""

import json

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_ledger.domain.rotation import KIND, Rotation
from lotse_ledger.store.tables import entry
from lotse_ledger.store.tree import WITNESSED_LOG


async def own_rotations(tx: AsyncConnection) -> list[Rotation]:
    """Every step from key to key, oldest first."""
    wanted = (entry.c.log_id == WITNESSED_LOG, entry.c.kind == KIND)
    rows = await tx.execute(select(entry.c.body).where(*wanted).order_by(entry.c.log_index))
    return [Rotation(**{name: json.loads(body)["data"][name] for name in _FIELDS}) for body in rows.scalars()]


_FIELDS = ("old_vkey", "new_vkey", "old_signature", "new_signature")
