"""What is said after the first enquiry: she adds, a counsellor answers."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog
from lotse_chassis.context import Context
from lotse_contracts.envelope import Message
from lotse_contracts.intake import (
    AdditionContent,
    AddToEnquiry,
    AnswerEnquiry,
    EnquiryAdded,
    EnquiryAnswered,
    TextContent,
)
from lotse_intake.domain.machine import next_state
from lotse_intake.domain.triage import triage
from lotse_intake.handlers import attaching, people, pins, telling
from lotse_intake.handlers.arrivals import due_at
from lotse_intake.providers.content import opened, said_in
from lotse_intake.providers.office import Office
from lotse_intake.store import concerns, enquiries, persons


async def add_to_enquiry(
    office: Office, order: AddToEnquiry, context: Context, tx: AsyncConnection
) -> Sequence[Message]:
    """She writes again: what nobody carries yet goes back into the inbox, where it is more urgent under a new time."""
    row = await people.open_enquiry_of_receipt(tx, order.receipt_sha256)
    type_name, key = AddToEnquiry.type_name(), order.receipt_sha256
    content = opened(office, order.content, AdditionContent, type_name=type_name, key=key)
    await pins.require_pin(office, context, row, content.pin)
    text = office.keys.encrypt(row.person_id, said_in(row.enquiry_id), content.text.encode())
    await enquiries.say(tx, row.enquiry_id, "person", text, context.now)
    home = attaching.Home(row.enquiry_id, row.person_id)
    await attaching.claim_files(office, context, tx, home, order.attachments)
    judged = triage(flags=tuple(row.flags), codes=(), text=content.text, words=office.words)
    due = due_at(judged, context.now)
    for concern in await concerns.of_enquiry(tx, row.enquiry_id, lock=True):
        state = next_state(concern.state, "write_again")
        if (state is not None and state != concern.state) or (state == "received" and due < concern.due_at):
            await concerns.move(tx, concern.concern_id, state, due_at=due)
    touched = await enquiries.touch(tx, row.enquiry_id, context.now)
    await _log(tx, context, row.enquiry_id, "write", "addition")
    return [EnquiryAdded(enquiry_id=row.enquiry_id, person_id=row.person_id, version=touched.version)]


async def answer_enquiry(
    office: Office, order: AnswerEnquiry, context: Context, tx: AsyncConnection
) -> Sequence[Message]:
    """A counsellor answers; the person is told only that something waits, and only where that is safe."""
    row = await people.open_enquiry(tx, order.enquiry_id)
    key = str(order.enquiry_id)
    content = opened(office, order.content, TextContent, type_name=AnswerEnquiry.type_name(), key=key)
    text = office.keys.encrypt(row.person_id, said_in(row.enquiry_id), content.text.encode())
    await enquiries.say(tx, row.enquiry_id, "association", text, context.now)
    for concern in await concerns.of_enquiry(tx, row.enquiry_id, lock=True):
        state = next_state(concern.state, "answer")
        if state is not None and state != concern.state:
            await concerns.move(tx, concern.concern_id, state)
    touched = await enquiries.touch(tx, row.enquiry_id, context.now, answered=True)
    await _log(tx, context, row.enquiry_id, "write", "answer")
    answered = EnquiryAnswered(enquiry_id=row.enquiry_id, person_id=row.person_id, version=touched.version)
    person = await persons.get(tx, row.person_id)
    if person is None or row.receipt_sha256 is None or not telling.reach_of(person).may_be_told:
        return [answered]  # whoever came by referral has no code to read with
    return [answered, telling.answer_waits(context, row.person_id, row.enquiry_id, touched.answers)]


async def _log(tx: AsyncConnection, context: Context, enquiry_id: object, action: str, purpose: str) -> None:
    await accesslog.record(
        tx, context, action=action, object_kind="enquiry", object_id=str(enquiry_id), purpose=purpose
    )
