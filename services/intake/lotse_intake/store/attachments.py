"""What is known about attachments; the files themselves are on disk."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_intake.store.tables import attachment, enquiry, person

CLAIM_HOURS = 24
"""How long an uploaded file waits for its enquiry."""


async def add(tx: AsyncConnection, row: dict[str, Any]) -> None:
    """An uploaded file that waits for its claim."""
    await tx.execute(insert(attachment).values(row))


async def claim(tx: AsyncConnection, attachment_id: UUID, claim_sha256: str, *, enquiry_id: UUID, at: datetime) -> bool:
    """Give an unclaimed file to an enquiry; False if it is unknown, gone, claimed, or the claim is another's."""
    mine = update(attachment).where(
        attachment.c.attachment_id == attachment_id,
        attachment.c.claim_sha256 == claim_sha256,
        attachment.c.claimed_at.is_(None),
        attachment.c.uploaded_at > at - timedelta(hours=CLAIM_HOURS),
    )
    return (await tx.execute(mine.values(enquiry_id=enquiry_id, claimed_at=at))).rowcount == 1


async def get(tx: AsyncConnection, attachment_id: UUID) -> Row[Any] | None:
    """A claimed file with the person whom it belongs to, unless she is being erased."""
    query = select(attachment, enquiry.c.person_id).select_from(attachment).join(enquiry).join(person)
    query = query.where(attachment.c.attachment_id == attachment_id, person.c.frozen.is_(False))
    return (await tx.execute(query)).one_or_none()


async def of_enquiry(tx: AsyncConnection, enquiry_id: UUID) -> Sequence[Row[Any]]:
    """The files of an enquiry, oldest first."""
    query = select(attachment).where(attachment.c.enquiry_id == enquiry_id).order_by(attachment.c.uploaded_at)
    return (await tx.execute(query)).all()


async def waiting(tx: AsyncConnection, ids: Sequence[UUID], at: datetime) -> set[UUID]:
    """Which of these still wait for their claim."""
    fresh = attachment.c.uploaded_at > at - timedelta(hours=CLAIM_HOURS)
    query = select(attachment.c.attachment_id).where(
        attachment.c.attachment_id.in_(ids), attachment.c.claimed_at.is_(None), fresh
    )
    return set((await tx.execute(query)).scalars())


async def forget_unclaimed(tx: AsyncConnection, at: datetime) -> list[UUID]:
    """Forget what nobody claimed in time; returns the ids, whose files go as well."""
    old = delete(attachment).where(
        attachment.c.claimed_at.is_(None), attachment.c.uploaded_at <= at - timedelta(hours=CLAIM_HOURS)
    )
    return list((await tx.execute(old.returning(attachment.c.attachment_id))).scalars())
