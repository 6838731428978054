"""A message about an appointment may not have reached her: somebody calls, while there is time."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_chassis.timers import Timer, cancel_timer, set_timer
from lotse_contracts import Message
from lotse_contracts.notify import CallNeeded, CallNotNeeded
from lotse_contracts.notify.calls import CallFact
from lotse_contracts.referral import AskCalls, AssignCall, CallChanged, CallEntry, CallsAnswer, SettleCall
from lotse_referral.domain.calls import LIVE, Call, CallOver, assigned, outdone, settled, stopped
from lotse_referral.store import alive, appointments, calls, referrals

CALL_OVER = "call_over"
"""Kind of the timer that ends a call which nobody made in time; the key is its id."""


async def needed(fact: CallNeeded, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Opened once, and again where it is said again after it was stopped.

    Nothing for an erased person, for an appointment that is none of ours, or when it is too late.
    """
    if await alive.erased(tx, fact.person_id) or context.now >= fact.until:
        return ()
    call, known = await _fresh(tx, fact, context), await calls.load(tx, fact.notification_id)
    if call is None or (known is not None and not outdone(known, context.time)):
        return ()
    await calls.save(tx, call)
    payload = {"person_id": str(call.person_id)}
    await set_timer(tx, kind=CALL_OVER, key=str(call.call_id), due_at=call.until, payload=payload)
    return (said_of(call),)


async def not_needed(fact: CallNotNeeded, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Ends it; where it comes first, what it ends is remembered as ended."""
    if await alive.erased(tx, fact.person_id):
        return ()
    known = await calls.load(tx, fact.notification_id)
    if known is None:
        if (call := await _fresh(tx, fact, context)) is not None:
            await calls.save(tx, stopped(call, context.time))
        return ()
    if context.time < known.opened_at:  # it was about an earlier time
        return ()
    return await _stopped(tx, known, context.time)


async def assign(order: AssignCall, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Again with the same name changes nothing."""
    call = await _ours(tx, order.call_id)
    if call.state == "assigned" and call.assignee == order.assignee:
        return ()
    try:
        changed = assigned(call, order.assignee, context.now)
    except CallOver:
        raise Refused("call_over", fields=("call_id",)) from None
    await calls.save(tx, changed)
    return (said_of(changed),)


async def settle(order: SettleCall, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """`done`: she knows. After `no_answer` it stays open until it is too late."""
    call = await _ours(tx, order.call_id)
    try:
        changed = settled(call, order.result, context.now)
    except CallOver:
        raise Refused("call_over", fields=("call_id",)) from None
    await calls.save(tx, changed)
    if changed.state == call.state:
        return ()
    await cancel_timer(tx, kind=CALL_OVER, key=str(call.call_id))
    return (said_of(changed),)


async def over(timer: Timer, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Nobody called in time."""
    call_id = UUID(timer.key)
    await alive.locked(tx, UUID(timer.payload["person_id"]))
    call = await calls.load(tx, call_id)
    return () if call is None else await _stopped(tx, call, context.now)


async def ask(question: AskCalls, context: Context, tx: AsyncConnection) -> CallsAnswer:
    """What is still of use; her number is intake's. Each look at a person goes into the access log."""
    entries = []
    for call in await calls.live(tx, assignee=question.assignee, now=context.now, size=question.size):
        entries.append(await _entry(tx, call))
        key = str(call.person_id)
        await accesslog.record(tx, context, action="read", object_kind="person", object_id=key, purpose="call")
    return CallsAnswer(calls=tuple(entries))


def said_of(call: Call) -> CallChanged:
    """How a call stands."""
    return CallChanged(
        call_id=call.call_id,
        person_id=call.person_id,
        referral_id=call.referral_id,
        appointment_id=call.appointment_id,
        state=call.state,
        until=call.until,
    )


async def _fresh(tx: AsyncConnection, fact: CallFact, context: Context) -> Call | None:
    """The call that this fact is about, as of when it was said; None for an appointment that is none of ours."""
    if fact.appointment_id is None:
        return None
    appointment = await appointments.load(tx, fact.appointment_id)
    if appointment is None or appointment.person_id != fact.person_id:
        return None
    return Call(
        call_id=fact.notification_id,
        person_id=fact.person_id,
        referral_id=appointment.referral_id,
        appointment_id=appointment.appointment_id,
        reason=fact.reason,
        until=fact.until,
        opened_at=context.time,
        changed_at=context.time,
    )


async def _ours(tx: AsyncConnection, call_id: UUID) -> Call:
    """Raises Refused if there is no such call, or no longer since its person was erased."""
    call = await calls.load(tx, call_id)
    if call is not None:
        return call
    code = "person_erased" if await alive.buried(tx, call_id) else "unknown_call"
    raise Refused(code, fields=("call_id",))


async def _stopped(tx: AsyncConnection, call: Call, at: datetime) -> Sequence[Message]:
    if call.state not in LIVE:
        return ()
    ended = stopped(call, at)
    await calls.save(tx, ended)
    await cancel_timer(tx, kind=CALL_OVER, key=str(call.call_id))
    return (said_of(ended),)


async def _entry(tx: AsyncConnection, call: Call) -> CallEntry:
    appointment = await appointments.load(tx, call.appointment_id)
    held = await referrals.read(tx, call.referral_id)
    return CallEntry(
        call_id=call.call_id,
        person_id=call.person_id,
        referral_id=call.referral_id,
        appointment_id=call.appointment_id,
        starts_at=appointment.starts_at if appointment else None,
        cancelled=appointment.cancelled if appointment else False,
        state=call.state,
        assignee=call.assignee,
        reason=call.reason,
        since=call.opened_at,
        until=call.until,
        tries=call.tries,
        language=held.language if held else "de",
    )
