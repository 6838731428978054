"""How far each person's handover is, and the batches that leave."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select, union_all, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_intake.domain.machine import OPEN
from lotse_intake.store.tables import (
    attachment,
    concern,
    consent_withdrawal,
    enquiry,
    erasure,
    erasure_receipt,
    heard_referral,
    person,
)
from lotse_intake.store.tables.casework import document
from lotse_intake.store.tables.handover import handover_batch, handover_case, handover_item
from lotse_intake.store.tables.letters import deadline


async def case_of(tx: AsyncConnection, person_id: UUID, *, lock: bool = False) -> Row[Any] | None:
    """What is kept of one person's handover."""
    query = select(handover_case).where(handover_case.c.person_id == person_id)
    return (await tx.execute(query.with_for_update() if lock else query)).one_or_none()


async def cases_of(tx: AsyncConnection, person_ids: Iterable[UUID]) -> dict[UUID, Row[Any]]:
    """The same for many."""
    query = select(handover_case).where(handover_case.c.person_id.in_(list(person_ids)))
    return {row.person_id: row for row in (await tx.execute(query)).all()}


async def keep(tx: AsyncConnection, person_id: UUID, **values: Any) -> Row[Any]:
    """She is asked or has answered: change what is kept, or begin to keep it; the version rises. Returns the row."""
    fresh = {"person_id": person_id, "version": 1, "round": 0, "told": False, **values}
    row = insert(handover_case).values(fresh)
    again = row.on_conflict_do_update(
        index_elements=["person_id"], set_={**values, "version": handover_case.c.version + 1}
    )
    kept: Row[Any] = (await tx.execute(again.returning(handover_case))).one()
    return kept


async def change(tx: AsyncConnection, person_id: UUID, **values: Any) -> Row[Any]:
    """Change what is kept; the version rises. Returns the row."""
    step = update(handover_case).where(handover_case.c.person_id == person_id).returning(handover_case)
    row: Row[Any] = (await tx.execute(step.values(version=handover_case.c.version + 1, **values))).one()
    return row


async def people_with_open_concerns(tx: AsyncConnection) -> list[UUID]:
    """Every record with a concern that has not ended, nobody who is being erased."""
    query = select(concern.c.person_id).distinct().join(person, person.c.person_id == concern.c.person_id)
    query = query.where(concern.c.state.in_([*OPEN, "answered"]), person.c.frozen.is_(False))
    return list((await tx.execute(query.order_by(concern.c.person_id))).scalars())


async def people_asked(tx: AsyncConnection) -> list[UUID]:
    """Everybody of whose handover something is kept."""
    return list((await tx.execute(select(handover_case.c.person_id).order_by(handover_case.c.person_id))).scalars())


async def waiting_for_an_answer(tx: AsyncConnection) -> Sequence[Row[Any]]:
    """Who was asked, cannot be told by a notice, and has not answered."""
    query = select(handover_case).where(
        handover_case.c.asked_at.is_not(None), handover_case.c.told.is_(False), handover_case.c.answer.is_(None)
    )
    return (await tx.execute(query.order_by(handover_case.c.person_id))).all()


async def concerns_of(
    tx: AsyncConnection, person_ids: Iterable[UUID], *, ended_too: bool = False
) -> Sequence[Row[Any]]:
    """The concerns of some records, those that have not ended unless it is said, in a steady order."""
    query = select(concern).where(concern.c.person_id.in_(list(person_ids)))
    if not ended_too:
        query = query.where(concern.c.state.in_([*OPEN, "answered"]))
    return (await tx.execute(query.order_by(concern.c.received_at, concern.c.concern_id))).all()


async def referrals_of(tx: AsyncConnection, concern_ids: Iterable[UUID]) -> Sequence[Row[Any]]:
    """Every referral that was heard of about these concerns."""
    query = select(heard_referral).where(heard_referral.c.concern_id.in_(list(concern_ids)))
    return (await tx.execute(query.order_by(heard_referral.c.referral_id))).all()


async def deadlines_of(tx: AsyncConnection, concern_ids: Iterable[UUID]) -> Sequence[Row[Any]]:
    """The deadlines of these concerns that nobody has settled."""
    query = select(deadline).where(deadline.c.concern_id.in_(list(concern_ids)), deadline.c.settlement.is_(None))
    return (await tx.execute(query.order_by(deadline.c.on_day, deadline.c.deadline_id))).all()


