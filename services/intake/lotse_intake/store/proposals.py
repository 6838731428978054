"""What somebody proposed to do with a concern, until a second person agrees or the time is over."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_intake.store.tables.desk import concern_proposal


async def propose(tx: AsyncConnection, row: dict[str, Any]) -> None:
    """Keep a proposal; it takes the place of an older one for the same action."""
    same = (concern_proposal.c.concern_id == row["concern_id"]) & (concern_proposal.c.action == row["action"])
    await tx.execute(delete(concern_proposal).where(same))
    await tx.execute(insert(concern_proposal).values(row))


async def get(tx: AsyncConnection, proposal_id: UUID) -> Row[Any] | None:
    """One proposal, whether its time is over or not."""
    query = select(concern_proposal).where(concern_proposal.c.proposal_id == proposal_id)
    return (await tx.execute(query)).one_or_none()


async def of_concern(tx: AsyncConnection, concern_id: UUID, at: datetime) -> Sequence[Row[Any]]:
    """What is proposed for a concern and still waits."""
    query = select(concern_proposal).where(
        concern_proposal.c.concern_id == concern_id, concern_proposal.c.expires_at > at
    )
    return (await tx.execute(query.order_by(concern_proposal.c.proposed_at))).all()


async def forget(tx: AsyncConnection, concern_id: UUID) -> None:
    """The concern has come to another state: whatever was proposed was about how it stood before."""
    await tx.execute(delete(concern_proposal).where(concern_proposal.c.concern_id == concern_id))
