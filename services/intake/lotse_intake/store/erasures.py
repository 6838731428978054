"""The erasure of a person: what goes, what is left as a tombstone, and which services have answered."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Table, Uuid, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.accesslog import access_log
from lotse_chassis.timers import timer
from lotse_contracts.person import ErasureReceipt
from lotse_intake.store import departed
from lotse_intake.store.tables import (
    attachment,
    case_file,
    concern,
    consent,
    consent_withdrawal,
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
from lotse_intake.store.tables.casework import case_conflict, case_event, document, goal, note, person_link, task
from lotse_intake.store.tables.channels import channel_choice, consent_point
from lotse_intake.store.tables.consenting import consent_expiry, consent_proof
from lotse_intake.store.tables.desk import concern_move, concern_proposal
from lotse_intake.store.tables.handover import handover_case
from lotse_intake.store.tables.letters import deadline
from lotse_intake.store.tables.matching import blind_index, duplicate_pair, person_merge, to_index
from lotse_intake.store.tables.reports import person_bands
from lotse_intake.store.tables.rights import erasure_request, legal_hold, rectification, restriction


async def begin(tx: AsyncConnection, person_id: UUID, at: datetime, by: str, **more: Any) -> bool:
    """Note that an erasure begins, with when it was asked for and is due; False if it had."""
    row = insert(erasure).values(person_id=person_id, begun_at=at, begun_by=by, **more)
    new = row.on_conflict_do_nothing().returning(erasure.c.person_id)
    return (await tx.execute(new)).first() is not None


async def add_receipt(tx: AsyncConnection, receipt: ErasureReceipt, at: datetime) -> None:
    """Keep a service's first receipt, also one that comes before we know of the erasure."""
    said = receipt.model_dump(mode="json", include={"counts", "kept"})
    row = insert(erasure_receipt).values(
        person_id=receipt.person_id, service=receipt.SERVICE, digest=receipt.digest, received_at=at, **said
    )
    await tx.execute(row.on_conflict_do_nothing())


async def get(tx: AsyncConnection, person_id: UUID) -> Row[Any] | None:
    """An erasure that has begun, confirmed or not."""
    return (await tx.execute(select(erasure).where(erasure.c.person_id == person_id))).one_or_none()


async def receipt_rows(tx: AsyncConnection, person_id: UUID) -> Sequence[Row[Any]]:
    """The receipts in the order of the services' names."""
    query = select(erasure_receipt).where(erasure_receipt.c.person_id == person_id)
    return (await tx.execute(query.order_by(erasure_receipt.c.service))).all()


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


Step = tuple[Table, ColumnElement[bool]]
UUID_CHARACTERS = 36  # a timer's key is an id, or begins with one


def steps_of(person_id: UUID) -> list[Step]:
    """Each table that holds anything of a person, with her rows in it, in the order in which they can be deleted.

    A table that is missing here and in `kept_of` is forgotten at an erasure and at an access: a test fails for it.
    """
    hers = select(enquiry.c.enquiry_id).where(enquiry.c.person_id == person_id)
    receipts_of = select(enquiry.c.receipt_sha256).where(enquiry.c.person_id == person_id)
    concerns = select(concern.c.concern_id).where(concern.c.person_id == person_id)
    cases = select(case_file.c.case_id).where(case_file.c.person_id == person_id)
    pairs = or_(duplicate_pair.c.first_id == person_id, duplicate_pair.c.second_id == person_id)
    merges = or_(person_merge.c.kept_id == person_id, person_merge.c.merged_id == person_id)
    return [
        (blind_index, blind_index.c.person_id == person_id),
        (to_index, to_index.c.person_id == person_id),
        (duplicate_pair, pairs),
        (person_merge, merges),
        (restriction, restriction.c.person_id == person_id),
        (rectification, rectification.c.person_id == person_id),
        (legal_hold, legal_hold.c.person_id == person_id),
        (erasure_request, erasure_request.c.person_id == person_id),
        (pin_guess, pin_guess.c.receipt_sha256.in_(receipts_of)),
        (attachment, attachment.c.enquiry_id.in_(hers)),
        (entry, entry.c.enquiry_id.in_(hers)),
        (heard_referral, heard_referral.c.concern_id.in_(concerns)),
        (concern_proposal, concern_proposal.c.concern_id.in_(concerns)),
        (concern_move, concern_move.c.concern_id.in_(concerns)),
        (contact, contact.c.person_id == person_id),
        (person_link, or_(person_link.c.person_id == person_id, person_link.c.other_id == person_id)),
        (document, document.c.person_id == person_id),
        (note, note.c.person_id == person_id),
        (task, task.c.person_id == person_id),
        (goal, goal.c.person_id == person_id),
        (case_conflict, case_conflict.c.case_id.in_(cases)),
        (case_event, case_event.c.case_id.in_(cases)),
        (deadline, deadline.c.person_id == person_id),
        (concern, concern.c.person_id == person_id),
        (enquiry, enquiry.c.person_id == person_id),
        (case_file, case_file.c.person_id == person_id),
        (field_release, field_release.c.person_id == person_id),
        (person_bands, person_bands.c.person_id == person_id),
        (handover_case, handover_case.c.person_id == person_id),
        (consent_point, consent_point.c.person_id == person_id),
        (person, person.c.person_id == person_id),
    ]


