"""The scan of a signed form proves a consent in writing; its hash stays when the scan is gone."""

import asyncio
import hashlib
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_chassis.personkeys import KeyDestroyed
from lotse_contracts.envelope import Message
from lotse_contracts.intake import AttachConsentProof, ConsentProved
from lotse_intake.domain.consents import WRITTEN
from lotse_intake.handlers import channel, consent_timers, people
from lotse_intake.providers.attachments import FileMissing
from lotse_intake.providers.office import Office
from lotse_intake.store import attachments, consents, merges, scans


async def attach_consent_proof(
    office: Office, order: AttachConsentProof, context: Context, tx: AsyncConnection
) -> Sequence[Message]:
    """The first scan proves it, also one that comes late; a further one is kept beside it."""
    await people.living(tx, order.person_id)
    row = await consents.get(tx, order.consent_id)
    if row is None or row.person_id != order.person_id:
        raise Refused("unknown_consent", fields=("consent_id",))
    if row.method != WRITTEN:
        raise Refused("no_scan_wanted", fields=("consent_id",))
    proof = {
        "consent_id": order.consent_id,
        "attachment_id": order.attachment_id,
        "scan_sha256": await _scan(office, tx, order),
        "attached_at": context.now,
        "attached_by": context.actor or context.sender,
    }
    if not await consents.prove(tx, proof):
        return []
    await accesslog.record(
        tx, context, action="write", object_kind="consent", object_id=str(order.consent_id), purpose="consent_proof"
    )
    if row.is_proved:
        return []
    proved = await consents.get(tx, order.consent_id)
    await consent_timers.set_end(tx, proved, context.now)
    said = ConsentProved(
        consent_id=row.consent_id,
        person_id=row.person_id,
        version=row.version + 1,
        kind=row.kind,
        recipient=row.recipient,
    )
    return [said, *await channel.revived(office, context, tx, proved)]


async def _scan(office: Office, tx: AsyncConnection, order: AttachConsentProof) -> str:
    """SHA-256 of the file as it is kept; forms that were scanned together are one file. Raises Refused if it is not
    hers, not for this, or not there."""
    group = await merges.group_of(tx, order.person_id)
    scan = await scans.get(tx, order.attachment_id)
    if scan is not None:
        if scan.person_id not in group or scan.purpose != scans.PURPOSE:
            raise Refused("unknown_attachment", fields=("attachment_id",))
        return str(scan.sha256)
    sent = await attachments.get(tx, order.attachment_id)
    if sent is None or sent.person_id not in group:
        raise Refused("unknown_attachment", fields=("attachment_id",))
    return await asyncio.to_thread(_read, office, order.attachment_id, sent.person_id)


def _read(office: Office, attachment_id: UUID, person_id: UUID) -> str:
    try:
        return hashlib.sha256(office.files.read(attachment_id, person_id)).hexdigest()
    except (FileMissing, KeyDestroyed):
        raise Refused("unknown_attachment", fields=("attachment_id",)) from None
