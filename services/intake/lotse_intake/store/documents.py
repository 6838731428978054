"""What is known about the documents of cases and the proofs of consents; the files themselves are on disk."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_intake.domain.cursors import Place
from lotse_intake.store.tables import attachment, person
from lotse_intake.store.tables.casework import document


async def add(tx: AsyncConnection, row: dict[str, Any]) -> None:
    """A file that was checked, cleaned and encrypted."""
    await tx.execute(insert(document).values(row))


async def get(tx: AsyncConnection, document_id: UUID) -> Row[Any] | None:
    """One document, with whether its person is being erased."""
    query = select(document, person.c.frozen).join(person, person.c.person_id == document.c.person_id)
    return (await tx.execute(query.where(document.c.document_id == document_id))).one_or_none()


async def count_of_case(tx: AsyncConnection, case_id: UUID) -> int:
    """How many documents a case has."""
    query = select(func.count()).select_from(document).where(document.c.case_id == case_id)
    return int((await tx.execute(query)).scalar_one())


async def of_case(tx: AsyncConnection, case_id: UUID, *, limit: int, before: Place | None = None) -> Sequence[Row[Any]]:
    """The newest documents of a case."""
    query = select(document).where(document.c.case_id == case_id)
    if before is not None:
        query = query.where(tuple_(document.c.kept_at, document.c.document_id) < tuple_(before.at, before.id))
    return (
        await tx.execute(query.order_by(document.c.kept_at.desc(), document.c.document_id.desc()).limit(limit))
    ).all()


async def of_consent(tx: AsyncConnection, consent_id: UUID) -> Sequence[Row[Any]]:
    """The scans that prove a consent, oldest first."""
    query = select(document).where(document.c.consent_id == consent_id).order_by(document.c.kept_at)
    return (await tx.execute(query)).all()


async def of_person(tx: AsyncConnection, person_id: UUID) -> Sequence[Row[Any]]:
    """All documents of a person, oldest first."""
    query = select(document).where(document.c.person_id == person_id).order_by(document.c.kept_at)
    return (await tx.execute(query)).all()


async def known_files(tx: AsyncConnection, ids: Sequence[UUID]) -> set[UUID]:
    """Which of these files belong to an enquiry, a case or a consent."""
    documents = select(document.c.document_id).where(document.c.document_id.in_(ids))
    attachments = select(attachment.c.attachment_id).where(
        attachment.c.attachment_id.in_(ids), attachment.c.claimed_at.is_not(None)
    )
    return set((await tx.execute(documents)).scalars()) | set((await tx.execute(attachments)).scalars())
