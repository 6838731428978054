"""An enquiry by any way in: judged, encrypted under her key, stored, and what follows from it."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.calendar import ZONE
from lotse_chassis.context import Context
from lotse_chassis.pins import SALT_BYTES, hashed
from lotse_contracts.envelope import Message
from lotse_contracts.intake import (
    CaseOpened,
    ConcernRaised,
    ContactPoint,
    ContactSafetyChanged,
    DeadlineRegistered,
    EnquiryContent,
    EnquiryReceived,
    PersonFields,
    PersonRegistered,
    RecordEnquiry,
    SubmitEnquiry,
)
from lotse_contracts.values import CodeListName
from lotse_intake.domain.coding import CodeList, concerns_of
from lotse_intake.domain.contacts import Reach, is_safe
from lotse_intake.domain.due import due_at, with_deadline
from lotse_intake.domain.letters import end_of
from lotse_intake.domain.triage import Triage, triage
from lotse_intake.handlers import attaching, deadlines, emergencies, telling
from lotse_intake.providers.content import encrypted_fields, letter_of, pin_of, said_in
from lotse_intake.providers.office import Office
from lotse_intake.store.arrivals import Arrival, NewConcern, NewDeadline

Lists = Mapping[CodeListName, CodeList]

EMERGENCY = "emergency"
NO_WAY_TO_ANSWER = "no_way_to_answer"
FIRST_VERSION = 1  # of a person who has just come


@dataclass(frozen=True)
class Opened:
    """An enquiry as it was opened and judged. `person_id` and `case_id` are hers, known or new."""

    order: SubmitEnquiry | RecordEnquiry
    content: EnquiryContent
    frontend: str
    judged: Triage
    person_id: UUID
    case_id: UUID
    concerns: tuple[NewConcern, ...]
    deadline: NewDeadline | None
    new_person: bool = True
    new_case: bool = True


@dataclass(frozen=True)
class Kept:
    """What of an enquiry is stored, as ciphertext under the person's key."""

    fields: bytes | None
    pin_hash: bytes | None
    letter: bytes | None
    content: bytes | None


def judged(
    office: Office,
    order: SubmitEnquiry | RecordEnquiry,
    content: EnquiryContent,
    context: Context,
    lists: Lists,
    *,
    frontend: str,
) -> Opened:
    """How urgent it is, which concerns it raises, and when the letter's period may end."""
    found = triage(flags=order.flags, codes=order.codes, text=content.text, words=office.words)
    today = context.now.astimezone(ZONE).date()
    ends = end_of(order.letter, lists["periods"], lists["senders"], today) if order.letter else None
    return Opened(
        order=order,
        content=content,
        frontend=frontend,
        judged=with_deadline(found, ends.day if ends else None, context.now),
        person_id=uuid4(),
        case_id=uuid4(),
        concerns=new_concerns(order.codes, lists["concerns"]),
        deadline=NewDeadline(uuid4(), ends.day, ends.kind) if ends else None,
    )


def of_known_person(enquiry: Opened, person_id: UUID, case_id: UUID | None) -> Opened:
    """The same enquiry, of somebody who is here; in her open case if she has one."""
    hers = replace(enquiry, person_id=person_id, new_person=False)
    return replace(hers, case_id=case_id, new_case=False) if case_id else hers


def encrypted(office: Office, enquiry: Opened) -> Kept:
    """Runs in a thread: the key reaches the disk, and the PIN's hash takes its time."""
    order, content, person_id = enquiry.order, enquiry.content, enquiry.person_id
    if enquiry.new_person:
        office.keys.create(person_id)

    def kept(context: str, plaintext: bytes) -> bytes:
        return office.keys.encrypt(person_id, context, plaintext)

    pin = hashed(content.pin, secrets.token_bytes(SALT_BYTES)) if content.pin else None
    letter = order.letter.model_dump_json(exclude_none=True).encode() if order.letter else None
    return Kept(
        fields=encrypted_fields(office.keys, person_id, fields_of(content)) if enquiry.new_person else None,
        pin_hash=kept(pin_of(order.enquiry_id), pin) if pin else None,
        letter=kept(letter_of(order.enquiry_id), letter) if letter else None,
        content=kept(said_in(order.enquiry_id), content.text.encode()) if content.text else None,
    )


