"""Consents are given and withdrawn; the channel's own decides whether she may be told anything."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.envelope import Message
from lotse_contracts.intake import ConsentGiven, ConsentWithdrawn, GiveConsent, WithdrawConsent
from lotse_contracts.notify import OptedOut
from lotse_intake.handlers import people, telling
from lotse_intake.providers.content import decrypted_fields
from lotse_intake.providers.office import Office
from lotse_intake.store import consents, persons

CHANNEL = "contact_channel"
GIVEN_VERSION, WITHDRAWN_VERSION = 1, 2


async def give_consent(office: Office, order: GiveConsent, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """A consent that is known changes nothing; it is bound to what it says for good."""
    person = await people.living(tx, order.person_id)
    if order.valid_to is not None and order.valid_to <= context.now:
        raise Refused("consent_not_valid", fields=("valid_to",))
    row = {**order.model_dump(), "codes": list(order.codes), "field_groups": list(order.field_groups)}
    if not await consents.give(tx, {**row, "given_at": context.now}):
        return await _given_before(tx, order)
    await _log(tx, context, order.consent_id, "consent")
    given = ConsentGiven(
        consent_id=order.consent_id,
        person_id=order.person_id,
        version=GIVEN_VERSION,
        kind=order.kind,
        recipient=order.recipient,
        codes=order.codes,
        field_groups=order.field_groups,
    )
    if order.kind != CHANNEL or person.contact_consented:
        return [given]
    return [given, *await _channel_changed(office, context, tx, order.person_id, consented=True)]


async def _given_before(tx: AsyncConnection, order: GiveConsent) -> Sequence[Message]:
    """The same id is the same consent. Raises Refused if it was another's: a proof is never written over."""
    known = await consents.get(tx, order.consent_id)
    if known is None or known.person_id != order.person_id or known.kind != order.kind:
        raise Refused("consent_id_taken", fields=("consent_id",))
    return []


async def withdraw_consent(
    office: Office, order: WithdrawConsent, context: Context, tx: AsyncConnection
) -> Sequence[Message]:
    """A consent ends; whoever received fields under it hears it from referral, notify that the channel's has ended."""
    person = await people.living(tx, order.person_id)
    row = await consents.get(tx, order.consent_id)
    if row is None or row.person_id != order.person_id:
        raise Refused("unknown_consent", fields=("consent_id",))
    if not await consents.withdraw(tx, order.consent_id, context.now, context.actor or context.sender):
        return []
    await _log(tx, context, order.consent_id, "withdrawal")
    if row.kind != CHANNEL or not person.contact_consented or await _other_channel_consent(tx, row, context):
        return [withdrawn(row)]
    return [withdrawn(row), *await _channel_changed(office, context, tx, order.person_id, consented=False)]


async def hear_opted_out(office: Office, fact: OptedOut, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """She said STOP: notify has stopped already, intake records that her channel consents ended.

    Notify is told so, too: it ends her STOP when it has heard of the withdrawal and then of a new consent.
    """
    person = await persons.get(tx, fact.person_id, lock=True)
    if person is None or person.frozen:
        return []
    ended = [
        row
        for row in await consents.of_person(tx, fact.person_id)
        if row.kind == CHANNEL and await consents.withdraw(tx, row.consent_id, context.now, "person")
    ]
    told = []
    if person.contact_consented:
        told = await _channel_changed(office, context, tx, fact.person_id, consented=False)
    return [*(withdrawn(row) for row in ended), *told]


def withdrawn(row: Row[Any]) -> ConsentWithdrawn:
    """The fact that this consent ended."""
    return ConsentWithdrawn(
        consent_id=row.consent_id, person_id=row.person_id, version=WITHDRAWN_VERSION, recipient=row.recipient
    )


async def _other_channel_consent(tx: AsyncConnection, ended: Row[Any], context: Context) -> bool:
    others = [row for row in await consents.of_person(tx, ended.person_id) if row.consent_id != ended.consent_id]
    return any(row.kind == CHANNEL and consents.as_consent(row).is_valid(context.now) for row in others)


async def _channel_changed(
    office: Office, context: Context, tx: AsyncConnection, person_id: UUID, *, consented: bool
) -> list[Message]:
    row = await persons.change(tx, person_id, contact_changed=True, contact_consented=consented)
    fields = decrypted_fields(office.keys, person_id, row.fields)
    return await telling.contact_changed(office, context, tx, row, fields)


async def _log(tx: AsyncConnection, context: Context, consent_id: UUID, purpose: str) -> None:
    await accesslog.record(
        tx, context, action="write", object_kind="consent", object_id=str(consent_id), purpose=purpose
    )