def kept_of(person_id: UUID) -> list[Step]:
    """Each table that keeps rows of a person after her erasure, as the law has it: three years, without content."""
    ended = select(consent.c.consent_id).where(consent.c.person_id == person_id)
    return [
        (consent, consent.c.person_id == person_id),
        (consent_withdrawal, consent_withdrawal.c.consent_id.in_(ended)),
        (consent_expiry, consent_expiry.c.consent_id.in_(ended)),
        (consent_proof, consent_proof.c.consent_id.in_(ended)),
        (channel_choice, channel_choice.c.person_id == person_id),
        (erasure, erasure.c.person_id == person_id),
        (erasure_receipt, erasure_receipt.c.person_id == person_id),
    ]


IMPERSONAL = {
    "tombstone": "one-way digests of what belonged to erased persons; nobody gets back to them",
    "staff": "pseudonyms of members of staff, under their employment; not a person who is advised",
    "code_list": "lists of codes",
    "consent_text": "texts that were agreed to, by version",
    "group_contact": "head counts of group offers, without anybody's name",
    "publication": "suppressed figures of a month",
    "closed_month": "counts of a month that is over",
    "departed_count": "sums by month over everybody who was forgotten, without a name or an id",
    "handed_in_report": "suppressed reports as they were handed in",
    "handover_batch": "packages by region, with counts and digests",
    "handover_item": "random references of a package and digests of what was in it",
    "retention_run": "rules and how much each took",
    "incident_lookup": "who looked up a member of staff after an incident, approved by whom",
    "blind_index_mark": "under which rules the blind index was made",
}
"""Every other table, and why it holds nothing of a person who is advised."""


async def object_ids(tx: AsyncConnection, person_id: UUID) -> list[str]:
    """Every id under which something of hers is kept: what timers, messages and looks may name beside herself."""
    found: set[str] = set()
    for table, which in [*steps_of(person_id), *kept_of(person_id)]:
        for column in table.primary_key.columns:
            if isinstance(column.type, Uuid):
                found |= {str(one) for one in (await tx.execute(select(column).where(which))).scalars()}
    return sorted(found - {str(person_id)})


async def cancel_timers(tx: AsyncConnection, person_id: UUID, objects: Sequence[str], spared: Iterable[str]) -> int:
    """Remove every timer that is about her or one of these, but those of the erasure itself; returns how many."""
    named = [str(person_id), *objects]
    about = func.left(timer.c.key, UUID_CHARACTERS).in_(named) | (timer.c.payload["person_id"].astext == str(person_id))
    gone = await tx.execute(delete(timer).where(about, timer.c.kind.not_in(tuple(spared))).returning(timer.c.id))
    return len(gone.all())


async def delete_person(tx: AsyncConnection, person_id: UUID) -> dict[str, int]:
    """Delete every row of a person but the proofs that the law keeps; returns how many went, by table.

    What she counts for stays in the sums of its months.
    """
    await departed.keep(tx, person_id)
    steps = steps_of(person_id)
    return {table.name: (await tx.execute(delete(table).where(which))).rowcount for table, which in steps}


async def kept(tx: AsyncConnection, person_id: UUID, objects: Iterable[str]) -> dict[str, int]:
    """How many rows of each table stay, and how many entries of the access log."""
    named = [str(person_id), *objects]
    stays: dict[str, int] = {}
    for table, which in [(access_log, access_log.c.object_id.in_(named)), *kept_of(person_id)]:
        query = select(func.count()).select_from(table).where(which)
        stays[table.name] = int((await tx.execute(query)).scalar_one())
    return stays