def arrival_of(office: Office, enquiry: Opened, kept: Kept, context: Context) -> Arrival:
    """What is stored of it."""
    order, content, found = enquiry.order, enquiry.content, enquiry.judged
    consented = order.consent_to_contact and content.contact.kind != "none" and enquiry.new_person
    asked = isinstance(order, RecordEnquiry) and order.contact_asked
    return Arrival(
        person_id=enquiry.person_id,
        enquiry_id=order.enquiry_id,
        case_id=enquiry.case_id,
        concerns=enquiry.concerns,
        receipt=order.receipt_sha256,
        channel=order.channel,
        frontend=enquiry.frontend,
        language=order.language,
        flags=order.flags,
        urgency=found.urgency,
        due_at=due_at(found, context.now),
        at=context.now,
        notice_version=order.notice_version,
        text_consented=order.text_consented,
        association=office.association,
        contact_kind=content.contact.kind,
        contact_consented=consented,
        contact_safe=(found.contact_safe or asked) and is_safe(content.contact),
        consent_id=uuid4() if consented else None,
        deadline=enquiry.deadline,
        new_person=enquiry.new_person,
        new_case=enquiry.new_case,
        **vars(kept),
    )


async def settled(
    office: Office, enquiry: Opened, arrival: Arrival, context: Context, tx: AsyncConnection
) -> list[Message]:
    """What follows once it is stored: facts, files, deadlines, what notify and the duty office are told."""
    order = enquiry.order
    if order.attachments:
        home = attaching.Home(arrival.enquiry_id, arrival.person_id)
        await attaching.claim_files(office, context, tx, home, order.attachments)
    said = facts_of(arrival, warnings_of(enquiry, arrival))
    if arrival.deadline is not None:
        await deadlines.remind(tx, arrival.deadline.deadline_id, arrival.deadline.on, context.now)
    if arrival.urgency == "emergency":
        said += emergencies.raised(office, context, arrival.enquiry_id, arrival.person_id, version=1)
    return [*said, *(await _told(office, enquiry, arrival, context, tx) if arrival.new_person else [])]


async def _told(
    office: Office, enquiry: Opened, arrival: Arrival, context: Context, tx: AsyncConnection
) -> list[Message]:
    contact = telling.contact_of(fields_of(enquiry.content))
    change = await telling.first_contact(office, context, tx, arrival, contact)
    reach = Reach(arrival.contact_kind, arrival.contact_consented, arrival.contact_safe)
    has_code = arrival.receipt is not None
    told = [telling.receipt(context, arrival.person_id, arrival.enquiry_id)] if reach.may_be_told and has_code else []
    unsafe = ContactSafetyChanged(person_id=arrival.person_id, version=FIRST_VERSION, safe=False)
    return [*change, *told, *([] if arrival.contact_safe else [unsafe])]


def warnings_of(enquiry: Opened, arrival: Arrival) -> tuple[str, ...]:
    """What whoever published it should know at once."""
    reads = arrival.receipt is not None and arrival.pin_hash is not None
    silent = arrival.new_person and not reads and arrival.contact_kind == "none"
    recorded = isinstance(enquiry.order, RecordEnquiry)
    emergency = (EMERGENCY,) if arrival.urgency == "emergency" else ()
    return (*emergency, *((NO_WAY_TO_ANSWER,) if silent and recorded else ()))


def new_concerns(codes: tuple[str, ...], known: CodeList) -> tuple[NewConcern, ...]:
    """One concern for each code; orientation where there is none that we know."""
    return tuple(NewConcern(uuid4(), coded.code, coded.unknown) for coded in concerns_of(codes, known))


def facts_of(arrival: Arrival, warnings: tuple[str, ...] = ()) -> list[Message]:
    """What became true with an arrival; one that came by referral is no enquiry of hers."""
    received = EnquiryReceived(
        enquiry_id=arrival.enquiry_id,
        person_id=arrival.person_id,
        version=1,
        channel=arrival.channel,
        language=arrival.language,
        urgency=arrival.urgency,
        received_at=arrival.at,
        warnings=warnings,
    )
    registered = PersonRegistered(person_id=arrival.person_id, version=1, referral_id=arrival.referral_id)
    opened_case = CaseOpened(case_id=arrival.case_id, person_id=arrival.person_id, version=1)
    return [
        *([] if arrival.referral_id else [received]),
        *([registered] if arrival.new_person else []),
        *([opened_case] if arrival.new_case else []),
        *(_raised(arrival, concern) for concern in arrival.concerns),
        *_deadline(arrival),
    ]


def _deadline(arrival: Arrival) -> list[DeadlineRegistered]:
    if arrival.deadline is None:
        return []
    return [
        DeadlineRegistered(
            deadline_id=arrival.deadline.deadline_id,
            concern_id=arrival.concerns[0].concern_id,
            person_id=arrival.person_id,
            version=1,
            on=arrival.deadline.on.isoformat(),
            kind=arrival.deadline.kind,
            confirmed=False,
        )
    ]


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
