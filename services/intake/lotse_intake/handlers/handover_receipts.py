"""The receiver confirms person by person: each counts once, and her concerns are somebody else's from then on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.envelope import Message
from lotse_contracts.intake import HandoverReceipted
from lotse_intake.domain.handover import PURPOSE, reference_of
from lotse_intake.domain.handover_receipt import Judged, ReceiptOfAnother, batch_of, judged
from lotse_intake.handlers.handover_gathering import gathered, open_referrals
from lotse_intake.handlers.moving import hand_over
from lotse_intake.store import consents, handover


@dataclass(frozen=True)
class Receipt:
    """A file of the receiver as it was judged, and who its references are here; the erased are nobody."""

    batch: Row[Any]
    judged: Judged
    people: Mapping[UUID, UUID]


async def read(content: bytes, tx: AsyncConnection) -> Receipt:
    """Raises Refused if the file is that of another batch, of another making of it, or of none; nothing is taken."""
    batch_id = batch_of(content)
    batch = await handover.batch(tx, batch_id) if batch_id is not None else None
    if batch is None or batch.placed_at is None:
        raise Refused("handover_receipt_of_another")
    records = {item.reference: item.person_sha256 for item in await handover.items(tx, batch.batch_id)}
    try:
        found = judged(content, batch_id=batch.batch_id, manifest_sha256=batch.manifest_sha256, records=records)
    except ReceiptOfAnother:
        raise Refused("handover_receipt_of_another") from None
    members = await handover.members(tx, batch.batch_id)
    return Receipt(batch, found, {reference_of(batch.batch_id, row.person_id): row.person_id for row in members})


async def receipted(receipt: Receipt, reference: UUID, context: Context, tx: AsyncConnection) -> list[Message] | None:
    """One person's confirmation; None if it counted before."""
    if not await handover.receipt_item(tx, receipt.batch.batch_id, reference, context.now):
        return None
    person_id = receipt.people.get(reference)
    held = await handover.case_of(tx, person_id, lock=True) if person_id is not None else None
    if person_id is None or held is None:
        return []  # she was erased meanwhile at her own wish; the receipt is kept without her
    kept = await handover.change(tx, person_id, receipted_at=context.now)
    whole = await gathered(tx, [person_id])
    referrals = tuple(open_referrals(whole, person_id))
    consent = await consents.get(tx, held.consent_id)
    said: list[Message] = []
    for row in whole.concerns_of(person_id):
        if consent is not None and row.code in consent.codes:
            said += await hand_over(tx, context, row.concern_id)
    await accesslog.record(tx, context, action="write", object_kind="person", object_id=str(person_id), purpose=PURPOSE)
    fact = HandoverReceipted(
        person_id=person_id,
        version=kept.version,
        batch_id=receipt.batch.batch_id,
        recipient=receipt.batch.recipient,
        referrals=referrals,
    )
    return [fact, *said]
