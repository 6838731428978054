"""What is said after the first enquiry: she adds, a counsellor answers."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog
from lotse_chassis.context import Context
from lotse_contracts.envelope import Message
from lotse_contracts.intake import (
    AdditionContent,
    AddToEnquiry,
    AnswerEnquiry,
    AttachmentClaim,
    EnquiryAdded,
    EnquiryAnswered,
    TextContent,
)
from lotse_intake.domain.due import due_at
from lotse_intake.domain.triage import Triage, more_urgent, triage
from lotse_intake.handlers import attaching, emergencies, moving, people, pins, safety, telling
from lotse_intake.handlers.repeats import is_repeated
from lotse_intake.providers.content import opened, said_in
from lotse_intake.providers.office import Office
from lotse_intake.store import concerns, enquiries, persons

EMERGENCY = "emergency"


async def add_to_enquiry(
    office: Office, order: AddToEnquiry, context: Context, tx: AsyncConnection
) -> Sequence[Message]:
    """She writes again, proved by her PIN."""
    row = await people.open_enquiry_of_receipt(tx, order.receipt_sha256)
    type_name, key = AddToEnquiry.type_name(), order.receipt_sha256
    content = opened(office, order.content, AdditionContent, type_name=type_name, key=key)
    await pins.require_pin(office, context, row, content.pin)
    if await is_repeated(tx, order, order.content, context):
        return []
    return await added(office, context, tx, row, text=content.text, attachments=order.attachments)


async def added(
    office: Office,
    context: Context,
    tx: AsyncConnection,
    row: Row[Any],
    *,
    text: str,
    attachments: Sequence[AttachmentClaim],
) -> list[Message]:
    """What she says later, whoever writes it down: kept, judged, and looked at again."""
    kept = office.keys.encrypt(row.person_id, said_in(row.enquiry_id), text.encode())
    await enquiries.say(tx, row.enquiry_id, "person", kept, context.now)
    home = attaching.Home(row.enquiry_id, row.person_id)
    await attaching.claim_files(office, context, tx, home, attachments)
    judged = triage(flags=(), codes=(), text=text, words=office.words)
    again = await _look_again(tx, row.enquiry_id, judged, context)
    touched = await enquiries.touch(tx, row.enquiry_id, context.now)
    await _log(tx, context, row.enquiry_id, "write", "addition")
    warnings = (EMERGENCY,) if judged.urgency == "emergency" else ()
    said: list[Message] = [
        EnquiryAdded(enquiry_id=row.enquiry_id, person_id=row.person_id, version=touched.version, warnings=warnings)
    ]
    if judged.urgency == "emergency":
        said += emergencies.raised(office, context, row.enquiry_id, row.person_id, version=touched.version)
    said += again
    return [*said, *([] if judged.contact_safe else await safety.silence(office, context, tx, row.person_id))]


async def _look_again(tx: AsyncConnection, enquiry_id: UUID, judged: Triage, context: Context) -> list[Message]:
    """What nobody carries is in the inbox again; what is there already comes earlier where it is more urgent now."""
    said: list[Message] = []
    for concern in await concerns.of_enquiry(tx, enquiry_id, lock=True):
        raised = replace(judged, urgency=more_urgent(judged.urgency, concern.urgency))
        due = due_at(raised, context.now)
        said += await moving.wrote_again(tx, context, concern, urgency=raised.urgency, due_at=due)
    return said


async def answer_enquiry(
    office: Office, order: AnswerEnquiry, context: Context, tx: AsyncConnection
) -> Sequence[Message]:
    """A counsellor answers; the person is told only that something waits, and only where that is safe."""
    row = await people.open_enquiry(tx, order.enquiry_id)
    key = str(order.enquiry_id)
    content = opened(office, order.content, TextContent, type_name=AnswerEnquiry.type_name(), key=key)
    if await is_repeated(tx, order, order.content, context):
        return []
    text = office.keys.encrypt(row.person_id, said_in(row.enquiry_id), content.text.encode())
    await enquiries.say(tx, row.enquiry_id, "association", text, context.now)
    moves = await moving.answered(tx, context, await concerns.of_enquiry(tx, row.enquiry_id, lock=True))
    touched = await enquiries.touch(tx, row.enquiry_id, context.now, answered=True)
    await _log(tx, context, row.enquiry_id, "write", "answer")
    answered = EnquiryAnswered(enquiry_id=row.enquiry_id, person_id=row.person_id, version=touched.version)
    person = await persons.get(tx, row.person_id)
    if person is None or row.receipt_sha256 is None or not telling.reach_of(person).may_be_told:
        return [answered, *moves]  # whoever came by referral has no code to read with
    return [answered, *moves, telling.answer_waits(context, row.person_id, row.enquiry_id, touched.answers)]


async def _log(tx: AsyncConnection, context: Context, enquiry_id: object, action: str, purpose: str) -> None:
    await accesslog.record(
        tx, context, action=action, object_kind="enquiry", object_id=str(enquiry_id), purpose=purpose
    )
