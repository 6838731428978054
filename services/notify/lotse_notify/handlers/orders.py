"""What intake and referral order: change the contact, tell, stop telling, erase."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import links, outbox, sealturn, timers
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_chassis.personkeys import PersonKeys
from lotse_chassis.sealring import SealRing
from lotse_contracts.envelope import Message
from lotse_contracts.notify import ChangeContact, ContactContent, ErasePerson, PageLink, StopTelling, Tell
from lotse_contracts.sealed import CannotOpen
from lotse_notify.domain.contact import Contact, address_of
from lotse_notify.domain.keys import dedupe_sha256, link_context
from lotse_notify.domain.receipt import receipt
from lotse_notify.domain.reminders import HOURS_BEFORE
from lotse_notify.domain.texts import arguments_of
from lotse_notify.domain.verdict import Asked
from lotse_notify.handlers.appointments import REMINDER, timer_key
from lotse_notify.handlers.telling import Wish, release, tell, unreachable, withdraw
from lotse_notify.store import people, records
from lotse_notify.store.people import Person

ADDRESS = "contact.address"
"""What the encrypted address is bound to, besides the person."""
STOP_LINK = "stop"
"""Purpose of the links under a message; their subject is the person."""


@dataclass(frozen=True)
class Book:
    """The keys of the contact book: the service's own, which contacts are sealed to, and one of each person."""

    ring: SealRing
    keys: PersonKeys


async def change_contact(order: ChangeContact, context: Context, tx: AsyncConnection, *, book: Book) -> list[Message]:
    """Only a newer version counts. Raises Refused if the contact was not sealed for us or is none."""
    content = _opened(order, book)
    person = await people.locked(tx, order.person_id)
    if person.erased:
        return []
    if not order.consented:
        await people.note_refusal(tx, order.person_id, context.time)
        person = await people.locked(tx, order.person_id)
    facts: list[Message] = []
    if person.contact is None or order.version > person.contact.version:
        known, encrypted = await _received(order, content, context.time, book)
        await people.save_contact(tx, order.person_id, known, encrypted)
        person = replace(person, contact=known, address=encrypted)
        if known.kind != "none" and not known.usable:
            facts = await unreachable(tx, order.person_id, "invalid_address")
    return facts + await release(tx, person, context.now)


async def tell_person(order: Tell, context: Context, tx: AsyncConnection, *, book: Book) -> list[Message]:
    """Raises Refused if the arguments are not those of the template, or the link was not sealed for us or is none."""
    arguments = arguments_of(order)
    if arguments is None:
        raise Refused("wrong_arguments", fields=("arguments",))
    link = _link(order, book)
    person = await people.locked(tx, order.person_id)
    if person.erased:
        return []
    wish = Wish(
        template=order.template,
        arguments=arguments,
        asked=Asked(context.time, order.useful_by),
        dedupe_key=order.dedupe_key,
        supersedes=(order.supersedes,) if order.supersedes else (),
        link=None if link is None else await _kept(order, link, book),
    )
    return await tell(tx, person, wish, context.now)


async def stop_telling(order: StopTelling, context: Context, tx: AsyncConnection) -> list[Message]:
    """One key, or everything that was asked for until this order was given."""
    person = await people.locked(tx, order.person_id)
    if person.erased:
        return []
    if order.dedupe_key is not None:
        await withdraw(tx, order.person_id, order.dedupe_key, "stopped", context.now)
        return []
    await people.note_stop(tx, order.person_id, context.time)
    return await release(tx, await people.locked(tx, order.person_id), context.now)


async def erase_person(order: ErasePerson, context: Context, tx: AsyncConnection, *, book: Book) -> list[Message]:
    """Rows, timers, links and what was said go, the key is destroyed, the tombstone stays. Again: an empty receipt."""
    person: Person = await people.locked(tx, order.person_id)
    counts = {"timer": 0}
    for appointment_id in await records.appointments_of(tx, person.person_id):
        for hours in HOURS_BEFORE:
            counts["timer"] += await timers.cancel_timer(tx, kind=REMINDER, key=timer_key(appointment_id, hours))
    counts["link"] = await links.revoke(tx, purpose=STOP_LINK, subject_id=str(person.person_id))
    counts["outbox"] = await outbox.forget(tx, str(person.person_id))
    counts |= await people.erase(tx, person.person_id, context.now)
    counts["key"] = int(book.keys.holds(person.person_id))
    await asyncio.to_thread(book.keys.destroy, person.person_id)
    await sealturn.ask(tx, context.now)
    return [receipt(person.person_id, counts)]


async def _received(
    order: ChangeContact, content: ContactContent, said_at: datetime, book: Book
) -> tuple[Contact, bytes | None]:
    """The contact and the encrypted address. Her name, should intake send one, is not kept: no message ever uses it."""
    address = address_of(content.contact.kind, content.contact.value)
    known = Contact(
        version=order.version,
        said_at=said_at,
        kind=content.contact.kind,
        usable=address is not None,
        languages=order.languages,
        consented=order.consented,
        safe=order.safe,
        detail=content.contact.detail,
    )
    if address is None:
        return known, None
    await asyncio.to_thread(book.keys.create, order.person_id)  # it waits for the disk
    return known, book.keys.encrypt(order.person_id, ADDRESS, address.encode())


def _link(order: Tell, book: Book) -> PageLink | None:
    if order.link is None:
        return None
    try:
        plain = book.ring.open(order.link, type_name=Tell.type_name(), key=str(order.person_id))
        return PageLink.model_validate_json(plain)
    except CannotOpen:
        raise Refused("link_unreadable", fields=("link",)) from None
    except ValidationError:
        raise Refused("link_malformed", fields=("link",)) from None


async def _kept(order: Tell, link: PageLink, book: Book) -> bytes:
    """Under her key until it is sent: whoever reads the table cannot open her page."""
    await asyncio.to_thread(book.keys.create, order.person_id)  # it waits for the disk
    return book.keys.encrypt(
        order.person_id, link_context(dedupe_sha256(order.person_id, order.dedupe_key)), link.url.encode()
    )


def _opened(order: ChangeContact, book: Book) -> ContactContent:
    try:
        plain = book.ring.open(order.contact, type_name=ChangeContact.type_name(), key=str(order.person_id))
    except CannotOpen:
        raise Refused("contact_unreadable", fields=("contact",)) from None
    try:
        return ContactContent.model_validate_json(plain)
    except ValidationError:
        raise Refused("contact_malformed", fields=("contact",)) from None
