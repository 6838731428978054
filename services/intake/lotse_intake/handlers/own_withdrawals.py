"""She takes back what she agreed to, by receipt code and PIN, as easily as it was given (Art. 7 (3) GDPR)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.envelope import Message
from lotse_contracts.intake import OwnWithdrawalContent, WithdrawOwnConsent, WithdrawProvedConsent
from lotse_intake.handlers import consent_questions, people, pins
from lotse_intake.handlers.consents import ended_by
from lotse_intake.providers.content import opened
from lotse_intake.providers.office import Office
from lotse_intake.store import consents, merges

BY_HERSELF = "person"


@dataclass(frozen=True)
class OwnWithdrawal:
    """Which consent, and by which receipt code and PIN."""

    receipt_sha256: str
    consent_id: UUID
    pin: str


async def withdraw_own_consent(
    office: Office, order: WithdrawOwnConsent, context: Context, tx: AsyncConnection
) -> Sequence[Message]:
    """The same withdrawal as at the desk; it also ends what another record of hers had agreed to."""
    type_name, key = WithdrawOwnConsent.type_name(), order.receipt_sha256
    content = opened(office, order.content, OwnWithdrawalContent, type_name=type_name, key=key)
    own = OwnWithdrawal(order.receipt_sha256, order.consent_id, content.pin)
    return await withdrawn_by_herself(office, own, context, tx)


async def withdrawn_by_herself(
    office: Office, own: OwnWithdrawal, context: Context, tx: AsyncConnection
) -> Sequence[Message]:
    """What follows once her PIN has proved that it is she. Raises Refused as the conversation does."""
    enquiry = await people.open_enquiry_of_receipt(tx, own.receipt_sha256)
    await pins.require_pin(office, context, enquiry, own.pin)
    await people.living(tx, (await _hers(tx, enquiry, own.consent_id)).person_id, also_restricted=True)
    row = await _hers(tx, enquiry, own.consent_id)  # as it is now that nobody else changes it
    return await ended_by(office, row, BY_HERSELF, context, tx)


async def withdraw_proved_consent(
    office: Office, order: WithdrawProvedConsent, context: Context, tx: AsyncConnection
) -> Sequence[Message]:
    """She is on her page at referral, which has proved that it is she. Another's consent is as unknown as none."""
    await people.living(tx, order.person_id, also_restricted=True)
    for row in await consents.of_records(tx, await merges.group_of(tx, order.person_id)):
        if row.consent_id == order.consent_id:
            await people.living(tx, row.person_id, also_restricted=True)
            return await ended_by(office, row, BY_HERSELF, context, tx)
    raise Refused("unknown_consent", fields=("consent_id",))


async def _hers(tx: AsyncConnection, enquiry: Row[Any], consent_id: UUID) -> Row[Any]:
    """Somebody else's consent is as unknown as none at all."""
    for row in await consent_questions.of_enquiry(tx, enquiry):
        if row.consent_id == consent_id:
            return row
    raise Refused("unknown_consent", fields=("consent_id",))
