"""A person comes by referral: only intake can open the fields that the other association released."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.envelope import Message
from lotse_contracts.intake import (
    PersonFields,
    PersonRegistered,
    ReceiveMoreFields,
    ReceivePerson,
)
from lotse_contracts.referral import ReferralOffered
from lotse_intake.domain.contacts import guarded, is_safe
from lotse_intake.domain.due import due_at
from lotse_intake.domain.erasure import token_of
from lotse_intake.domain.release import merged
from lotse_intake.domain.triage import more_urgent, triage
from lotse_intake.handlers import bands, covering, safety, telling, ticking
from lotse_intake.handlers.incoming import Lists, facts_of, new_concerns
from lotse_intake.providers.content import decrypted_fields, encrypted_fields, opened, said_in
from lotse_intake.providers.office import Office
from lotse_intake.store import arrivals, codelists, persons
from lotse_intake.store.arrivals import Arrival

NOTICE_OF_SENDER = "sender"
"""The privacy notice was shown by the association that sent her."""


async def receive_person(
    office: Office, order: ReceivePerson, context: Context, tx: AsyncConnection
) -> Sequence[Message]:
    """She becomes a person of ours, with a case, once for each referral; the text is what a counsellor there wrote."""
    if order.sender not in office.partners:
        raise Refused("unknown_partner", fields=("sender",))
    if await persons.came_by_referral(tx, order.referral_id, token_of("referral", str(order.referral_id))):
        return []
    key = str(order.referral_id)
    type_name = ReferralOffered.type_name()
    fields = opened(office, order.fields, PersonFields, type_name=type_name, key=key, field="fields")
    lists = await codelists.newest_of(tx, ("concerns",))
    arrival = await asyncio.to_thread(_arrival, office, order, fields, context, lists)
    await arrivals.add(tx, [arrival])
    await bands.note(tx, arrival.person_id, fields, at=context.now, language=order.language)
    await ticking.begin(tx, [arrival])
    await accesslog.record(
        tx, context, action="write", object_kind="person", object_id=str(arrival.person_id), purpose="referral"
    )
    contact = await telling.first_contact(office, context, tx, arrival, telling.contact_of(fields))
    return [*facts_of(arrival), *contact]


class NotHereYet(Exception):
    """Whom it is about has not arrived; no refusal, so the order is tried again with growing pauses."""


async def receive_more(
    office: Office, order: ReceiveMoreFields, context: Context, tx: AsyncConnection
) -> Sequence[Message]:
    """What we asked back about somebody who came by referral: a group that is given replaces the one that was held.

    Whether her contact is safe is hers and ours to say: what comes by machine never makes it safer than it was, and
    does not take up again what is dead or where somebody said STOP.
    Nothing changes where she is gone or her record is read-only. Raises NotHereYet where it overtook the order that
    brings her.
    """
    if order.sender not in office.partners:
        raise Refused("unknown_partner", fields=("sender",))
    row = await persons.of_referral(tx, order.referral_id)
    if row is None:
        if await persons.came_by_referral(tx, order.referral_id, token_of("referral", str(order.referral_id))):
            return []
        raise NotHereYet
    if row.frozen or row.restricted:
        return []
    key, type_name = str(order.referral_id), ReferralOffered.type_name()
    given = opened(office, order.fields, PersonFields, type_name=type_name, key=key, field="fields")
    held = decrypted_fields(office.keys, row.person_id, row.fields)
    if given.contact is not None:
        given = given.model_copy(update={"contact": guarded(held.contact, given.contact)})
    fields = merged(held, given)
    changed: dict[str, Any] = {"fields": encrypted_fields(office.keys, row.person_id, fields)}
    if given.contact is not None:
        await covering.bind(office, tx, row.person_id, held)
        consented = await covering.after_change(office, context, tx, row.person_id, fields)
        safe = row.contact_safe and is_safe(given.contact)
        changed |= {"contact_kind": given.contact.kind, "contact_safe": safe, "unreachable": False}
        changed["contact_consented"] = consented
    after = await persons.change(tx, row.person_id, contact_changed=given.contact is not None, **changed)
    await bands.note(tx, row.person_id, given, at=context.now, language=None)
    await accesslog.record(
        tx, context, action="write", object_kind="person", object_id=str(row.person_id), purpose="referral"
    )
    said: list[Message] = [PersonRegistered(person_id=row.person_id, version=after.version)]
    if given.contact is None:
        return said
    said += await safety.of_written(office, context, tx, after, safety.before(office, row))
    return [*said, *await telling.contact_changed(office, context, tx, after, fields)]


def _arrival(office: Office, order: ReceivePerson, fields: PersonFields, context: Context, lists: Lists) -> Arrival:
    """Runs in a thread, since the key reaches the disk."""
    person_id, enquiry_id = uuid4(), uuid4()
    office.keys.create(person_id)
    said = (fields.need_summary or "").encode()
    ours = triage(flags=(), codes=order.codes, text=fields.need_summary or "", words=office.words)
    judged = replace(ours, urgency=more_urgent(ours.urgency, order.urgency))
    return Arrival(
        person_id=person_id,
        enquiry_id=enquiry_id,
        case_id=uuid4(),
        concerns=new_concerns(order.codes, lists["concerns"]),
        receipt=None,
        channel="partner",
        frontend=order.sender,
        language=order.language,
        flags=(),
        urgency=judged.urgency,
        due_at=due_at(judged, context.now),
        at=context.now,
        notice_version=NOTICE_OF_SENDER,
        association=office.association,
        contact_kind=fields.contact.kind if fields.contact else "none",
        contact_consented=fields.contact is not None,
        contact_safe=is_safe(fields.contact),  # the sender's guard lets no unsafe contact out, if it is one of ours
        fields=encrypted_fields(office.keys, person_id, fields),
        content=office.keys.encrypt(person_id, said_in(enquiry_id), said) if said else None,
        said_by="partner",
        consent_id=uuid4() if fields.contact is not None else None,
        referral_id=order.referral_id,
    )
