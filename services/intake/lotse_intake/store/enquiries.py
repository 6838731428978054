"""Enquiries and what was said in them."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.links import digest_of
from lotse_intake.store.tables import enquiry, entry, person

ENTRIES_MAX = 200  # of one conversation in one answer; the newest are the ones that are shown


async def by_receipt(tx: AsyncConnection, receipt: str, *, lock: bool = False) -> Row[Any] | None:
    """The enquiry of a receipt code's hash, with whether its person is being erased."""
    return await _one(tx, enquiry.c.receipt_sha256 == receipt, lock)


async def digest_of_code(tx: AsyncConnection, code: str) -> str | None:
    """The hash under which this receipt code is kept: as it is written, or as it was meant (O for 0, I for 1)."""
    digests = list(dict.fromkeys([sha256(code.encode()).hexdigest(), digest_of(code)]))
    query = select(enquiry.c.receipt_sha256).where(enquiry.c.receipt_sha256.in_(digests))
    found = set((await tx.execute(query)).scalars())
    return next((digest for digest in digests if digest in found), None)


async def by_id(tx: AsyncConnection, enquiry_id: UUID, *, lock: bool = False) -> Row[Any] | None:
    """One enquiry, with whether its person is being erased."""
    return await _one(tx, enquiry.c.enquiry_id == enquiry_id, lock)


async def _one(tx: AsyncConnection, which: ColumnElement[bool], lock: bool) -> Row[Any] | None:
    query = select(enquiry, person.c.frozen, person.c.restricted).join(person).where(which)
    return (await tx.execute(query.with_for_update(of=enquiry) if lock else query)).one_or_none()


async def of_person(tx: AsyncConnection, person_id: UUID) -> Sequence[Row[Any]]:
    """A person's enquiries, oldest first."""
    query = select(enquiry).where(enquiry.c.person_id == person_id).order_by(enquiry.c.received_at)
    return (await tx.execute(query)).all()


async def say(tx: AsyncConnection, enquiry_id: UUID, said_by: str, content: bytes, at: datetime) -> None:
    """Add one text of the conversation, as ciphertext."""
    await tx.execute(insert(entry).values(enquiry_id=enquiry_id, said_by=said_by, content=content, at=at))


async def conversation(tx: AsyncConnection, enquiry_id: UUID) -> Sequence[Row[Any]]:
    """The newest texts of a conversation, oldest of them first."""
    query = select(entry).where(entry.c.enquiry_id == enquiry_id).order_by(entry.c.entry_id.desc()).limit(ENTRIES_MAX)
    return list(reversed((await tx.execute(query)).all()))


async def touch(tx: AsyncConnection, enquiry_id: UUID, at: datetime, *, answered: bool = False) -> Row[Any]:
    """Raise the version, and the number of answers; returns both."""
    more = enquiry.c.answers + (1 if answered else 0)
    step = update(enquiry).where(enquiry.c.enquiry_id == enquiry_id)
    raised = step.values(version=enquiry.c.version + 1, updated_at=at, answers=more)
    return (await tx.execute(raised.returning(enquiry.c.version, enquiry.c.answers))).one()


async def note_missing_files(tx: AsyncConnection, enquiry_id: UUID, count: int) -> None:
    """Files that were named but could not be claimed: the enquiry is taken all the same, and nobody is deceived."""
    missing = update(enquiry).where(enquiry.c.enquiry_id == enquiry_id)
    await tx.execute(missing.values(files_missing=enquiry.c.files_missing + count))


async def keep_letter(tx: AsyncConnection, enquiry_id: UUID, letter: bytes) -> None:
    """What is known about the letter now, as ciphertext."""
    await tx.execute(update(enquiry).where(enquiry.c.enquiry_id == enquiry_id).values(letter=letter))


async def keep_receipt(tx: AsyncConnection, enquiry_id: UUID, receipt: str, pin_hash: bytes) -> None:
    """The hash of her new receipt code, and her PIN's as ciphertext."""
    step = update(enquiry).where(enquiry.c.enquiry_id == enquiry_id)
    await tx.execute(step.values(receipt_sha256=receipt, pin_hash=pin_hash))
