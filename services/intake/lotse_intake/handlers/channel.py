"""The consent to be told something: whether it is there decides what notify may do."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_contracts.envelope import Message
from lotse_intake.domain.consents import CHANNEL
from lotse_intake.handlers import telling
from lotse_intake.providers.content import decrypted_fields
from lotse_intake.providers.office import Office
from lotse_intake.store import consents, persons


async def began(office: Office, context: Context, tx: AsyncConnection, person_id: UUID) -> list[Message]:
    """A channel consent was given; notify hears it where it changes something."""
    person = await persons.get(tx, person_id, lock=True)
    if person is None or person.contact_consented:
        return []
    return await _changed(office, context, tx, person_id, consented=True)


async def revived(office: Office, context: Context, tx: AsyncConnection, row: Row[Any] | None) -> list[Message]:
    """The scan of a channel consent came after all: she may be told something again."""
    if row is None or row.kind != CHANNEL or not consents.as_consent(row).is_valid(context.now):
        return []
    return await began(office, context, tx, row.person_id)


async def ended(office: Office, context: Context, tx: AsyncConnection, row: Row[Any]) -> list[Message]:
    """One came to its end; notify hears it unless another one still holds."""
    person = await persons.get(tx, row.person_id, lock=True)
    if person is None or not person.contact_consented or await _another_holds(tx, row, context):
        return []
    return await _changed(office, context, tx, row.person_id, consented=False)


async def stopped(office: Office, context: Context, tx: AsyncConnection, person: Row[Any]) -> list[Message]:
    """All of them came to their end."""
    if not person.contact_consented:
        return []
    return await _changed(office, context, tx, person.person_id, consented=False)


async def _another_holds(tx: AsyncConnection, ended: Row[Any], context: Context) -> bool:
    others = [row for row in await consents.of_person(tx, ended.person_id) if row.consent_id != ended.consent_id]
    return any(row.kind == CHANNEL and consents.as_consent(row).is_valid(context.now) for row in others)


async def _changed(
    office: Office, context: Context, tx: AsyncConnection, person_id: UUID, *, consented: bool
) -> list[Message]:
    row = await persons.change(tx, person_id, contact_changed=True, contact_consented=consented)
    fields = decrypted_fields(office.keys, person_id, row.fields)
    return await telling.contact_changed(office, context, tx, row, fields)
