"""Restriction, rectification and holds: what a person may ask for beside access and erasure (Art. 16, 18, 19 GDPR)."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.envelope import Message
from lotse_contracts.intake import (
    HoldLifted,
    HoldPlaced,
    LiftHold,
    PersonFields,
    PersonRectified,
    PersonRestricted,
    PlaceHold,
    RectifyPerson,
    RestrictPerson,
)
from lotse_contracts.referral import TellRecipient
from lotse_contracts.values import FieldGroup, RecipientNoticeKind
from lotse_intake.domain.contacts import is_safe
from lotse_intake.domain.release import merged
from lotse_intake.handlers import bands, covering, people, safety, telling
from lotse_intake.handlers.identities import checked_fields
from lotse_intake.handlers.repeats import is_repeated
from lotse_intake.providers.content import decrypted_fields, encrypted_fields, opened
from lotse_intake.providers.office import Office
from lotse_intake.store import blindindex, persons, rights
from lotse_intake.store.merges import group_of

HOLD_MAX = timedelta(days=366)
"""A hold names a day within a year, so that somebody looks at it again; Art. 5(1)(e) GDPR."""


async def restrict_person(order: RestrictPerson, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Every record that is hers becomes read-only, or is released; whoever received fields of hers is told."""
    await people.living(tx, order.person_id, also_restricted=True)
    if not order.restricted and not order.informed:
        raise Refused("not_informed", fields=("informed",))
    said: list[Message] = []
    for row in await people.whole(tx, order.person_id):
        person_id = row.person_id
        if row.frozen or row.restricted == order.restricted:
            continue
        changed = await persons.change(tx, person_id, restricted=order.restricted)
        if not order.restricted:
            await blindindex.note_news(tx, person_id)  # she was compared with nobody meanwhile
        await rights.note_restriction(
            tx,
            person_id=person_id,
            restricted=order.restricted,
            reason=order.reason,
            at=context.now,
            by=context.actor or context.sender,
        )
        await _log(tx, context, person_id, "restriction")
        said.append(
            PersonRestricted(
                person_id=person_id, version=changed.version, restricted=order.restricted, reason=order.reason
            )
        )
    if said:
        kind: RecipientNoticeKind = "restricted" if order.restricted else "unrestricted"
        said += await _recipients_told(tx, order.person_id, kind, None)
    return said


async def rectify_person(
    office: Office, order: RectifyPerson, context: Context, tx: AsyncConnection
) -> Sequence[Message]:
    """The groups that are given replace what was held; those in `cleared` are emptied. Notify hears a new contact."""
    key, type_name = str(order.person_id), RectifyPerson.type_name()
    given = checked_fields(
        opened(office, order.fields, PersonFields, type_name=type_name, key=key, field="fields"), context
    )
    row = await people.living(tx, order.person_id)
    if await is_repeated(tx, order, order.fields, context):
        return []
    held = decrypted_fields(office.keys, order.person_id, row.fields)
    fields = rectified(held, given, order.cleared)
    groups = groups_touched(given, order.cleared)
    if not groups:
        raise Refused("nothing_to_rectify", fields=("fields",))
    changed: dict[str, Any] = {"fields": encrypted_fields(office.keys, order.person_id, fields)}
    contact = "contact" in groups
    if contact:
        kind = fields.contact.kind if fields.contact else "none"
        await covering.bind(office, tx, order.person_id, held)
        consented = await covering.after_change(office, context, tx, order.person_id, fields)
        safe = row.contact_safe and is_safe(fields.contact)  # never safer than it was: correcting it is no asking
        changed |= {"contact_kind": kind, "contact_safe": safe, "unreachable": False}
        changed["contact_consented"] = consented
    after = await persons.change(tx, order.person_id, contact_changed=contact, **changed)
    await bands.note(tx, order.person_id, counted_again(fields, groups), at=context.now)
    by = context.actor or context.sender
    await rights.note_rectification(
        tx, person_id=order.person_id, field_groups=list(groups), reason=order.reason, at=context.now, by=by
    )
    await _log(tx, context, order.person_id, "rectification")
    fact = PersonRectified(person_id=order.person_id, version=after.version, groups=groups, reason=order.reason)
    told: list[Message] = []
    if contact:
        told += await safety.of_written(office, context, tx, after, safety.before(office, row))
        told += await telling.contact_changed(office, context, tx, after, fields, renewed=True)
    return [fact, *told, *await _recipients_told(tx, order.person_id, "rectified", groups)]


