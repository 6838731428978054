"""Sends what is due, many at once; no transaction is open while a provider is spoken to, and few commits are made.

Intents, beginnings and endings each go in groups: what comes while one transaction runs goes into the next.
"""

import asyncio
import logging
from collections.abc import Sequence
from functools import partial

from opentelemetry.trace import Span
from prometheus_client import CollectorRegistry, Counter, Gauge
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from lotse_chassis.faults import Away
from lotse_notify.domain.outcome import Outcome
from lotse_notify.domain.segments import encoding_of
from lotse_notify.handlers import endings
from lotse_notify.handlers.endings import Answer
from lotse_notify.providers.provider import Parcel
from lotse_notify.store import attempts
from lotse_notify.store.attempts import Attempt
from lotse_notify.workers import outcomes, spans
from lotse_notify.workers.alone import claim_alone
from lotse_notify.workers.claiming import Claim, Claimed, claim
from lotse_notify.workers.databaseaway import DATABASE_AWAY
from lotse_notify.workers.grouping import Group
from lotse_notify.workers.living import Living
from lotse_notify.workers.post import Post, Units
from lotse_notify.workers.sweeping import sweep

log = logging.getLogger(__name__)

IN_HAND_MAX = 128  # messages that are with providers at once, or wait for a line of one
IN_HAND_MIN = 8
SLOW_SECONDS = 1.0  # a provider that takes longer is given fewer at once, so that none waits long for its line
GROUP_MAX = 64
GATHER_SECONDS = 0.02  # outcomes wait so long for others: no line is held meanwhile, and each commit is dear
SWEEP_SECONDS = 2.0
WRITE_PAUSE_SECONDS = 0.5
WRITES_MAX = 40  # tries to write down an outcome while the database is away; after that the lease speaks
AWAY = (DBAPIError, PoolTimeoutError, Away, OSError)


class SendMeters:
    """What sending counts; `unresolved` is what somebody must look at."""

    def __init__(self, registry: CollectorRegistry) -> None:
        labels = ["channel", "ending", "provider"]
        self.endings = Counter("lotse_notify_attempts", "tries by their ending", labels, registry=registry)
        self.unresolved = Gauge("lotse_notify_unresolved", "messages that may or may not have left", registry=registry)
        self._segments = Counter(
            "lotse_notify_segments", "parts of SMS handed over", ["language", "encoding"], registry=registry
        )
        prevented = Counter(
            "lotse_notify_duplicates_prevented", "tries that did not begin beside another", ["where"], registry=registry
        )
        self.by_index, self.by_fence = prevented.labels("index"), prevented.labels("fence")

    def ended(self, of: Attempt, parcel: Parcel, outcome: Outcome) -> None:
        """A provider has answered."""
        self.endings.labels(of.channel, outcome.ending, of.provider).inc()
        if outcome.ending == "accepted" and parcel.channel == "sms":
            self._segments.labels(of.notification.language or "", encoding_of(parcel.text)).inc(parcel.segments)


