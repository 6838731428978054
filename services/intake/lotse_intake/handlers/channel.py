"""The consent to be told something: whether it is there decides what notify may do."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_contracts.envelope import Message
from lotse_contracts.notify import OptedIn
from lotse_contracts.values import NoticeChannel
from lotse_intake.domain.consents import CHANNEL
from lotse_intake.handlers import covering, telling
from lotse_intake.providers.content import decrypted_fields
from lotse_intake.providers.office import Office
from lotse_intake.store import channels, consents, persons


async def began(office: Office, context: Context, tx: AsyncConnection, given: Row[Any]) -> list[Message]:
    """A channel consent was given; notify hears it where it changes something.

    What she had ended herself before is open again: she was asked after it. An order that lay somewhere is as old as
    its envelope.
    """
    person = await persons.get(tx, given.person_id, lock=True)
    if person is None:
        return []
    ended = await channels.ended_at(tx, person.person_id)
    still = [one for one in person.stopped_channels if one in ended and ended[one] > context.time]
    return await _covers(office, context, tx, person, given, stopped=still)


async def revived(office: Office, context: Context, tx: AsyncConnection, row: Row[Any] | None) -> list[Message]:
    """The scan of a channel consent came after all: she may be told something again, though by no way that she ended.

    Nobody asked her anew: a form that lay for weeks must not undo the STOP that she said meanwhile.
    """
    if row is None or row.kind != CHANNEL or not consents.as_consent(row).is_valid(context.now):
        return []
    person = await persons.get(tx, row.person_id, lock=True)
    if person is None:
        return []
    return await _covers(office, context, tx, person, row, stopped=person.stopped_channels)


async def ended(office: Office, context: Context, tx: AsyncConnection, row: Row[Any]) -> list[Message]:
    """One came to its end; notify hears it unless others hold for the same addresses."""
    person = await persons.get(tx, row.person_id, lock=True)
    if person is None or not person.contact_consented:
        return []
    fields = decrypted_fields(office.keys, person.person_id, person.fields)
    known = await covering.covered(office, context, tx, person.person_id, fields, without=row.consent_id)
    keys = covering.keys_of(fields)
    if known is not None and known == keys:
        return []
    return await _changed(office, context, tx, person.person_id, consented=known is not None)


async def stopped(office: Office, context: Context, tx: AsyncConnection, person: Row[Any]) -> list[Message]:
    """All of them came to their end."""
    if not person.contact_consented:
        return []
    return await _changed(office, context, tx, person.person_id, consented=False)


async def way_stopped(
    office: Office, context: Context, tx: AsyncConnection, person: Row[Any], channel: NoticeChannel
) -> list[Message]:
    """She ended one way of being told; the consent holds for the others. The latest time counts, also of the same."""
    ended = (await channels.ended_at(tx, person.person_id)).get(channel)
    if ended is None or ended < context.time:
        await channels.note_choice(tx, person.person_id, channel, "opted_out", context.time)
    if channel in person.stopped_channels:
        return []
    now = sorted({*person.stopped_channels, channel})
    return await _changed(
        office, context, tx, person.person_id, consented=person.contact_consented, stopped_channels=now
    )


async def hear_opted_in(office: Office, fact: OptedIn, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """She wants to be told something this way again: what she had ended is open, as far as a consent holds.

    One that comes late, as from the dead letters, undoes no STOP that she said after it.
    """
    person = await persons.get(tx, fact.person_id, lock=True)
    if person is None or person.frozen:
        return []
    await channels.note_choice(tx, person.person_id, fact.channel, "opted_in", context.time)
    ended = (await channels.ended_at(tx, person.person_id)).get(fact.channel)
    if fact.channel not in person.stopped_channels or (ended is not None and ended > context.time):
        return []
    now = [one for one in person.stopped_channels if one != fact.channel]
    return await _changed(
        office, context, tx, person.person_id, consented=person.contact_consented, stopped_channels=now
    )


async def _covers(
    office: Office, context: Context, tx: AsyncConnection, person: Row[Any], given: Row[Any], *, stopped: list[str]
) -> list[Message]:
    """This consent counts from now on; `stopped` are the ways that stay ended."""
    person_id = person.person_id
    fields = decrypted_fields(office.keys, person_id, person.fields)
    before = await covering.covered(office, context, tx, person_id, fields, without=given.consent_id)
    after = await covering.covered(office, context, tx, person_id, fields)
    if person.contact_consented and before == after and stopped == person.stopped_channels:
        return []
    return await _changed(office, context, tx, person_id, consented=True, stopped_channels=stopped)


async def _changed(
    office: Office, context: Context, tx: AsyncConnection, person_id: UUID, *, consented: bool, **more: list[str]
) -> list[Message]:
    row = await persons.change(tx, person_id, contact_changed=True, contact_consented=consented, **more)
    fields = decrypted_fields(office.keys, person_id, row.fields)
    return await telling.contact_changed(office, context, tx, row, fields)