async def files_of(tx: AsyncConnection, person_ids: Iterable[UUID]) -> Sequence[Row[Any]]:
    """What some records gave us: files of enquiries and documents of cases, oldest first; no proofs of consents."""
    ids = list(person_ids)
    sent = (
        select(
            attachment.c.attachment_id.label("file_id"),
            enquiry.c.person_id,
            attachment.c.media_type,
            attachment.c.size_bytes,
            attachment.c.uploaded_at.label("at"),
        )
        .join(enquiry, enquiry.c.enquiry_id == attachment.c.enquiry_id)
        .where(enquiry.c.person_id.in_(ids), attachment.c.claimed_at.is_not(None))
    )
    kept = select(
        document.c.document_id, document.c.person_id, document.c.media_type, document.c.size_bytes, document.c.kept_at
    ).where(document.c.person_id.in_(ids), document.c.consent_id.is_(None))
    both = union_all(sent, kept).subquery()
    return (await tx.execute(select(both).order_by(both.c.at, both.c.file_id))).all()


async def persons_of(tx: AsyncConnection, person_ids: Iterable[UUID], *, lock: bool = False) -> dict[UUID, Row[Any]]:
    """Some records, locked in the order of their ids where it is said, so that nobody locks anybody out."""
    query = select(person).where(person.c.person_id.in_(list(person_ids))).order_by(person.c.person_id)
    rows = (await tx.execute(query.with_for_update() if lock else query)).all()
    return {row.person_id: row for row in rows}


# Batches


async def unplaced_batch(tx: AsyncConnection, region: str) -> Row[Any] | None:
    """The batch of a region whose file does not lie at its place yet, locked."""
    query = select(handover_batch).where(handover_batch.c.region == region, handover_batch.c.placed_at.is_(None))
    return (await tx.execute(query.with_for_update())).one_or_none()


async def batch(tx: AsyncConnection, batch_id: UUID, *, lock: bool = False) -> Row[Any] | None:
    """One batch."""
    query = select(handover_batch).where(handover_batch.c.batch_id == batch_id)
    return (await tx.execute(query.with_for_update() if lock else query)).one_or_none()


async def batches(tx: AsyncConnection) -> Sequence[Row[Any]]:
    """All of them, oldest first."""
    query = select(handover_batch).order_by(handover_batch.c.opened_at, handover_batch.c.batch_id)
    return (await tx.execute(query)).all()


async def open_batch(tx: AsyncConnection, row: Mapping[str, Any]) -> Row[Any] | None:
    """A new batch; None where another process was faster."""
    new = insert(handover_batch).values(row).on_conflict_do_nothing().returning(handover_batch)
    opened: Row[Any] | None = (await tx.execute(new)).one_or_none()
    return opened


async def change_batch(tx: AsyncConnection, batch_id: UUID, **values: Any) -> None:
    """What became of a batch."""
    await tx.execute(update(handover_batch).where(handover_batch.c.batch_id == batch_id).values(**values))


async def waiting(tx: AsyncConnection, region: str, batch_id: UUID, *, lock: bool = False) -> Sequence[Row[Any]]:
    """Who wants to be taken along to this region and is in no batch, and whoever is in this one, by id."""
    wanted = (
        (handover_case.c.answer == "take_me")
        & (handover_case.c.region == region)
        & handover_case.c.batch_id.is_(None)
        & handover_case.c.packaged_at.is_(None)
    )
    query = select(handover_case).where(wanted | (handover_case.c.batch_id == batch_id))
    query = query.order_by(handover_case.c.person_id)
    return (await tx.execute(query.with_for_update() if lock else query)).all()


async def anybody_waits(tx: AsyncConnection, region: str) -> bool:
    """Whether somebody wants to be taken along to this region and is in no batch."""
    query = select(handover_case.c.person_id).where(
        handover_case.c.answer == "take_me", handover_case.c.region == region, handover_case.c.batch_id.is_(None)
    )
    return (await tx.execute(query.limit(1))).first() is not None


async def packaged_elsewhere(tx: AsyncConnection, person_ids: Iterable[UUID], batch_id: UUID) -> set[UUID]:
    """Which of these records are in a package already, another than this one."""
    query = select(handover_case.c.person_id).where(
        handover_case.c.person_id.in_(list(person_ids)),
        handover_case.c.packaged_at.is_not(None),
        handover_case.c.batch_id != batch_id,
    )
    return set((await tx.execute(query)).scalars())