class Sender:
    """The pipeline: claims, hands over, writes down. One for each process."""

    def __init__(self, units: Units, post: Post, meters: SendMeters, worker: int | None = None) -> None:
        self._units, self._post, self._meters, self._worker = units, post, meters, worker
        self._beginnings: Group[Claim, bool] = Group(self._begin, GROUP_MAX)
        self._endings: Group[Answer, bool] = Group(self._end, GROUP_MAX, GATHER_SECONDS)
        self._in_hand: set[asyncio.Task[None]] = set()
        self._pace = IN_HAND_MIN
        self._careful = 0  # so many are claimed alone

    @property
    def in_hand(self) -> int:
        """How many messages are with providers now."""
        return len(self._in_hand)

    async def take(self) -> int:
        """Claim as many as there is room for and start handing them over; returns how many were due."""
        room = self._pace - len(self._in_hand)
        if 2 * room < self._pace:  # few large claims are cheaper than many small ones
            return 0
        claimed = await self._claimed(room)
        for one in claimed.claims:
            task = asyncio.create_task(self.send(one))
            self._in_hand.add(task)
            task.add_done_callback(self._ended)
        return claimed.seen

    async def _claimed(self, room: int) -> Claimed:
        """Together, or one by one after a claim of many has failed."""
        if self._careful:
            self._careful -= 1
            found = await claim_alone(self._units, self._post, self._worker)
            self._meters.by_index.inc(found.beside_another)
            return found
        try:
            return await claim(self._units, self._post, rows_max=room, worker=self._worker)
        except DATABASE_AWAY:
            raise
        except Exception as fault:
            log.error("a claim failed: %s", type(fault).__name__, exc_info=fault)
        self._careful = room
        return Claimed((), 1)

    async def some_end(self, seconds: float) -> None:
        """Wait until one of those in hand has ended, or this long."""
        if self._in_hand:
            await asyncio.wait(self._in_hand, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)

    async def finish(self) -> None:
        """Wait until nothing is in hand."""
        while self._in_hand:
            await asyncio.wait(self._in_hand)

    async def send(self, one: Claim) -> None:
        """One message: handed over once, and its outcome written down."""
        began = asyncio.get_running_loop().time()
        with spans.sending(one.attempt) as span:
            outcome = await one.provider.submit(one.parcel, partial(self._may_begin, one, span))
            self._learn(asyncio.get_running_loop().time() - began)
            spans.ended(span, outcome)
            self._meters.ended(one.attempt, one.parcel, outcome)
            if outcome.ending != "accepted":
                log.warning("a message did not leave: %s, %s", outcome.ending, outcome.reason)
            await self._write(Answer(one.attempt, outcome))

    def _learn(self, seconds: float) -> None:
        """More at once as long as it is quick, half as many when it is not."""
        slow = seconds > SLOW_SECONDS
        self._pace = max(IN_HAND_MIN, self._pace // 2) if slow else min(IN_HAND_MAX, self._pace + 1)

    async def _may_begin(self, of: Claim, span: Span) -> bool:
        """Without an answer of the database nothing begins: that is a definite no."""
        try:
            begun = await self._beginnings.put(of)
            if not begun:
                async with self._units() as unit:
                    begun = await outcomes.may_begin(unit, of.attempt, self._post)
                    if not begun and await attempts.taken_over(unit.tx, of.attempt):
                        self._meters.by_fence.inc()
        except AWAY as fault:
            log.warning("a message does not begin: %s", type(fault).__name__)
            return False
        if begun:
            spans.reached(span, "data")
        return begun

    async def _write(self, answer: Answer) -> None:
        """An outcome that is known is not given up because the database is away for a moment."""
        for left in reversed(range(WRITES_MAX)):
            try:
                if not await self._endings.put(answer):
                    async with self._units() as unit:
                        await endings.write(unit, [answer], retry_seconds=self._post.retry_seconds)
            except AWAY as fault:
                if not left:
                    raise
                log.warning("an outcome waits for the database: %s", type(fault).__name__)
                await asyncio.sleep(WRITE_PAUSE_SECONDS)
            else:
                return

    async def _begin(self, of: Sequence[Claim]) -> Sequence[bool]:
        async with self._units() as unit:
            return await outcomes.begin_unchanged(unit, of, self._post)

    async def _end(self, answers: Sequence[Answer]) -> Sequence[bool]:
        async with self._units() as unit:
            return await endings.write(unit, answers, retry_seconds=self._post.retry_seconds, together=True)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        """A fault of ours leaves the try to its lease."""
        self._in_hand.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            log.error("a try was left to its lease: %s", type(fault).__name__, exc_info=fault)


async def run(
    stopping: asyncio.Event, *, units: Units, post: Post, meters: SendMeters, living: Living, poll_seconds: float
) -> None:
    """Until stopped; what is in hand is finished first, and what a dead process held is taken over."""
    sender, loop = Sender(units, post, meters, living.worker), asyncio.get_running_loop()
    swept_at = -SWEEP_SECONDS
    try:
        while not stopping.is_set():
            if loop.time() - swept_at >= SWEEP_SECONDS:
                swept_at = loop.time()
                await living.hold()
                await sweep(units, post, living)
                await _count(units, meters)
            seen = await sender.take()
            if sender.in_hand:
                await sender.some_end(poll_seconds)
            elif not seen:
                await _rest(stopping, poll_seconds)
    finally:
        await sender.finish()
        await living.let_go()
        if stopping.is_set():
            await post.routes.close()


async def _count(units: Units, meters: SendMeters) -> None:
    async with units() as unit:
        meters.unresolved.set(await attempts.unresolved_count(unit.tx))


async def _rest(stopping: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return
