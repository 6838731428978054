"""Intake did not know our newest key yet: the same fields are asked for again in a moment, and nobody is troubled."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.timers import Timer, set_timer
from lotse_contracts import Message
from lotse_contracts.intake import FieldsRefused
from lotse_referral.domain.holding import HOLDING
from lotse_referral.domain.referral import Referral
from lotse_referral.handlers import consenting
from lotse_referral.handlers.releasing import Keys, asked
from lotse_referral.store import alive, consents, referrals

ASK_TIMER = "ask_fields"
STALE = frozenset({"unknown_recipient", "wrong_receiver_key"})
"""What intake says as long as it has not learned which key we have now; it asks us every few seconds."""
PAUSE = timedelta(seconds=20)
GIVE_UP = timedelta(minutes=15)
"""After that it is no matter of seconds: the desk sees the reason, and a new consent begins anew."""


async def fields_refused(fact: FieldsRefused, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Ask again where the key alone was in the way; everything else is for the desk."""
    if fact.reason in STALE and not await alive.erased(tx, fact.person_id):
        held = await referrals.load(tx, fact.referral_id)
        if held is not None and _waits(held) and context.now < held.changed_at + GIVE_UP:
            await set_timer(tx, kind=ASK_TIMER, key=str(held.referral_id), due_at=context.now + PAUSE)
            return ()
    return await consenting.fields_refused(fact, context, tx)


async def due(timer: Timer, context: Context, tx: AsyncConnection, *, keys: Keys) -> Sequence[Message]:
    """The same order with the key as it is now; nothing where the consent ended meanwhile."""
    held = await referrals.load(tx, UUID(timer.key))
    if held is None or held.asked_consent_id is None or not _waits(held):
        return ()
    consent = await consents.load(tx, held.asked_consent_id)
    if consent is None:
        return ()
    _, orders = asked(replace(held, asked_consent_id=None), (consent,), keys, context.now)
    return orders


def _waits(held: Referral) -> bool:
    return held.mode in HOLDING and held.asked_consent_id is not None and held.open
