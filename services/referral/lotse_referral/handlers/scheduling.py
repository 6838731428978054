"""An appointment is given, moved or taken back, and its referral moves with it."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_contracts import Message
from lotse_contracts.referral import FixAppointment
from lotse_referral.domain.appointments import Appointment
from lotse_referral.domain.machine import Action, Forbidden, Role
from lotse_referral.domain.referral import Given, Referral
from lotse_referral.handlers import appointments, asking_back
from lotse_referral.handlers.facts import Times
from lotse_referral.handlers.finding import ours
from lotse_referral.handlers.moving import Move, moved
from lotse_referral.store import appointments as kept


async def fix(order: FixAppointment, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """The desk's order. The same id again moves the appointment; the same again changes nothing."""
    held = await ours(tx, order.referral_id)
    return await arrange(tx, held, appointments.wanted(order, held, context.now), context)


async def arrange(tx: AsyncConnection, held: Referral, wanted: Appointment, context: Context) -> Sequence[Message]:
    """Fix, move or take back one, whoever wants it; and what becomes of the referral with it.

    Raises Refused where the referral is not under way, the times are none, or the id belongs to something else.
    """
    said = await appointments.arrange(tx, held, wanted, context.now)
    return (*said, *await _follow(tx, held, context)) if said else ()


async def take_back(
    tx: AsyncConnection, held: Referral, fixed: Appointment, context: Context, reason: str | None
) -> Sequence[Message]:
    """She, the office or the desk calls it off; again changes nothing."""
    said = await appointments.take_back(tx, held, fixed, context.now, reason)
    return (*said, *await _follow(tx, held, context)) if said else ()


async def _follow(tx: AsyncConnection, held: Referral, context: Context) -> Sequence[Message]:
    """Whoever gives somebody a time takes her: the referral is accepted, and scheduled as long as a time lies ahead.

    Where she goes on her own, or the partner's own machine answers, the table has no such step, and nothing moves.
    """
    ahead = await kept.ahead_of_referral(tx, held.referral_id, context.now)
    after, said = held, list[Message]()
    times = Times(ahead[0].starts_at, ahead[0].ends_at) if ahead else None
    for action in ("accept", "schedule") if ahead else ("unschedule",):
        after, follows = await _tried(tx, context, after, action, times)
        said += follows
    await asking_back.plan_visit(tx, after, context)
    return said


async def _tried(
    tx: AsyncConnection, context: Context, held: Referral, action: Action, times: Times | None
) -> tuple[Referral, list[Message]]:
    role: Role = "receiver" if held.direction == "in" else "receiver_by_staff"
    given = Given(times=times is not None)
    try:
        return await moved(tx, context, held, Move(action, role, given, times=times))
    except Forbidden:
        return held, []
