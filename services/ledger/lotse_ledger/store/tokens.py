"""That and when an auditor's token was used: visible to the association at once. What was asked is not kept."""

from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_ledger.store.tables import token_use


async def note_use(tx: AsyncConnection, *, token_id: str, auditor: str, at: datetime) -> None:
    """One request was made with this token."""
    await tx.execute(insert(token_use).values(used_at=at, token_id=token_id, auditor=auditor))
