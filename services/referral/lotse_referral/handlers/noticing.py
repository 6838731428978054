"""Whoever received a person's fields hears that they were corrected or restricted (Art. 19 GDPR)."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts import Message
from lotse_contracts.referral import FieldsNoted, FieldsNotice, RecipientTold, TellRecipient
from lotse_referral.store import alive, referrals


async def tell_recipient(order: TellRecipient, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Only where fields left with this referral; an erased person's recipients hear of her erasure instead."""
    if await alive.erased(tx, order.person_id):
        return ()
    held = await referrals.load(tx, order.referral_id)
    if held is None or held.person_id != order.person_id or held.partner is None or not held.fields_left:
        return ()
    notice = FieldsNotice(to=held.partner, referral_id=held.referral_id, what=order.what, groups=order.groups)
    told = RecipientTold(
        person_id=order.person_id,
        referral_id=held.referral_id,
        recipient=held.partner,
        what=order.what,
        groups=order.groups,
    )
    return (notice, told)


async def fields_notice(transfer: FieldsNotice, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Our desk hears it: she is asked for what is right, or the fields are not used for now. Nothing is changed here.

    Raises Refused if the notice is not from whoever sent the referral.
    """
    if await alive.erased(tx, transfer.referral_id):
        return ()
    held = await referrals.load(tx, transfer.referral_id)
    if held is None:
        return ()  # it overtook its offer, which brings what is right by now
    if held.direction != "in" or held.partner != context.sender_association:
        raise Refused("not_the_sender", fields=("referral_id",))
    return (
        FieldsNoted(
            referral_id=held.referral_id,
            sender=context.sender_association,
            what=transfer.what,
            groups=transfer.groups,
        ),
    )
