"""What goes with a referral that ends early: its check-backs and the appointments still to come."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.timers import cancel_timer
from lotse_contracts import Message
from lotse_contracts.intake import ConcernMoved
from lotse_contracts.referral import AppointmentCancelled, ConsentWithdrawnNotice
from lotse_referral.domain.checkbacks import CHECKBACK
from lotse_referral.domain.referral import Referral, advance
from lotse_referral.handlers.facts import cancelled, fact_of, stop_telling
from lotse_referral.store import alive, appointments, referrals

WITHDRAWN, HANDED_OVER = "withdrawn", "handed_over"
ENDS = {WITHDRAWN: "client_request", HANDED_OVER: "service_ended"}
"""Why a referral ends with its concern; one that is handed over is somebody else's to refer again."""


async def concern_moved(fact: ConcernMoved, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """She took her concern back, or it is handed over: whatever is open about it ends.

    Whoever has her fields is told to stop where she took it back; a handover ends no consent.
    """
    reason = ENDS.get(fact.state)
    if reason is None or await alive.erased(tx, fact.person_id):
        return ()
    said: list[Message] = []
    for held in await referrals.of_person(tx, fact.person_id):
        if held.concern_id == fact.concern_id and held.open:
            if fact.state == WITHDRAWN and held.fields_left and held.partner is not None:
                said.append(ConsentWithdrawnNotice(to=held.partner, referral_id=held.referral_id))
            said += await withdrawn(tx, held, context, reason)
    return said


async def withdrawn(tx: AsyncConnection, held: Referral, context: Context, reason: str) -> Sequence[Message]:
    """End it in the person's name, unless it has ended."""
    if not held.open:
        return ()
    ended = advance(held, "withdraw", "person", context.now, reason=reason)
    await referrals.save(tx, ended)
    return (*fact_of(ended), *stop_telling(ended), *await call_off(tx, ended, context.now))


async def call_off(tx: AsyncConnection, held: Referral, now: datetime) -> tuple[AppointmentCancelled, ...]:
    """Cancel what lies ahead; returns what the person has to be told."""
    await cancel_timer(tx, kind=CHECKBACK, key=str(held.referral_id))
    said = []
    for ahead in await appointments.ahead_of_referral(tx, held.referral_id, now):
        off = replace(ahead, cancelled=True, version=ahead.version + 1)
        await appointments.save(tx, off)
        said.append(cancelled(off))
    return tuple(said)
