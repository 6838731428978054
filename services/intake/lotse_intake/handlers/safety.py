"""A counsellor has asked whether messages to a person's contact are safe for her."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog
from lotse_chassis.context import Context
from lotse_contracts.envelope import Message
from lotse_contracts.intake import ContactPoint, ContactSafetyChanged, MarkContactSafe
from lotse_intake.domain.contacts import leaves
from lotse_intake.handlers import people, telling
from lotse_intake.providers.content import decrypted_fields
from lotse_intake.providers.office import Office
from lotse_intake.store import persons
from lotse_intake.store.merges import group_of


async def mark_contact_safe(
    office: Office, order: MarkContactSafe, context: Context, tx: AsyncConnection
) -> Sequence[Message]:
    """Notify hears of it; marking her as what she is changes nothing but the access log.

    Safe is the one contact that was asked about; what is unsafe for her is so for all records that are hers.
    """
    row = await people.living(tx, order.person_id)
    await accesslog.record(
        tx, context, action="write", object_kind="person", object_id=str(order.person_id), purpose="contact_safety"
    )
    if not order.safe:
        return await silence(office, context, tx, order.person_id)
    return [] if row.contact_safe else await _changed(office, context, tx, order.person_id, safe=True)


async def silence(office: Office, context: Context, tx: AsyncConnection, person_id: UUID) -> list[Message]:
    """Nothing more is pushed to any contact of hers until a person has asked, whichever of her records tells of it."""
    said: list[Message] = []
    for row in await people.whole(tx, person_id):
        if row.contact_safe and not row.frozen:
            said += await _changed(office, context, tx, row.person_id, safe=False)
    return said


@dataclass(frozen=True)
class Before:
    """The contact that was held, and whether it was safe."""

    contact: ContactPoint | None
    safe: bool


NOBODY = Before(None, safe=True)
"""Of somebody who is new."""


def before(office: Office, held: Row[Any]) -> Before:
    """As it stands in the row of her person."""
    return Before(decrypted_fields(office.keys, held.person_id, held.fields).contact, held.contact_safe)


async def of_written(
    office: Office, context: Context, tx: AsyncConnection, person: Row[Any], held: Before
) -> list[Message]:
    """What follows from a contact that was written down for what was sent to the one before, and for her other records.

    Whoever still has a number or a mailbox that was hers must not open by an old message what is hers.
    """
    now = decrypted_fields(office.keys, person.person_id, person.fields).contact
    said: list[Message] = []
    replaced = leaves(held.contact, now)
    if replaced or person.contact_safe is not held.safe:
        said.append(
            ContactSafetyChanged(
                person_id=person.person_id, version=person.version, safe=person.contact_safe, replaced=replaced
            )
        )
    return said if person.contact_safe else [*said, *await silence(office, context, tx, person.person_id)]


async def share(office: Office, context: Context, tx: AsyncConnection, person_id: UUID) -> list[Message]:
    """Records that are one person's now: what is unsafe on one of them is so on all.

    As long as nothing is unsafe they are only looked at: whoever silences one waits for the merge, or it for him.
    """
    records = [await persons.get(tx, one) for one in await group_of(tx, person_id)]
    if all(row is None or row.contact_safe for row in records):
        return []
    return await silence(office, context, tx, person_id)


async def _changed(
    office: Office, context: Context, tx: AsyncConnection, person_id: UUID, *, safe: bool
) -> list[Message]:
    row = await persons.change(tx, person_id, contact_changed=True, contact_safe=safe)
    fact = ContactSafetyChanged(person_id=person_id, version=row.version, safe=safe)
    fields = decrypted_fields(office.keys, person_id, row.fields)
    return [fact, *await telling.contact_changed(office, context, tx, row, fields)]
