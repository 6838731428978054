"""What notify is told: how to reach a person, and that something waits for her; never what."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import timers
from lotse_chassis.context import Context
from lotse_chassis.timers import Timer
from lotse_contracts.envelope import Message, Sealed
from lotse_contracts.intake import ContactPoint, PersonFields
from lotse_contracts.notify import ChangeContact, ContactContent, Tell
from lotse_contracts.sealed import seal
from lotse_intake.domain.clocks import Ticking
from lotse_intake.domain.contacts import Reach, narrowed, recipient_languages
from lotse_intake.handlers import covering
from lotse_intake.providers.content import decrypted_fields
from lotse_intake.providers.office import Office
from lotse_intake.store import persons
from lotse_intake.store.arrivals import Arrival

CONTACT_TIMER = "contact"
CONTACT_RETRY = timedelta(seconds=30)  # until notify's key is known
RECEIPT_USEFUL = timedelta(days=2)
ANSWER_USEFUL = timedelta(days=14)

NO_CONTACT = ContactPoint(kind="none")


async def first_contact(
    office: Office, context: Context, tx: AsyncConnection, arrival: Arrival, content: ContactContent
) -> list[Message]:
    """The order for notify about somebody who has just arrived."""
    sealed = sealed_contact(office, arrival.person_id, content)
    if sealed is None:
        await remember_contact(tx, context, arrival.person_id)
        return []
    return [
        ChangeContact(
            person_id=arrival.person_id,
            version=1,
            languages=recipient_languages((arrival.language,)),
            consented=arrival.contact_consented,
            safe=arrival.contact_safe,
            contact=sealed,
        )
    ]


async def contact_changed(
    office: Office,
    context: Context,
    tx: AsyncConnection,
    person: Row[Any],
    fields: PersonFields,
    *,
    renewed: bool = False,
) -> list[Message]:
    """The order for notify; without notify's key a durable timer says it later, and nobody waits.

    Of several ways only those leave that her consent covers. `renewed`: somebody has just written them down.
    """
    content = contact_of(fields)
    if person.contact_consented:
        covered = await covering.covered(office, context, tx, person.person_id, fields)
        content = content.model_copy(update={"contact": narrowed(content.contact, covered or ())})
    else:
        content = content.model_copy(update={"contact": narrowed(content.contact, ())})
    sealed = sealed_contact(office, person.person_id, content)
    if sealed is None:
        await remember_contact(tx, context, person.person_id)
        return []
    return [
        ChangeContact(
            person_id=person.person_id,
            version=person.contact_version,
            languages=recipient_languages(tuple(person.languages)),
            consented=person.contact_consented,
            safe=person.contact_safe,
            contact=sealed,
            stopped=tuple(person.stopped_channels),
            renewed=renewed,
        )
    ]


def contact_of(fields: PersonFields) -> ContactContent:
    """What notify needs of a person's fields."""
    return ContactContent(contact=fields.contact or NO_CONTACT, name=(fields.identity or {}).get("name", ""))


def sealed_contact(office: Office, person_id: UUID, content: ContactContent) -> Sealed | None:
    """The contact, sealed to notify; None as long as its key is not known."""
    key = office.notify_key.key
    if key is None:
        return None
    plaintext = content.model_dump_json().encode()
    return seal(plaintext, key, type_name=ChangeContact.type_name(), key=str(person_id))


async def remember_contact(tx: AsyncConnection, context: Context, person_id: UUID) -> None:
    """Say it later."""
    due_at = context.now + CONTACT_RETRY
    await timers.set_timer(tx, kind=CONTACT_TIMER, key=str(person_id), due_at=due_at)


async def contact_due(office: Office, timer: Timer, context: Context, tx: AsyncConnection) -> list[Message]:
    """Notify's key was not known when a contact changed: the contact as it is now."""
    person = await persons.get(tx, UUID(timer.key), lock=True)
    if person is None or person.frozen:
        return []
    return await contact_changed(
        office, context, tx, person, decrypted_fields(office.keys, person.person_id, person.fields)
    )


def reach_of(person: Row[Any]) -> Reach:
    """Whether she may be told something."""
    return Reach(person.contact_kind, person.contact_consented, person.contact_safe, person.unreachable)


def receipt(context: Context, person_id: UUID, enquiry_id: UUID) -> Tell:
    """Her enquiry has arrived."""
    return Tell(
        person_id=person_id,
        template="receipt",
        useful_by=context.now + RECEIPT_USEFUL,
        dedupe_key=f"receipt-{enquiry_id}",
    )


def answer_waits(context: Context, person_id: UUID, enquiry_id: UUID, number: int) -> Tell:
    """An answer waits for her; the older notice is pointless then."""
    return Tell(
        person_id=person_id,
        template="answer_waits",
        useful_by=context.now + ANSWER_USEFUL,
        dedupe_key=f"answer-{enquiry_id}-{number}",
        supersedes=f"answer-{enquiry_id}-{number - 1}" if number > 1 else None,
    )


def still_waits(context: Context, person_id: UUID, concern_id: UUID, ticking: Ticking) -> Tell:
    """Our question still waits for her; `ticking` says which reminder this is, once each."""
    number = 1 if ticking.step == "first_reminder" else 2
    since = int(ticking.started_at.timestamp())
    return Tell(
        person_id=person_id,
        template="answer_waits",
        useful_by=context.now + ANSWER_USEFUL,
        dedupe_key=f"waits-{concern_id}-{since}-{number}",
        supersedes=f"waits-{concern_id}-{since}-1" if number == 2 else None,
    )
