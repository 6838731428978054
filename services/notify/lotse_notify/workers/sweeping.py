"""Settles what a worker left behind when it died, and what has waited long enough for a receipt or an answer."""

import logging
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta

from lotse_chassis import telemetry
from lotse_chassis.service import Unit
from lotse_notify.domain.machine import AttemptEvent
from lotse_notify.domain.outcome import after_lease
from lotse_notify.handlers import endings, evidence
from lotse_notify.handlers.endings import Answer
from lotse_notify.store import attempts, notices, receipts
from lotse_notify.store.attempts import Attempt
from lotse_notify.workers.databaseaway import DATABASE_AWAY
from lotse_notify.workers.living import Living, bury
from lotse_notify.workers.post import Post, Units

log = logging.getLogger(__name__)

LOOK_AGAIN = timedelta(hours=1)  # at what cannot be settled, so that it holds up nothing else
ROWS_MAX = 50  # in one round; the next takes the rest


@dataclass
class Round:
    """One try of a round: the trace of its message, and which it is, once it is found."""

    trace: ExitStack
    attempt: Attempt | None = None

    def of(self, found: Attempt) -> None:
        self.attempt = found
        self.trace.enter_context(telemetry.extracted(found.notification.traceparent))


Step = Callable[[Unit, Post, Round], Awaitable[bool]]


async def sweep(units: Units, post: Post, living: Living | None = None) -> None:
    """One round of both. Each in a transaction of its own, since what it says goes on in its own trace."""
    if living is not None:
        async with units() as unit:
            await bury(unit.tx, living, unit.context.now)
    for step in (_settle_abandoned, _settle_waiting):
        for _ in range(ROWS_MAX):
            if not await _stepped(step, units, post):
                break


async def _stepped(step: Step, units: Units, post: Post) -> bool:
    """Whether there was one. What cannot be settled is put off, so that the rest is settled and sending goes on."""
    with ExitStack() as trace:  # it must outlast the unit, which stages at its end
        one = Round(trace)
        try:
            async with units() as unit:
                return await step(unit, post, one)
        except DATABASE_AWAY:
            raise
        except Exception as fault:
            if one.attempt is None:
                raise
            log.error("a try cannot be settled: %s", type(fault).__name__, exc_info=fault)
        async with units() as unit:
            await attempts.put_off(unit.tx, one.attempt, unit.context.now + LOOK_AGAIN)
        return True


async def _settle_abandoned(unit: Unit, post: Post, one: Round) -> bool:
    for left in await attempts.abandoned(unit.tx, unit.context.now, rows_max=1):
        one.of(left)
        answer = Answer(left, after_lease(left.stage))
        await endings.write(unit, [answer], retry_seconds=post.retry_seconds)
        await receipts.wake(unit.tx, left.attempt_id, unit.context.now)  # they may settle the doubt at once
        return True
    return False


async def _settle_waiting(unit: Unit, post: Post, one: Round) -> bool:
    del post
    for waiting in await attempts.past_deadline(unit.tx, unit.context.now, rows_max=1):
        one.of(waiting)
        event: AttemptEvent = "settle" if waiting.state == "unknown" else "end_receipts"
        if not await evidence.became(unit, waiting.attempt_id, event, "waited_long_enough"):
            await notices.look_again(unit.tx, waiting.notification, unit.context.now + LOOK_AGAIN)
        return True
    return False
