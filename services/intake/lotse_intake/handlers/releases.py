"""The only door: a person's fields leave for another association, or the guard says why not."""

import hashlib
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog
from lotse_chassis.context import Context
from lotse_contracts.envelope import Message, Sealed
from lotse_contracts.intake import FieldsRefused, FieldsReleased, PersonFields, ReleaseFields
from lotse_contracts.referral import ForwardFields, ReferralOffered
from lotse_contracts.sealed import CannotOpen, decode, seal
from lotse_intake.domain.release import Release, groups_of, refusal_of, selected
from lotse_intake.providers.content import decrypted_fields
from lotse_intake.providers.office import Office
from lotse_intake.store import consents, persons, releases


async def release_fields(
    office: Office, order: ReleaseFields, context: Context, tx: AsyncConnection
) -> Sequence[Message]:
    """Once for each referral. A refusal is a fact, and the same order may be given again when the reason is gone."""
    person = await persons.get(tx, order.person_id, lock=True)
    if person is None or person.frozen:
        return [_refused(order, "person_erased" if await persons.is_erased(tx, order.person_id) else "unknown_person")]
    if await releases.is_released(tx, order.referral_id):
        return []
    row = await consents.get(tx, order.consent_id)
    partner = office.partners.get(order.recipient)
    reason = refusal_of(
        _asked(order),
        consents.as_consent(row) if row is not None else None,
        now=context.now,
        partner_key=partner.intake_seal if partner is not None else None,
        contact_safe=person.contact_safe,
    )
    if reason is not None:
        return [_refused(order, reason)]
    fields = selected(decrypted_fields(office.keys, order.person_id, person.fields), frozenset(order.field_groups))
    return await _released(order, fields, context, tx)


async def _released(
    order: ReleaseFields, fields: PersonFields, context: Context, tx: AsyncConnection
) -> Sequence[Message]:
    sealed = sealed_fields(fields, _key_of(order), order.referral_id)
    digest = hashlib.sha256(decode(sealed.ciphertext)).hexdigest()
    await releases.add(
        tx,
        {
            "referral_id": order.referral_id,
            "person_id": order.person_id,
            "consent_id": order.consent_id,
            "recipient": order.recipient,
            "field_groups": list(groups_of(fields)),
            "ciphertext_sha256": digest,
            "released_at": context.now,
        },
    )
    await accesslog.record(
        tx, context, action="release", object_kind="person", object_id=str(order.person_id), purpose="referral"
    )
    released = FieldsReleased(
        referral_id=order.referral_id,
        person_id=order.person_id,
        consent_id=order.consent_id,
        field_groups=groups_of(fields),
        ciphertext_sha256=digest,
    )
    return [released, ForwardFields(referral_id=order.referral_id, person_id=order.person_id, fields=sealed)]


def sealed_fields(fields: PersonFields, receiver_key: bytes, referral_id: UUID) -> Sealed:
    """Sealed to the receiving intake, bound to the referral that carries it."""
    plaintext = fields.model_dump_json(exclude_none=True).encode()
    return seal(plaintext, receiver_key, type_name=ReferralOffered.type_name(), key=str(referral_id))


def _asked(order: ReleaseFields) -> Release:
    return Release(
        person_id=str(order.person_id),
        recipient=order.recipient,
        codes=frozenset(order.codes),
        field_groups=frozenset(order.field_groups),
        receiver_key=_key_of(order),
    )


def _key_of(order: ReleaseFields) -> bytes:
    try:
        return decode(order.receiver_key)
    except CannotOpen:
        return b""


def _refused(order: ReleaseFields, reason: str) -> FieldsRefused:
    return FieldsRefused(referral_id=order.referral_id, person_id=order.person_id, reason=reason)
