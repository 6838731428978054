"""Ends what nobody needs any more, and settles what a worker left behind when it died."""

from collections.abc import Awaitable, Callable
from contextlib import ExitStack

from lotse_chassis import telemetry
from lotse_chassis.service import Unit
from lotse_notify.domain.outcome import after_lease
from lotse_notify.domain.verdict import Verdict
from lotse_notify.handlers.telling import settle
from lotse_notify.store import notices, people, submissions
from lotse_notify.workers import outcomes
from lotse_notify.workers.claiming import Post, Units

ROWS_MAX = 50  # in one round; the next takes the rest

Step = Callable[[Unit, Post, ExitStack], Awaitable[bool]]


async def sweep(units: Units, post: Post) -> None:
    """One round of both. Each in a transaction of its own, since what it says goes on in its own trace."""
    for step in (_end_overdue, _settle_abandoned):
        for _ in range(ROWS_MAX):
            if not await _stepped(step, units, post):
                break


async def _stepped(step: Step, units: Units, post: Post) -> bool:
    with ExitStack() as trace:  # it must outlast the unit, which stages at its end
        async with units() as unit:
            return await step(unit, post, trace)


async def _end_overdue(unit: Unit, post: Post, trace: ExitStack) -> bool:
    del post
    now = unit.context.now
    for late in await notices.overdue(unit.tx, now, rows_max=1):
        trace.enter_context(telemetry.extracted(late.traceparent))
        contact = await people.contact_of(unit.tx, late.person_id)
        unit.say(*await settle(unit.tx, late, Verdict("expired", "too_late"), contact, now))
        return True
    return False


async def _settle_abandoned(unit: Unit, post: Post, trace: ExitStack) -> bool:
    for left in await submissions.abandoned(unit.tx, unit.context.now, rows_max=1):
        trace.enter_context(telemetry.extracted(left.notification.traceparent))
        await outcomes.write(unit, left, after_lease(left.stage), retry_seconds=post.retry_seconds)
        return True
    return False
