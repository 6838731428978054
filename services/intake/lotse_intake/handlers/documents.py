"""Documents of a case and scans that prove a consent: who may bring and take them; each taking is in the access log."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_chassis.personkeys import KeyDestroyed
from lotse_contracts.envelope import Message
from lotse_contracts.intake import DocumentKept
from lotse_contracts.intake.notes import DocumentPurpose
from lotse_intake.domain.files import MediaType
from lotse_intake.domain.sight import sees
from lotse_intake.handlers import people
from lotse_intake.handlers.viewing import case_to_see, log, require_open, viewer_of
from lotse_intake.providers.attachments import FileMissing
from lotse_intake.providers.office import Office
from lotse_intake.store import cases, consents, documents

DOCUMENTS_MAX = 200  # of one case
SCANS_MAX = 10  # of one consent
CONSENT_PROOF: DocumentPurpose = "consent_proof"


@dataclass(frozen=True)
class Place:
    """Where a document goes, and whose it is then."""

    person_id: UUID
    purpose: DocumentPurpose
    case_id: UUID | None = None
    consent_id: UUID | None = None


@dataclass(frozen=True)
class Brought:
    """A file that was checked and cleaned."""

    document_id: UUID
    kind: str
    media_type: MediaType
    content: bytes

    @property
    def sha256(self) -> str:
        """Of the file as it is kept, hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


async def place_in_case(tx: AsyncConnection, context: Context, case_id: UUID) -> Place:
    """Whether the asker may add to this case. Raises Refused."""
    row, _, _ = await case_to_see(tx, context, case_id)
    require_open(row)
    if await documents.count_of_case(tx, case_id) >= DOCUMENTS_MAX:
        raise Refused("case_full", fields=("case_id",), rule=f"at most {DOCUMENTS_MAX} documents of one case")
    return Place(row.person_id, "case", case_id=case_id)


async def place_on_consent(tx: AsyncConnection, context: Context, consent_id: UUID) -> Place:
    """Whether a scan may be added to this consent. Raises Refused."""
    await viewer_of(tx, context)
    row = await consents.get(tx, consent_id)
    if row is None:
        raise Refused("unknown_consent", fields=("consent_id",))
    await people.living(tx, row.person_id)
    if len(await documents.of_consent(tx, consent_id)) >= SCANS_MAX:
        raise Refused("case_full", fields=("consent_id",), rule=f"at most {SCANS_MAX} scans of one consent")
    return Place(row.person_id, CONSENT_PROOF, consent_id=consent_id)


async def known(tx: AsyncConnection, place: Place, document_id: UUID) -> Row[Any] | None:
    """The document of a request that is repeated. Raises Refused if this id is somebody else's."""
    row = await documents.get(tx, document_id)
    if row is not None and (row.case_id, row.consent_id) != (place.case_id, place.consent_id):
        raise Refused("id_taken", fields=("document_id",))
    return row


async def kept(
    office: Office, tx: AsyncConnection, context: Context, place: Place, brought: Brought
) -> Sequence[Message]:
    """The file, encrypted under her key, and its row."""
    try:
        await asyncio.to_thread(office.files.keep, brought.document_id, place.person_id, brought.content)
    except KeyDestroyed:
        raise Refused("person_erased") from None
    await documents.add(
        tx,
        {
            "document_id": brought.document_id,
            "person_id": place.person_id,
            "case_id": place.case_id,
            "consent_id": place.consent_id,
            "purpose": place.purpose,
            "kind": brought.kind,
            "media_type": brought.media_type,
            "size_bytes": len(brought.content),
            "sha256": brought.sha256,
            "kept_at": context.now,
            "kept_by": context.actor or context.sender,
        },
    )
    await log(tx, context, "document", brought.document_id, place.purpose)
    return [
        DocumentKept(
            document_id=brought.document_id,
            person_id=place.person_id,
            version=1,
            purpose=place.purpose,
            case_id=place.case_id,
            consent_id=place.consent_id,
        )
    ]


async def read(office: Office, tx: AsyncConnection, context: Context, document_id: UUID) -> tuple[bytes, str]:
    """The file and its type, for whoever may see its case; a consent's scan for every counsellor. Logged."""
    row = await documents.get(tx, document_id)
    if row is None or row.frozen or not await _may_see(tx, context, row):
        raise Refused("unknown_document", fields=("document_id",))
    await log(tx, context, "document", document_id, "counselling", action="read")
    try:
        content = await asyncio.to_thread(office.files.read, document_id, row.person_id)
    except (FileMissing, KeyDestroyed):
        raise Refused("unknown_document", fields=("document_id",)) from None
    return content, row.media_type


async def _may_see(tx: AsyncConnection, context: Context, row: Row[Any]) -> bool:
    viewer = await viewer_of(tx, context)
    if row.case_id is None:
        return True
    case = await cases.get(tx, row.case_id)
    return case is not None and sees(viewer, await cases.carried(tx, case))