def rectified(held: PersonFields, given: PersonFields, cleared: Sequence[FieldGroup]) -> PersonFields:
    """What is held after a correction."""
    emptied = held.model_copy(update=dict.fromkeys(cleared))
    return merged(emptied, given)


def counted_again(fields: PersonFields, groups: Sequence[FieldGroup]) -> PersonFields:
    """The groups that her bands follow from, where they were corrected; one that was cleared is empty now."""
    return PersonFields(
        identity=(fields.identity or {}) if "identity" in groups else None,
        status=(fields.status or {}) if "status" in groups else None,
    )


def groups_touched(given: PersonFields, cleared: Sequence[FieldGroup]) -> tuple[FieldGroup, ...]:
    """Which groups a correction is about, in the order of the fields."""
    named = {name for name in PersonFields.model_fields if getattr(given, name) is not None} | set(cleared)
    return tuple(cast("FieldGroup", name) for name in PersonFields.model_fields if name in named)


async def place_hold(order: PlaceHold, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Once for each hold; neither retention nor an erasure takes her before it ends."""
    row = await people.living(tx, order.person_id, also_restricted=True)
    if not context.now < order.until <= context.now + HOLD_MAX:
        raise Refused("hold_too_long", fields=("until",))
    given = {**order.model_dump(), "placed_at": context.now, "placed_by": context.actor or context.sender}
    if not await rights.place_hold(tx, given):
        return []
    await _log(tx, context, order.person_id, "hold")
    changed = await persons.change(tx, row.person_id)
    return [
        HoldPlaced(
            person_id=order.person_id,
            version=changed.version,
            hold_id=order.hold_id,
            reason=order.reason,
            until=order.until,
        )
    ]


async def lift_hold(order: LiftHold, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Before its day; a hold that ended changes nothing. Raises Refused if it is unknown or another's."""
    await people.living(tx, order.person_id, also_restricted=True)
    held = await rights.hold(tx, order.hold_id)
    if held is None or held.person_id != order.person_id:
        raise Refused("unknown_hold", fields=("hold_id",))
    if held.lifted_at is not None:
        return []
    await rights.lift_hold(tx, order.hold_id, context.now, context.actor or context.sender)
    await _log(tx, context, order.person_id, "hold")
    changed = await persons.change(tx, order.person_id)
    return [HoldLifted(person_id=order.person_id, version=changed.version, hold_id=order.hold_id)]


async def _recipients_told(
    tx: AsyncConnection, person_id: UUID, what: RecipientNoticeKind, groups: Sequence[FieldGroup] | None
) -> list[Message]:
    """Art. 19: one order for each referral with which groups left; only those that it carried."""
    told: list[Message] = []
    for left in await rights.releases_of(tx, await group_of(tx, person_id)):
        concerned = _concerned(left, groups)
        if concerned:
            told.append(
                TellRecipient(person_id=left.person_id, referral_id=left.referral_id, what=what, groups=concerned)
            )
    return told


def _concerned(left: Row[Any], groups: Sequence[FieldGroup] | None) -> tuple[FieldGroup, ...]:
    return tuple(group for group in left.field_groups if groups is None or group in groups)


async def _log(tx: AsyncConnection, context: Context, person_id: UUID, purpose: str) -> None:
    await accesslog.record(tx, context, action="write", object_kind="person", object_id=str(person_id), purpose=purpose)
