"""A person becomes known at the desk, comes from another association, or can be told something no more."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_chassis.personkeys import KeyDestroyed
from lotse_contracts.envelope import Message
from lotse_contracts.intake import PersonFields, PersonRegistered, RegisterPerson
from lotse_contracts.notify import ContactUnreachable
from lotse_intake.domain.contacts import is_safe
from lotse_intake.domain.release import merged
from lotse_intake.handlers import bands, covering, people, safety, telling
from lotse_intake.handlers.identities import checked_fields
from lotse_intake.handlers.repeats import is_repeated
from lotse_intake.providers.content import decrypted_fields, encrypted_fields, opened
from lotse_intake.providers.office import Office
from lotse_intake.store import persons


async def register_person(
    office: Office, order: RegisterPerson, context: Context, tx: AsyncConnection
) -> Sequence[Message]:
    """A new person, or more about one who is here: a group that is given replaces the one that was held."""
    key, type_name = str(order.person_id), RegisterPerson.type_name()
    given = checked_fields(
        opened(office, order.fields, PersonFields, type_name=type_name, key=key, field="fields"), context
    )
    repeated = await is_repeated(tx, order, order.fields, context)
    held = await persons.get(tx, order.person_id, lock=True)
    if held is None:
        fields, row = given, await _added(office, order, given, context, tx)
    elif repeated:
        return []
    else:
        fields, row = await _changed(office, order, given, context, tx)
    await bands.note(tx, order.person_id, given, at=context.now, language=next(iter(order.languages), None))
    await accesslog.record(tx, context, action="write", object_kind="person", object_id=key, purpose="registration")
    said: list[Message] = [PersonRegistered(person_id=order.person_id, version=row.version)]
    if given.contact is None:
        return said
    before = safety.NOBODY if held is None else safety.before(office, held)
    said += await safety.of_written(office, context, tx, row, before)
    return [*said, *await telling.contact_changed(office, context, tx, row, fields, renewed=True)]


async def _added(
    office: Office, order: RegisterPerson, given: PersonFields, context: Context, tx: AsyncConnection
) -> Row[Any]:
    if await persons.is_erased(tx, order.person_id):
        raise Refused("person_erased", fields=("person_id",))
    return await persons.add(
        tx,
        {
            "person_id": order.person_id,
            "languages": list(order.languages),
            "fields": await asyncio.to_thread(_under_new_key, office, order.person_id, given),
            "contact_kind": given.contact.kind if given.contact else "none",
            "contact_consented": False,
            "contact_safe": is_safe(given.contact),  # a counsellor wrote it down with her
            "registered_at": context.now,
        },
    )


def _under_new_key(office: Office, person_id: UUID, given: PersonFields) -> bytes:
    try:
        office.keys.create(person_id)
        return encrypted_fields(office.keys, person_id, given)
    except KeyDestroyed:
        raise Refused("person_erased", fields=("person_id",)) from None


async def _changed(
    office: Office, order: RegisterPerson, given: PersonFields, context: Context, tx: AsyncConnection
) -> tuple[PersonFields, Row[Any]]:
    row = await people.living(tx, order.person_id)
    held = decrypted_fields(office.keys, order.person_id, row.fields)
    fields = merged(held, given)
    changed: dict[str, Any] = {"fields": encrypted_fields(office.keys, order.person_id, fields)}
    if order.languages:
        changed["languages"] = list(order.languages)
    if given.contact is not None:
        await covering.bind(office, tx, order.person_id, held)
        consented = await covering.after_change(office, context, tx, order.person_id, fields)
        changed |= {"contact_kind": given.contact.kind, "contact_safe": is_safe(given.contact), "unreachable": False}
        changed["contact_consented"] = consented
    return fields, await persons.change(tx, order.person_id, contact_changed=given.contact is not None, **changed)


async def hear_unreachable(fact: ContactUnreachable, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Nothing reaches her any more, until a counsellor writes down another contact."""
    row = await persons.get(tx, fact.person_id, lock=True)
    if row is not None and not row.frozen and not row.unreachable:
        await persons.change(tx, fact.person_id, unreachable=True)
    return []
