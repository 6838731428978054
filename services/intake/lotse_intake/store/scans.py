"""Files that staff kept as the scan of a signed form."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_intake.store.tables.casework import document

PURPOSE = "consent_proof"


async def get(tx: AsyncConnection, document_id: UUID) -> Row[Any] | None:
    """One file with whose it is, what for, and its SHA-256."""
    return (await tx.execute(select(document).where(document.c.document_id == document_id))).one_or_none()
