"""A referral's clocks: set and stopped in the transaction of the move, and what happens when one is due."""

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import timers
from lotse_chassis.context import Context
from lotse_chassis.timers import Timer
from lotse_contracts import Message
from lotse_contracts.referral import ReferralEscalated, ReferralReminded
from lotse_referral.domain.clocks import Due, TimerKind, clock_of, due_at, strike
from lotse_referral.domain.referral import Referral
from lotse_referral.handlers import asking_back, moving
from lotse_referral.handlers.clocking import entered, payload
from lotse_referral.store import referrals

GIVE_UP = "give_up"
"""As long as she is still being asked, it is not for the clock to say that nobody knows."""


async def due(timer: Timer, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Remind, escalate or end; nothing where the referral has moved on meanwhile, or is gone."""
    held = await referrals.load(tx, UUID(timer.key))
    if held is None or timer.payload.get("entered") != entered(held):
        return ()
    due_now = Due(cast(TimerKind, timer.kind), timer.due_at)
    struck = strike(held, due_now, context.now, postponed=bool(timer.payload.get("postponed")))
    if struck.again is not None:
        again = payload(held) | ({"postponed": True} if struck.again.kind == "expire" else {})
        await timers.set_timer(tx, kind=timer.kind, key=timer.key, due_at=struck.again.at, payload=again)
    said: list[Message] = []
    if struck.reminds:
        said += _reminded(held, timer)
    if struck.escalates:
        said += _escalated(held)
    asked = struck.action == GIVE_UP and await asking_back.still_asks(tx, held.referral_id)
    if struck.action is not None and not asked:
        _, followed = await moving.moved(tx, context, held, moving.Move(struck.action, "system"))
        said += followed
    return said


def _escalated(held: Referral) -> tuple[ReferralEscalated, ...]:
    """A coordinator hears of it."""
    clock, whole = clock_of(held), due_at(held)
    if clock is None or whole is None:
        return ()
    ids: dict[str, Any] = {"referral_id": held.referral_id, "version": held.version}
    return (ReferralEscalated(**ids, clock=clock, due_at=whole),)


def _reminded(held: Referral, timer: Timer) -> tuple[ReferralReminded, ...]:
    clock = clock_of(held)
    if clock is None:
        return ()
    whole = due_at(held) if timer.kind == "remind" else timer.due_at
    ids: dict[str, Any] = {"referral_id": held.referral_id, "version": held.version}
    return (ReferralReminded(**ids, clock=clock, due_at=whole or timer.due_at),)
