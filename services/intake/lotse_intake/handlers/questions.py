"""What intake is asked: the state by receipt code, the conversation, the inbox, and what may be done."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.envelope import Sealed
from lotse_contracts.intake import (
    AskConversation,
    AskEnquiry,
    AskEnquiryState,
    AskSealingKey,
    AttachmentReference,
    ConversationAnswer,
    ConversationEntry,
    EnquiryAnswer,
    SealingKeyAnswer,
    StateAnswer,
)
from lotse_contracts.sealed import CannotOpen, decode, encode, key_id, seal
from lotse_intake.domain.machine import public_state
from lotse_intake.handlers import people, pins, reading, viewing
from lotse_intake.providers.content import decrypted, said_in
from lotse_intake.providers.office import Office
from lotse_intake.store import attachments, concerns, enquiries

KEY_BYTES = 32
ANSWER_BYTES_MAX = 150_000  # of texts in one answer, newest first; base64 and envelope must fit the broker's limit


async def enquiry_state(question: AskEnquiryState, context: Context, tx: AsyncConnection) -> StateAnswer:
    """The state only; unknown and erased look the same."""
    digest = await enquiries.digest_of_code(tx, question.receipt_code)
    row = await enquiries.by_receipt(tx, digest) if digest else None
    if row is None or row.frozen:
        return StateAnswer(known=False)
    states = [concern.state for concern in await concerns.of_enquiry(tx, row.enquiry_id)]
    return StateAnswer(
        known=True, state=public_state(states, row.answers), answers=row.answers, updated_at=row.updated_at
    )


async def conversation(
    office: Office, question: AskConversation, context: Context, tx: AsyncConnection
) -> ConversationAnswer:
    """The person reads, proved by her PIN."""
    row = await people.open_enquiry_of_code(tx, question.receipt_code)
    await pins.require_pin(office, context, row, question.pin)
    await _log(tx, context, row.enquiry_id, "self_access")
    to = sealer_of(question.reply_key, AskConversation.type_name(), str(row.enquiry_id))
    return await _read(office, tx, row, to)


async def enquiry(office: Office, question: AskEnquiry, context: Context, tx: AsyncConnection) -> EnquiryAnswer:
    """A counsellor reads; who, when and why goes into the access log."""
    row = await people.open_enquiry(tx, question.enquiry_id, also_restricted=True)
    await viewing.require_no_conflict(tx, context, row.person_id, "enquiry_id")
    await _log(tx, context, row.enquiry_id, question.purpose)
    to = sealer_of(question.reply_key, AskEnquiry.type_name(), str(row.enquiry_id))
    said = await _read(office, tx, row, to)
    person = await people.living(tx, row.person_id, also_restricted=True)
    letter = await reading.letter_of_enquiry(office, context, tx, row)
    return EnquiryAnswer(
        enquiry_id=said.enquiry_id,
        entries=said.entries,
        attachments=said.attachments,
        letter=to(letter.model_dump_json(exclude_none=True).encode()) if letter else None,
        channel=row.channel,
        flags=tuple(row.flags),
        urgency=row.urgency,
        contact_safe=person.contact_safe,
        has_receipt=row.receipt_sha256 is not None,
        text_consented=row.text_consented,
        notice_version=row.notice_version,
    )


async def sealing_key(
    office: Office, question: AskSealingKey, context: Context, tx: AsyncConnection
) -> SealingKeyAnswer:
    """The public key that orders to intake are sealed to."""
    return sealing_key_of(office, context.now)


def sealing_key_of(office: Office, now: datetime) -> SealingKeyAnswer:
    """The public key, as it is told over the broker and over HTTP."""
    raw = office.ring.public(now)
    return SealingKeyAnswer(kid=key_id(raw), public_key=encode(raw))


def sealer_of(reply_key: str, type_name: str, key: str) -> Callable[[bytes], Sealed]:
    """Seals to the key of whoever asked. Raises Refused if it is none."""
    try:
        raw = decode(reply_key)
    except CannotOpen:
        raw = b""
    if len(raw) != KEY_BYTES:
        raise Refused("bad_reply_key", fields=("reply_key",))
    return lambda plaintext: seal(plaintext, raw, type_name=type_name, key=key)


async def _read(
    office: Office, tx: AsyncConnection, row: Row[Any], to: Callable[[bytes], Sealed]
) -> ConversationAnswer:
    entries, size = [], 0
    for said in reversed(await enquiries.conversation(tx, row.enquiry_id)):
        size += len(said.content)
        if size > ANSWER_BYTES_MAX:
            break
        text = decrypted(office.keys, row.person_id, said_in(row.enquiry_id), said.content)
        entries.append(ConversationEntry(by=said.said_by, at=said.at, content=to(text)))
    entries.reverse()
    files = [
        AttachmentReference(attachment_id=file.attachment_id, media_type=file.media_type, at=file.uploaded_at)
        for file in await attachments.of_enquiry(tx, row.enquiry_id)
    ]
    return ConversationAnswer(enquiry_id=row.enquiry_id, entries=tuple(entries), attachments=tuple(files))


async def _log(tx: AsyncConnection, context: Context, enquiry_id: UUID, purpose: str) -> None:
    await accesslog.record(
        tx, context, action="read", object_kind="enquiry", object_id=str(enquiry_id), purpose=purpose
    )
