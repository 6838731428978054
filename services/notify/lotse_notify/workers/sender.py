"""Sends what is due, one at a time over one line; no transaction is open while the mail server is spoken to."""

import asyncio
import logging
from functools import partial

from opentelemetry.trace import Span
from prometheus_client import CollectorRegistry, Counter, Gauge
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from lotse_chassis.faults import Away
from lotse_notify.domain.outcome import Outcome
from lotse_notify.providers.smtp import SmtpLine
from lotse_notify.store import submissions
from lotse_notify.workers import outcomes, spans
from lotse_notify.workers.claiming import Claim, Post, Units, claim
from lotse_notify.workers.sweeping import sweep

log = logging.getLogger(__name__)

SWEEP_SECONDS = 2.0
WRITE_PAUSE_SECONDS = 0.5
WRITES_MAX = 40  # tries to write down an outcome while the database is away; after that the lease speaks


class SendMeters:
    """What sending counts; `unresolved` is what somebody must look at."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.endings = Counter("lotse_notify_submissions", "tries by their ending", ["ending"], registry=registry)
        self.unresolved = Gauge("lotse_notify_unresolved", "messages that may or may not have left", registry=registry)


async def run(stopping: asyncio.Event, *, units: Units, post: Post, meters: SendMeters, poll_seconds: float) -> None:
    """Until stopped; a mail in hand is finished first."""
    line, loop = SmtpLine(post.server), asyncio.get_running_loop()
    swept_at = -SWEEP_SECONDS
    try:
        while not stopping.is_set():
            busy = await send_next(units, post, line, meters)
            if loop.time() - swept_at >= SWEEP_SECONDS:
                swept_at = loop.time()
                await sweep(units, post)
                await _count(units, meters)
            if not busy:
                await _rest(stopping, poll_seconds)
    finally:
        await line.close()


async def send_next(units: Units, post: Post, line: SmtpLine, meters: SendMeters) -> bool:
    """Whether there was anything due."""
    claimed = await claim(units, post)
    if not isinstance(claimed, Claim):
        return claimed == "settled"
    with spans.sending(claimed.submission) as span:
        outcome = await line.hand_over(claimed.mail, partial(_may_begin, units, claimed, span))
        spans.ended(span, outcome)
        meters.endings.labels(outcome.ending).inc()
        if outcome.ending != "accepted":
            log.warning("a message did not leave: %s, %s", outcome.ending, outcome.reason)
        await _write(units, claimed, outcome, post)
    return True


async def _may_begin(units: Units, claimed: Claim, span: Span) -> bool:
    async with units() as unit:
        may = await outcomes.may_begin(unit, claimed.submission)
    if may:
        spans.reached(span, "data")
    return may


async def _write(units: Units, claimed: Claim, outcome: Outcome, post: Post) -> None:
    """An outcome that is known is not given up because the database is away for a moment."""
    for left in reversed(range(WRITES_MAX)):
        try:
            async with units() as unit:
                await outcomes.write(unit, claimed.submission, outcome, retry_seconds=post.retry_seconds)
        except (DBAPIError, PoolTimeoutError, Away, OSError) as fault:
            if not left:
                raise
            log.warning("an outcome waits for the database: %s", type(fault).__name__)
            await asyncio.sleep(WRITE_PAUSE_SECONDS)
        else:
            return


async def _count(units: Units, meters: SendMeters) -> None:
    async with units() as unit:
        meters.unresolved.set(await submissions.unresolved_count(unit.tx))


async def _rest(stopping: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return
