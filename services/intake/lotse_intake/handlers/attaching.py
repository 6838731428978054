"""Files that were uploaded before find their enquiry; one that cannot be claimed never costs the enquiry."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_contracts.intake import AttachmentClaim
from lotse_intake.providers.attachments import FileMissing, claim_digest
from lotse_intake.providers.office import Office
from lotse_intake.store import attachments, enquiries

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Home:
    """Where a file belongs from now on."""

    enquiry_id: UUID
    person_id: UUID


async def claim_files(
    office: Office, context: Context, tx: AsyncConnection, home: Home, claims: Sequence[AttachmentClaim]
) -> None:
    """Give each file to the person; those that are unknown, gone or somebody else's are counted as missing."""
    missing = 0
    for claim in claims:
        digest = claim_digest(claim.claim)
        if await attachments.claim(tx, claim.attachment_id, digest, enquiry_id=home.enquiry_id, at=context.now):
            try:
                await asyncio.to_thread(office.files.adopt, claim.attachment_id, claim.claim, home.person_id)
                continue
            except FileMissing:
                log.warning("a claimed file is not on the disk")
        missing += 1
    if missing:
        await enquiries.note_missing_files(tx, home.enquiry_id, missing)
