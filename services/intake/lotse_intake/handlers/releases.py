"""The only door: a person's fields leave for another association or a service, or the guard says why not."""

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
from lotse_intake.domain.consents import DISCLOSURE
from lotse_intake.domain.release import groups_of
from lotse_intake.handlers.guarding import Asked, fields_to_leave
from lotse_intake.providers.office import Office
from lotse_intake.store import persons, releases


async def release_fields(
    office: Office, order: ReleaseFields, context: Context, tx: AsyncConnection
) -> Sequence[Message]:
    """Once for each referral and consent. A refusal is a fact, and the same order may be given again when the reason
    is gone."""
    person = await persons.get(tx, order.person_id, lock=True)
    if person is None or person.frozen:
        return [_refused(order, "person_erased" if await persons.is_erased(tx, order.person_id) else "unknown_person")]
    if await releases.is_released(tx, order.referral_id, order.consent_id):
        return []
    asked = Asked(
        person_id=order.person_id,
        consent_id=order.consent_id,
        kind=DISCLOSURE,
        recipient=order.recipient,
        purpose=order.purpose,
        codes=frozenset(order.codes),
        field_groups=frozenset(order.field_groups),
        receiver_key=_key_of(order),
        partner_key=_known_key(office, order.recipient),
    )
    fields = await fields_to_leave(office, tx, asked, context.now)
    if isinstance(fields, str):
        return [_refused(order, fields)]
    return await _released(order, fields, context, tx)


async def _released(
    order: ReleaseFields, fields: PersonFields, context: Context, tx: AsyncConnection
) -> Sequence[Message]:
    sealed = (_for_service if _is_service(order.recipient) else sealed_fields)(
        fields, _key_of(order), order.referral_id
    )
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


def _for_service(fields: PersonFields, receiver_key: bytes, referral_id: UUID) -> Sealed:
    """Sealed to our own referral, which shows them to an office that will never log in."""
    plaintext = fields.model_dump_json(exclude_none=True).encode()
    return seal(plaintext, receiver_key, type_name=ForwardFields.type_name(), key=str(referral_id))


def _known_key(office: Office, recipient: str) -> bytes | None:
    """The key that we know ourselves for whoever receives: a partner's intake by its card, and for a service of the
    directory our own referral, which has told us. Whatever key an order names is only compared with it."""
    if _is_service(recipient):
        return office.referral_key.key
    partner = office.partners.get(recipient)
    return partner.intake_seal if partner is not None else None


def _is_service(recipient: str) -> bool:
    """A service's id, spelled as consents spell it; associations have names."""
    try:
        return str(UUID(recipient)) == recipient
    except ValueError:
        return False


def _key_of(order: ReleaseFields) -> bytes:
    try:
        return decode(order.receiver_key)
    except CannotOpen:
        return b""


def _refused(order: ReleaseFields, reason: str) -> FieldsRefused:
    return FieldsRefused(referral_id=order.referral_id, person_id=order.person_id, reason=reason)
