"""Whoever received a person's fields hears that they were corrected or restricted (Art. 19 GDPR)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_chassis.timers import Timer, set_timer
from lotse_chassis.transfers import TRANSFER_AGE_MAX
from lotse_contracts import Message
from lotse_contracts.referral import FieldsNoted, FieldsNotice, RecipientTold, TellRecipient
from lotse_referral.store import alive, referrals

NOTICE_TIMER = "fields-notice"
PAUSE = timedelta(minutes=5)  # until it is looked again whether the offer has come


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

    A notice that overtook its offer waits for it: the offer brings the fields as they were. Raises Refused if it is not
    from whoever sent the referral.
    """
    return await _noted(
        tx, _Told(transfer, context.sender_association, context.time), key=str(context.id), now=context.now
    )


async def due(timer: Timer, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """The offer may have come meanwhile."""
    told = _Told(
        FieldsNotice.model_validate(timer.payload["notice"]),
        timer.payload["sender"],
        datetime.fromisoformat(timer.payload["said_at"]),
    )
    return await _noted(tx, told, key=timer.key, now=context.now)


async def _noted(tx: AsyncConnection, told: "_Told", *, key: str, now: datetime) -> Sequence[Message]:
    notice = told.notice
    if await alive.erased(tx, notice.referral_id):
        return ()
    held = await referrals.load(tx, notice.referral_id)
    if held is None:
        if now < told.said_at + TRANSFER_AGE_MAX:  # later no offer comes
            await set_timer(tx, kind=NOTICE_TIMER, key=key, due_at=now + PAUSE, payload=told.payload)
        return ()
    if held.direction != "in" or held.partner != told.sender:
        raise Refused("not_the_sender", fields=("referral_id",))
    return (
        FieldsNoted(
            referral_id=held.referral_id,
            sender=told.sender,
            what=notice.what,
            groups=notice.groups,
            said_at=told.said_at,
        ),
    )


@dataclass(frozen=True)
class _Told:
    """What a partner said, and when."""

    notice: FieldsNotice
    sender: str
    said_at: datetime

    @property
    def payload(self) -> dict[str, Any]:
        return {
            "notice": self.notice.model_dump(mode="json"),
            "sender": self.sender,
            "said_at": self.said_at.isoformat(),
        }
