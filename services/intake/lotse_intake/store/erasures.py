"""The erasure of a person: what goes, what is left as a tombstone, and which services have answered."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Table, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.accesslog import access_log
from lotse_intake.store.tables import (
    attachment,
    case_file,
    concern,
    consent,
    contact,
    enquiry,
    entry,
    erasure,
    erasure_receipt,
    field_release,
    heard_referral,
    person,
    pin_guess,
    tombstone,
)


async def begin(tx: AsyncConnection, person_id: UUID, at: datetime, by: str) -> bool:
    """Note that an erasure begins; False if it had."""
    row = insert(erasure).values(person_id=person_id, begun_at=at, begun_by=by)
    new = row.on_conflict_do_nothing().returning(erasure.c.person_id)
    return (await tx.execute(new)).first() is not None


async def add_receipt(tx: AsyncConnection, person_id: UUID, service: str, digest: str, at: datetime) -> None:
    """Keep a service's first receipt, also one that comes before we know of the erasure."""
    row = insert(erasure_receipt).values(person_id=person_id, service=service, digest=digest, received_at=at)
    await tx.execute(row.on_conflict_do_nothing())


async def open_erasure(tx: AsyncConnection, person_id: UUID) -> Row[Any] | None:
    """The erasure, locked, unless it is confirmed or unknown."""
    query = select(erasure).where(erasure.c.person_id == person_id, erasure.c.confirmed_at.is_(None))
    return (await tx.execute(query.with_for_update())).one_or_none()


async def receipts(tx: AsyncConnection, person_id: UUID) -> set[str]:
    """The services that have answered."""
    query = select(erasure_receipt.c.service).where(erasure_receipt.c.person_id == person_id)
    return set((await tx.execute(query)).scalars())


async def confirm(tx: AsyncConnection, person_id: UUID, at: datetime) -> None:
    """The erasure is complete."""
    await tx.execute(update(erasure).where(erasure.c.person_id == person_id).values(confirmed_at=at))


async def bury(tx: AsyncConnection, tokens: Iterable[str], at: datetime) -> None:
    """Leave tombstones, so that nothing late brings anything back."""
    rows = [{"token": token, "erased_at": at} for token in tokens]
    if rows:
        await tx.execute(insert(tombstone).values(rows).on_conflict_do_nothing())


async def traces_of(tx: AsyncConnection, person_id: UUID) -> tuple[list[UUID], list[str], list[UUID], list[UUID]]:
    """Enquiries, receipt hashes, files, and the referral she came by."""
    query = select(enquiry.c.enquiry_id, enquiry.c.receipt_sha256).where(enquiry.c.person_id == person_id)
    enquiries = (await tx.execute(query)).all()
    ids = [row.enquiry_id for row in enquiries]
    files = select(attachment.c.attachment_id).where(attachment.c.enquiry_id.in_(ids))
    came = select(person.c.referral_id).where(person.c.person_id == person_id, person.c.referral_id.is_not(None))
    receipts_of = [row.receipt_sha256 for row in enquiries if row.receipt_sha256]
    return ids, receipts_of, list((await tx.execute(files)).scalars()), list((await tx.execute(came)).scalars())


async def delete_person(tx: AsyncConnection, person_id: UUID) -> dict[str, int]:
    """Delete every row of a person but the proofs that the law keeps; returns how many went, by table."""
    hers = select(enquiry.c.enquiry_id).where(enquiry.c.person_id == person_id)
    receipts_of = select(enquiry.c.receipt_sha256).where(enquiry.c.person_id == person_id)
    concerns = select(concern.c.concern_id).where(concern.c.person_id == person_id)
    steps: list[tuple[Table, ColumnElement[bool]]] = [
        (pin_guess, pin_guess.c.receipt_sha256.in_(receipts_of)),
        (attachment, attachment.c.enquiry_id.in_(hers)),
        (entry, entry.c.enquiry_id.in_(hers)),
        (heard_referral, heard_referral.c.concern_id.in_(concerns)),
        (concern, concern.c.person_id == person_id),
        (enquiry, enquiry.c.person_id == person_id),
        (case_file, case_file.c.person_id == person_id),
        (contact, contact.c.person_id == person_id),
        (field_release, field_release.c.person_id == person_id),
        (person, person.c.person_id == person_id),
    ]
    return {table.name: (await tx.execute(delete(table).where(which))).rowcount for table, which in steps}


async def kept(tx: AsyncConnection, person_id: UUID, objects: Iterable[UUID]) -> tuple[int, int]:
    """How many consents and entries of the access log stay."""
    consents = select(func.count()).select_from(consent).where(consent.c.person_id == person_id)
    named = [str(person_id), *(str(object_id) for object_id in objects)]
    looks = select(func.count()).select_from(access_log).where(access_log.c.object_id.in_(named))
    return int((await tx.execute(consents)).scalar_one()), int((await tx.execute(looks)).scalar_one())
