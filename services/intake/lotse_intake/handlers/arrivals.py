"""Somebody asks for help: the enquiry becomes a person, her concerns and a case."""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

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
from lotse_intake.store import arrivals, looks
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
    """One enquiry; see `submit_enquiries`."""
    (said,) = await submit_enquiries(office, [(order, context)], tx)
    return said


async def submit_enquiries(
    office: Office, batch: Sequence[tuple[SubmitEnquiry, Context]], tx: AsyncConnection
) -> list[Sequence[Message]]:
    """What each of a batch says. A repeated submission, also under another envelope id, changes nothing, and neither
    does one of an erased person. Slow work of all of them runs side by side in threads."""
    places = await _fresh(tx, [order for order, _ in batch])
    enquiries = [_opened(office, batch[place][0]) for place in places]
    kept = await asyncio.gather(*(asyncio.to_thread(_encrypted, office, enquiry) for enquiry in enquiries))
    contexts = [batch[place][1] for place in places]
    new = [_arrival(office, *three) for three in zip(enquiries, kept, contexts, strict=True)]
    await arrivals.add(tx, new)
    await looks.note_arrivals(
        tx, [(arrival.enquiry_id, arrived) for arrival, arrived in zip(new, contexts, strict=True)]
    )
    said: list[Sequence[Message]] = [[] for _ in batch]
    for place, enquiry, arrival, context in zip(places, enquiries, new, contexts, strict=True):
        said[place] = [*facts_of(arrival), *await _settled(office, enquiry, arrival, context, tx)]
    return said


async def _fresh(tx: AsyncConnection, orders: Sequence[SubmitEnquiry]) -> list[int]:
    """The places of those that are here for the first time; of two with one id or receipt code the first."""
    tokens = [(token_of("enquiry", str(one.enquiry_id)), token_of("receipt", one.receipt_sha256)) for one in orders]
    known = await arrivals.known(
        tx,
        enquiry_ids=[order.enquiry_id for order in orders],
        receipts=[order.receipt_sha256 for order in orders],
        tokens=[token for pair in tokens for token in pair],
    )
    seen: set[UUID | str] = {*known.enquiry_ids, *known.receipts, *known.tombstones}
    places = []
    for place, order in enumerate(orders):
        names: set[UUID | str] = {order.enquiry_id, order.receipt_sha256, *tokens[place]}
        if not names & seen:
            places.append(place)
        seen |= names
    return places


def _opened(office: Office, order: SubmitEnquiry) -> Opened:
    type_name, key = SubmitEnquiry.type_name(), str(order.enquiry_id)
    content = opened(office, order.content, EnquiryContent, type_name=type_name, key=key)
    judged = triage(flags=order.flags, codes=order.codes, text=content.text, words=office.words)
    return Opened(order, content, judged, uuid4())


async def _settled(
    office: Office, enquiry: Opened, arrival: Arrival, context: Context, tx: AsyncConnection
) -> list[Message]:
    """Files are claimed; what notify is told."""
    order, person_id = enquiry.order, arrival.person_id
    if order.attachments:
        home = attaching.Home(arrival.enquiry_id, person_id)
        await attaching.claim_files(office, context, tx, home, order.attachments)
    contact = telling.contact_of(fields_of(enquiry.content))
    change = await telling.first_contact(office, context, tx, arrival, contact)
    reach = Reach(arrival.contact_kind, arrival.contact_consented, arrival.contact_safe)
    told = [telling.receipt(context, person_id, arrival.enquiry_id)] if reach.may_be_told else []
    return [*change, *told]


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
