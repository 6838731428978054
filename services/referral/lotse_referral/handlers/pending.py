"""A referral that waits for a consent goes on as soon as one covers it: intake is asked, or she may be named."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_contracts import Message
from lotse_referral.domain.consents import Consent, covering
from lotse_referral.domain.referral import Given, Referral
from lotse_referral.handlers import moving, ways
from lotse_referral.handlers.moving import Move
from lotse_referral.handlers.releasing import Keys, asked
from lotse_referral.store import referrals


async def resumed(
    tx: AsyncConnection, context: Context, held: Referral, known: Sequence[Consent], keys: Keys
) -> Sequence[Message]:
    """What follows from what is known of consents now; the referral is saved only where something does."""
    if held.mode == "call" and held.state == "consent_pending":
        return await _named(tx, context, held, known)
    waiting, orders = asked(held, known, keys, context.now)
    if orders:
        await referrals.save(tx, replace(waiting, changed_at=context.now))
    return orders


async def _named(tx: AsyncConnection, context: Context, held: Referral, known: Sequence[Consent]) -> Sequence[Message]:
    """No field leaves with a call; whoever calls may say who she is."""
    consent = covering(known, held)
    if consent is None:
        return ()
    bound = replace(held, asked_consent_id=consent.consent_id, reason=None)
    sent, said = await moving.moved(tx, context, bound, Move("send", "system", Given(consent_covers=True)))
    return (*said, *await ways.left(tx, context, sent))
