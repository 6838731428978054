"""Somebody asks for help: the enquiry becomes a person, her concerns and a case."""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog
from lotse_chassis.calendar import OFFICE_HOURS, OpeningHours, add_working_hours
from lotse_chassis.context import Context
from lotse_contracts.envelope import Message
from lotse_contracts.intake import (
    CaseOpened,
    ConcernRaised,
    ContactPoint,
    EnquiryContent,
    EnquiryReceived,
    PersonFields,
    PersonRegistered,
    SubmitEnquiry,
)
from lotse_intake.domain.coding import concerns_of
from lotse_intake.domain.contacts import Reach
from lotse_intake.domain.erasure import token_of
from lotse_intake.domain.pins import SALT_BYTES, hashed
from lotse_intake.domain.triage import Triage, triage
from lotse_intake.handlers import attaching, telling
from lotse_intake.providers.content import encrypted_fields, letter_of, opened, pin_of, said_in
from lotse_intake.providers.office import Office
from lotse_intake.store import arrivals
from lotse_intake.store.arrivals import Arrival, NewConcern

WHOLE_DAYS = OpeningHours((*((time(0), time.max),) * 5, None, None))
"""Hours of an answer's due time count around the clock, on working days; only an emergency counts opening hours."""


@dataclass(frozen=True)
class Opened:
    """An enquiry as it was opened and judged, for the person it makes known."""

    order: SubmitEnquiry
    content: EnquiryContent
    judged: Triage
    person_id: UUID


@dataclass(frozen=True)
class Kept:
    """What of an enquiry is stored, as ciphertext under the person's key."""

    fields: bytes
    pin_hash: bytes | None
    letter: bytes | None
    content: bytes | None


async def submit_enquiry(
    office: Office, order: SubmitEnquiry, context: Context, tx: AsyncConnection
) -> Sequence[Message]:
    """A repeated submission, also under another envelope id, changes nothing; neither does one of an erased person."""
    tokens = [token_of("enquiry", str(order.enquiry_id)), token_of("receipt", order.receipt_sha256)]
    if await arrivals.is_known(tx, enquiry_id=order.enquiry_id, receipt=order.receipt_sha256, tokens=tokens):
        return []
    content = opened(
        office, order.content, EnquiryContent, type_name=SubmitEnquiry.type_name(), key=str(order.enquiry_id)
    )
    judged = triage(flags=order.flags, codes=order.codes, text=content.text, words=office.words)
    enquiry = Opened(order, content, judged, uuid4())
    kept = await asyncio.to_thread(_encrypted, office, enquiry)
    arrival = _arrival(office, enquiry, kept, context)
    await arrivals.add(tx, arrival)
    if order.attachments:
        home = attaching.Home(arrival.enquiry_id, arrival.person_id)
        await attaching.claim_files(office, context, tx, home, order.attachments)
    await accesslog.record(
        tx, context, action="write", object_kind="enquiry", object_id=str(order.enquiry_id), purpose="intake"
    )
    contact = await telling.first_contact(office, context, tx, arrival, telling.contact_of(fields_of(content)))
    reach = Reach(arrival.contact_kind, arrival.contact_consented, arrival.contact_safe)
    told = [telling.receipt(context, arrival.person_id, arrival.enquiry_id)] if reach.may_be_told else []
    return [*facts_of(arrival), *contact, *told]


def due_at(judged: Triage, now: datetime) -> datetime:
    """Until when a person must have looked."""
    return add_working_hours(now, judged.due_hours, OFFICE_HOURS if judged.urgency == "emergency" else WHOLE_DAYS)


def new_concerns(codes: tuple[str, ...]) -> tuple[NewConcern, ...]:
    """One concern for each code; orientation where there is none that we know."""
    return tuple(NewConcern(uuid4(), coded.code, coded.unknown) for coded in concerns_of(codes))


def facts_of(arrival: Arrival) -> list[Message]:
    """What became true with an arrival; one that came by referral is no enquiry of hers."""
    received = EnquiryReceived(
        enquiry_id=arrival.enquiry_id,
        person_id=arrival.person_id,
        version=1,
        channel=arrival.channel,
        language=arrival.language,
        urgency=arrival.urgency,
        received_at=arrival.at,
    )
    registered = PersonRegistered(person_id=arrival.person_id, version=1, referral_id=arrival.referral_id)
    opened_case = CaseOpened(case_id=arrival.case_id, person_id=arrival.person_id, version=1)
    first = [] if arrival.referral_id else [received]
    return [*first, registered, opened_case, *(_raised(arrival, concern) for concern in arrival.concerns)]


def _raised(arrival: Arrival, concern: NewConcern) -> ConcernRaised:
    return ConcernRaised(
        concern_id=concern.concern_id,
        case_id=arrival.case_id,
        enquiry_id=arrival.enquiry_id,
        person_id=arrival.person_id,
        version=1,
        code=concern.code,
        unknown_code=concern.unknown_code,
        urgency=arrival.urgency,
        due_at=arrival.due_at,
        language=arrival.language,
    )


def fields_of(content: EnquiryContent) -> PersonFields:
    """The field groups that an enquiry fills. Her own words are none: a need's summary is written by a counsellor."""
    identity = {"name": content.name} if content.name else None
    contact: ContactPoint | None = content.contact if content.contact.kind != "none" else None
    return PersonFields(identity=identity, contact=contact)


def _encrypted(office: Office, enquiry: Opened) -> Kept:
    """Runs in a thread: the key reaches the disk, and the PIN's hash takes its time."""
    order, content, person_id = enquiry.order, enquiry.content, enquiry.person_id
    office.keys.create(person_id)

    def kept(context: str, plaintext: bytes) -> bytes:
        return office.keys.encrypt(person_id, context, plaintext)

    pin = hashed(content.pin, secrets.token_bytes(SALT_BYTES)) if content.pin else None
    letter = order.letter.model_dump_json(exclude_none=True).encode() if order.letter else None
    return Kept(
        fields=encrypted_fields(office.keys, person_id, fields_of(content)),
        pin_hash=kept(pin_of(order.enquiry_id), pin) if pin else None,
        letter=kept(letter_of(order.enquiry_id), letter) if letter else None,
        content=kept(said_in(order.enquiry_id), content.text.encode()) if content.text else None,
    )


def _arrival(office: Office, enquiry: Opened, kept: Kept, context: Context) -> Arrival:
    order, content, judged = enquiry.order, enquiry.content, enquiry.judged
    consented = order.consent_to_contact and content.contact.kind != "none"
    return Arrival(
        person_id=enquiry.person_id,
        enquiry_id=order.enquiry_id,
        case_id=uuid4(),
        concerns=new_concerns(order.codes),
        receipt=order.receipt_sha256,
        channel=order.channel,
        frontend=order.frontend,
        language=order.language,
        flags=order.flags,
        urgency=judged.urgency,
        due_at=due_at(judged, context.now),
        at=context.now,
        notice_version=order.notice_version,
        association=office.association,
        contact_kind=content.contact.kind,
        contact_consented=consented,
        contact_safe=judged.contact_safe,
        consent_id=uuid4() if consented else None,
        **vars(kept),
    )
