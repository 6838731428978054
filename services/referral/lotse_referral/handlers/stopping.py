"""A person takes back a concern or a consent: whatever is open about it ends, and whoever has her fields stops."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_contracts import Message
from lotse_contracts.intake import ConcernMoved
from lotse_contracts.referral import ConsentWithdrawnNotice, ReferralWithdrawnNotice
from lotse_referral.domain.referral import Given, Referral
from lotse_referral.handlers.ending import call_off
from lotse_referral.handlers.moving import Move, moved
from lotse_referral.store import alive, referrals

__all__ = ["call_off", "concern_moved", "withdrawn"]

WITHDRAWN, HANDED_OVER = "withdrawn", "handed_over"
ENDS = {WITHDRAWN: "client_request", HANDED_OVER: "service_ended"}
"""Why a referral ends with its concern; one that is handed over is somebody else's to refer again."""


async def concern_moved(fact: ConcernMoved, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """She took her concern back, or it is handed over: whatever is open about it ends.

    Whoever has her fields is told to stop where she took it back; a handover ends no consent, but nothing more is to
    be done for us.
    """
    reason = ENDS.get(fact.state)
    if reason is None or await alive.erased(tx, fact.person_id):
        return ()
    said: list[Message] = []
    for held in await referrals.of_person(tx, fact.person_id):
        if held.concern_id == fact.concern_id and held.open:
            said += _told(held, fact.state)
            said += await withdrawn(tx, held, context, reason)
    return said


async def withdrawn(tx: AsyncConnection, held: Referral, context: Context, reason: str) -> Sequence[Message]:
    """End it in the person's name, unless it has ended; whoever calls this tells the partner."""
    if not held.open:
        return ()
    _, said = await moved(tx, context, held, Move("withdraw", "person", Given(reason=reason), quietly=True))
    return said


def _told(held: Referral, state: str) -> tuple[Message, ...]:
    if not held.fields_left or held.mode != "connected" or held.partner is None:
        return ()
    if state == WITHDRAWN:
        return (ConsentWithdrawnNotice(to=held.partner, referral_id=held.referral_id),)
    return (ReferralWithdrawnNotice(to=held.partner, referral_id=held.referral_id, reason="handed_over"),)
