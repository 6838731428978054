"""What a receipt, a look-up, a deadline or somebody says of a try, and what that makes of it and its notification."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lotse_chassis import telemetry
from lotse_chassis.service import Unit
from lotse_notify.domain.consequences import TAKEN, Other, of_event
from lotse_notify.domain.machine import AttemptEvent, Forbidden
from lotse_notify.handlers import calls
from lotse_notify.handlers.costs import count_taken
from lotse_notify.handlers.tries import heard_of, others_of, standing_of
from lotse_notify.store import applying, attempts, notices
from lotse_notify.store.applying import Became
from lotse_notify.store.attempts import Attempt


async def became(
    unit: Unit,
    attempt_id: UUID,
    event: AttemptEvent,
    because: str,
    *,
    receipt_follows: bool = False,
    another: bool = False,
) -> bool:
    """What a receipt, a look-up, a deadline or somebody says of a try; False if that changes nothing.

    Locks the person. Whoever still held the try can write no more.
    """
    of = await attempts.locked(unit.tx, attempt_id)
    if of is None:
        return False
    now = unit.context.now
    try:
        others = (await others_of(unit, [of]))[of.attempt_id]
        standing = standing_of(of, others, another=another)
        consequence = of_event(standing, event, because, now, receipt_follows=receipt_follows)
    except Forbidden:
        return False
    if not await attempts.move(unit.tx, of, consequence.attempt_state, because, now):
        return False
    if consequence.verdict is not None:
        channel = consequence.verdict.plan[0] if consequence.verdict.plan else of.channel
        await notices.move(unit.tx, of.notification, consequence.verdict, now, channel=channel)
        await notices.decide(unit.tx, of.notification, consequence.verdict, now)
    if consequence.attempt_state in TAKEN and of.state not in TAKEN:
        await count_taken(unit.tx, [of.attempt_id], now)
    await heard_of(unit, of, consequence.attempt_state, consequence.verdict)
    if of.channel == "sms" and consequence.attempt_state == "presumed_sent":  # whatever else goes instead of it
        unit.say(*await calls.in_doubt(unit.tx, of.notification, now))
    return True


@dataclass(frozen=True)
class Happened:
    """What a receipt says of a try that is locked, and why; `another`: as `Standing`."""

    attempt: Attempt
    event: AttemptEvent
    because: str
    another: bool = False


async def became_together(unit: Unit, happened: Sequence[Happened]) -> frozenset[UUID]:
    """The same for what receipts say of many, each in the trace of its message; returns the tries that changed."""
    now, others = unit.context.now, await others_of(unit, [one.attempt for one in happened])
    found = [_receipted(one, others[one.attempt.attempt_id], now) for one in happened]
    changed = await applying.became(unit.tx, [one for one in found if one is not None], now)
    became = [one for one in found if one is not None and one.attempt.attempt_id in changed]
    taken = [one.attempt.attempt_id for one in became if one.attempt_state in TAKEN and one.attempt.state not in TAKEN]
    if taken:
        await count_taken(unit.tx, taken, now)
    for one in became:
        with telemetry.extracted(one.attempt.notification.traceparent):
            await heard_of(unit, one.attempt, one.attempt_state, one.verdict)
    return changed


def _receipted(one: Happened, others: Sequence[Other], now: datetime) -> Became | None:
    try:
        standing = standing_of(one.attempt, others, another=one.another)
        found = of_event(standing, one.event, one.because, now, receipt_follows=True)
    except Forbidden:
        return None
    return Became(one.attempt, found.attempt_state, one.because, found.verdict)
