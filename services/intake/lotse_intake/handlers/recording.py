"""Staff write down what somebody said on the phone, at the desk, on paper or in a letter."""

import asyncio
import secrets
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog
from lotse_chassis.calendar import ZONE
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_chassis.pins import SALT_BYTES, hashed
from lotse_contracts.envelope import Message
from lotse_contracts.intake import (
    DescribeLetter,
    EnquiryContent,
    GiveReceipt,
    PinContent,
    RecordAddition,
    RecordEnquiry,
    TextContent,
)
from lotse_intake.domain.erasure import token_of
from lotse_intake.domain.letters import end_of
from lotse_intake.handlers import conversations, deadlines, incoming, people, safety, ticking
from lotse_intake.handlers.repeats import is_repeated
from lotse_intake.providers.content import letter_of, opened, pin_of
from lotse_intake.providers.office import Office
from lotse_intake.store import arrivals, codelists, concerns, enquiries, guesses, looks
from lotse_intake.store import deadlines as kept_deadlines

FRONTEND = "desk"


async def record_enquiry(
    office: Office, order: RecordEnquiry, context: Context, tx: AsyncConnection
) -> Sequence[Message]:
    """An enquiry by a way that has no frontend of hers. The same one again changes nothing."""
    type_name, key = RecordEnquiry.type_name(), str(order.enquiry_id)
    content = opened(office, order.content, EnquiryContent, type_name=type_name, key=key)
    if await _is_here(tx, order):
        return []
    lists = await codelists.newest_of(tx)
    enquiry = incoming.judged(office, order, content, context, lists, frontend=FRONTEND)
    if order.person_id is not None:
        enquiry = await _of_known(tx, enquiry, order.person_id)
    kept = await asyncio.to_thread(incoming.encrypted, office, enquiry)
    arrival = incoming.arrival_of(office, enquiry, kept, context)
    await arrivals.add(tx, [arrival])
    await ticking.begin(tx, [arrival])
    await looks.note_arrivals(tx, [(arrival.enquiry_id, context)])
    said = await incoming.settled(office, enquiry, arrival, context, tx)
    if order.person_id is not None and not enquiry.judged.contact_safe and not order.contact_asked:
        said += await safety.silence(office, context, tx, order.person_id)
    return said


async def _is_here(tx: AsyncConnection, order: RecordEnquiry) -> bool:
    """Whether it was recorded before. Raises Refused if its receipt code is another's, or its person was erased."""
    receipts = [order.receipt_sha256] if order.receipt_sha256 else []
    tokens = [token_of("enquiry", str(order.enquiry_id)), *(token_of("receipt", receipt) for receipt in receipts)]
    known = await arrivals.known(tx, enquiry_ids=[order.enquiry_id], receipts=receipts, tokens=tokens)
    if known.tombstones:
        raise Refused("person_erased", fields=("enquiry_id",))
    if order.enquiry_id in known.enquiry_ids:
        return True
    if known.receipts:
        raise Refused("receipt_taken", fields=("receipt_sha256",))
    return False


async def _of_known(tx: AsyncConnection, enquiry: incoming.Opened, person_id: UUID) -> incoming.Opened:
    await people.living(tx, person_id)
    if enquiry.content.name or enquiry.content.contact.kind != "none":
        raise Refused("person_known", fields=("content",))
    return incoming.of_known_person(enquiry, person_id, await arrivals.open_case(tx, person_id))


async def record_addition(
    office: Office, order: RecordAddition, context: Context, tx: AsyncConnection
) -> Sequence[Message]:
    """What she said later; it counts as hers, so what nobody carries is in the inbox again."""
    row = await people.open_enquiry(tx, order.enquiry_id)
    type_name, key = RecordAddition.type_name(), str(order.enquiry_id)
    content = opened(office, order.content, TextContent, type_name=type_name, key=key)
    if await is_repeated(tx, order, order.content, context):
        return []
    return await conversations.added(office, context, tx, row, text=content.text, attachments=order.attachments)


async def describe_letter(
    office: Office, order: DescribeLetter, context: Context, tx: AsyncConnection
) -> Sequence[Message]:
    """A counsellor has read the letter: what is known about it now, and the end that follows."""
    row = await people.open_enquiry(tx, order.enquiry_id)
    letter = order.letter.model_dump_json(exclude_none=True).encode()
    kept = office.keys.encrypt(row.person_id, letter_of(row.enquiry_id), letter)
    await enquiries.keep_letter(tx, row.enquiry_id, kept)
    await enquiries.touch(tx, row.enquiry_id, context.now)
    await _log(tx, context, row.enquiry_id, "letter")
    lists = await codelists.newest_of(tx, ("periods", "senders"))
    end = end_of(order.letter, lists["periods"], lists["senders"], _today(context))
    if end is None:
        return []
    own = await concerns.of_enquiry(tx, row.enquiry_id, lock=True)
    held = await _computed_of(tx, own)
    concern = next((one for one in own if held is not None and one.concern_id == held.concern_id), own[0])
    return await deadlines.computed(tx, context, concern, held, end)


async def _computed_of(tx: AsyncConnection, own: Sequence[Row[Any]]) -> Row[Any] | None:
    """The deadline that came from this enquiry's letter and still stands."""
    rows = await kept_deadlines.of_concerns(tx, [one.concern_id for one in own])
    return next((row for row in rows if row.computed_end is not None and row.settlement is None), None)


async def give_receipt(office: Office, order: GiveReceipt, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """A code for somebody who has none, or has lost hers; the older one opens nothing any more."""
    row = await people.open_enquiry(tx, order.enquiry_id)
    key = str(order.enquiry_id)
    content = opened(office, order.content, PinContent, type_name=GiveReceipt.type_name(), key=key)
    if await is_repeated(tx, order, order.content, context):
        return []
    if row.receipt_sha256 != order.receipt_sha256:
        known = await arrivals.known(tx, enquiry_ids=[], receipts=[order.receipt_sha256], tokens=[])
        if known.receipts:
            raise Refused("receipt_taken", fields=("receipt_sha256",))
    pin = await asyncio.to_thread(hashed, content.pin, secrets.token_bytes(SALT_BYTES))
    kept = office.keys.encrypt(row.person_id, pin_of(row.enquiry_id), pin)
    if row.receipt_sha256 is not None:
        await guesses.forgive(tx, row.receipt_sha256)
    await enquiries.keep_receipt(tx, row.enquiry_id, order.receipt_sha256, kept)
    await _log(tx, context, row.enquiry_id, "receipt")
    return []


def _today(context: Context) -> date:
    return context.now.astimezone(ZONE).date()


async def _log(tx: AsyncConnection, context: Context, enquiry_id: UUID, purpose: str) -> None:
    await accesslog.record(
        tx, context, action="write", object_kind="enquiry", object_id=str(enquiry_id), purpose=purpose
    )