async def pack(tx: AsyncConnection, person_id: UUID, batch_id: UUID, at: datetime) -> Row[Any] | None:
    """She is in this package; None if she was before, since the same package was made again."""
    step = update(handover_case).where(handover_case.c.person_id == person_id, handover_case.c.packaged_at.is_(None))
    packed = step.values(batch_id=batch_id, packaged_at=at, version=handover_case.c.version + 1)
    row: Row[Any] | None = (await tx.execute(packed.returning(handover_case))).one_or_none()
    return row


async def members(tx: AsyncConnection, batch_id: UUID) -> Sequence[Row[Any]]:
    """Who is in a batch and still here."""
    query = select(handover_case).where(handover_case.c.batch_id == batch_id)
    return (await tx.execute(query.order_by(handover_case.c.person_id))).all()


async def add_item(tx: AsyncConnection, batch_id: UUID, reference: UUID, record_sha256: str) -> None:
    """One person of a package, by the reference alone."""
    row = {"batch_id": batch_id, "reference": reference, "person_sha256": record_sha256}
    await tx.execute(insert(handover_item).values(row))


async def clear_items(tx: AsyncConnection, batch_id: UUID) -> None:
    """Before a package that never lay at its place is made anew."""
    await tx.execute(handover_item.delete().where(handover_item.c.batch_id == batch_id))


async def items(tx: AsyncConnection, batch_id: UUID) -> Sequence[Row[Any]]:
    """Everybody who was in a package, also who is erased by now."""
    query = select(handover_item).where(handover_item.c.batch_id == batch_id).order_by(handover_item.c.reference)
    return (await tx.execute(query)).all()


async def receipt_item(tx: AsyncConnection, batch_id: UUID, reference: UUID, at: datetime) -> bool:
    """Note the receiver's word; False if it was noted before."""
    step = update(handover_item).where(
        handover_item.c.batch_id == batch_id,
        handover_item.c.reference == reference,
        handover_item.c.receipted_at.is_(None),
    )
    return (await tx.execute(step.values(receipted_at=at).returning(handover_item.c.reference))).first() is not None


async def purge_item(tx: AsyncConnection, batch_id: UUID, reference: UUID, at: datetime) -> bool:
    """Note that her erasure here has begun; False if it was noted before."""
    step = update(handover_item).where(
        handover_item.c.batch_id == batch_id,
        handover_item.c.reference == reference,
        handover_item.c.purged_at.is_(None),
        handover_item.c.receipted_at.is_not(None),
    )
    return (await tx.execute(step.values(purged_at=at).returning(handover_item.c.reference))).first() is not None


async def receipted(tx: AsyncConnection) -> Sequence[Row[Any]]:
    """Who has been received elsewhere and is not purged here."""
    query = select(handover_case).where(handover_case.c.receipted_at.is_not(None), handover_case.c.purged_at.is_(None))
    return (await tx.execute(query.order_by(handover_case.c.person_id))).all()


async def withdrawn_consents(tx: AsyncConnection, consent_ids: Iterable[UUID]) -> set[UUID]:
    """Which of these consents were taken back."""
    query = select(consent_withdrawal.c.consent_id).where(consent_withdrawal.c.consent_id.in_(list(consent_ids)))
    return set((await tx.execute(query)).scalars())


async def ends(tx: AsyncConnection) -> list[Any]:
    """Every erasure, also of people who were never handed over."""
    return list((await tx.execute(select(erasure.c.person_id, erasure.c.confirmed_at))).all())


async def digests(tx: AsyncConnection, person_ids: Iterable[UUID]) -> dict[UUID, list[tuple[str, str]]]:
    """The services' receipts of some erasures, by service."""
    query = select(erasure_receipt.c.person_id, erasure_receipt.c.service, erasure_receipt.c.digest)
    rows = await tx.execute(query.where(erasure_receipt.c.person_id.in_(list(person_ids))).order_by("service"))
    found: dict[UUID, list[tuple[str, str]]] = {}
    for row in rows:
        found.setdefault(row.person_id, []).append((row.service, row.digest))
    return found


async def counts(tx: AsyncConnection, batch_id: UUID) -> tuple[int, int, int]:
    """Persons of a batch, receipts, purges."""
    mine = handover_item.c.batch_id == batch_id
    query = select(func.count(), func.count(handover_item.c.receipted_at), func.count(handover_item.c.purged_at))
    row = (await tx.execute(query.select_from(handover_item).where(mine))).one()
    return int(row[0]), int(row[1]), int(row[2])
