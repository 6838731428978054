"""Pulls batches from one durable consumer on nats-py's pull API.

FastStream's JetStream subscribers stall or lose messages when the link, the consumer or a timeout fails (ADR 1);
this one pulls again at once after a reconnect, says when its durable is gone, and gives back what it has not begun.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Sequence

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.errors import Error as JetStreamError

from lotse_chassis.bucket import Bucket
from lotse_chassis.faults import Away

log = logging.getLogger(__name__)

BATCH_MESSAGES_MAX = 200
PULL_SECONDS = 5.0  # one pull waits so long for the first message
GATHER_SECONDS = 0.2  # in which a pull that has begun to gather is through
PAUSE_SECONDS = 0.2  # after a failure, doubled up to the next line
PAUSE_SECONDS_MAX = 5.0
MOVED_SECONDS_MAX = 30.0  # a consumer that has not pulled for so long is not alive

Settle = Callable[[Sequence[Msg]], Awaitable[None]]


class Consumer:
    """One durable of one stream. `kick` makes it pull again now; `alive` is what readiness asks."""

    def __init__(self, client: Client, stream: str, durable: str, settle: Settle, bucket: Bucket | None = None) -> None:
        self.stream, self.durable = stream, durable
        self.pending = 0
        self._client, self._settle, self._bucket = client, settle, bucket
        self._kicked, self._stopping = asyncio.Event(), asyncio.Event()
        self._moved_at: float | None = None
        self._trouble = "has not pulled yet"

    @property
    def alive(self) -> bool:
        """Whether it pulled from an existing durable lately."""
        return self._moved_at is not None and time.monotonic() - self._moved_at < MOVED_SECONDS_MAX

    @property
    def trouble(self) -> str:
        """Why it does not move; empty when it does."""
        return self._trouble

    def kick(self) -> None:
        """After a reconnect: the server has forgotten the pull request."""
        self._kicked.set()

    def stop(self) -> None:
        """Finish the batch in hand, give back the rest, end."""
        self._stopping.set()

    async def run(self) -> None:
        """Pull and settle until stopped."""
        subscription: JetStreamContext.PullSubscription | None = None
        pause = PAUSE_SECONDS
        while not self._stopping.is_set():
            try:
                subscription = subscription or await self._bind()
                batch = await self._pull(subscription)
                if batch:
                    await self._settle(batch)
                pause = PAUSE_SECONDS
            except Away:
                self._trouble = "database away"
                log.warning("consumer %s/%s: database away, trying again", self.stream, self.durable)
                pause = await self._rest(pause)
            except (nats.errors.Error, JetStreamError, OSError) as fault:
                self._trouble = type(fault).__name__
                self._moved_at = None
                log.warning("consumer %s/%s: %s, trying again", self.stream, self.durable, type(fault).__name__)
                pause = await self._rest(pause)
                await self._unbound(subscription)
                subscription = None
            except Exception as fault:
                self._trouble = type(fault).__name__
                log.error("consumer %s/%s failed", self.stream, self.durable, exc_info=fault)
                pause = await self._rest(pause)
        await self._unbound(subscription)

    async def _bind(self) -> JetStreamContext.PullSubscription:
        js = self._client.jetstream()
        await js.consumer_info(self.stream, self.durable)
        subscription = await js.pull_subscribe_bind(durable=self.durable, stream=self.stream)
        self._moved_at, self._trouble = time.monotonic(), ""
        return subscription

    async def _pull(self, subscription: JetStreamContext.PullSubscription) -> list[Msg]:
        size = await self._allowed()
        if size == 0:
            return []
        self._kicked.clear()
        pulling = asyncio.ensure_future(subscription.fetch(size, timeout=PULL_SECONDS))
        waiting = [asyncio.ensure_future(event.wait()) for event in (self._kicked, self._stopping)]
        try:
            await asyncio.wait({pulling, *waiting}, return_when=asyncio.FIRST_COMPLETED)
            # A pull that is cancelled while it gathers forgets what it has, until the broker delivers it again.
            await asyncio.wait({pulling}, timeout=GATHER_SECONDS)
        finally:
            for other in waiting:
                other.cancel()
            if not pulling.done():
                pulling.cancel()
        batch = await _pulled(pulling)
        if batch is None:
            info = await self._client.jetstream().consumer_info(self.stream, self.durable)
            self.pending = info.num_pending or 0
            batch = []
        elif batch:
            self.pending = batch[-1].metadata.num_pending
        self._moved_at, self._trouble = time.monotonic(), ""
        if self._bucket is not None:
            self._bucket.take(len(batch))
        return batch

    async def _allowed(self) -> int:
        """How many messages may be pulled now; waits where the bucket is empty."""
        if self._bucket is None:
            return BATCH_MESSAGES_MAX
        if (size := min(self._bucket.available(), BATCH_MESSAGES_MAX)) > 0:
            return size
        await self._rest(self._bucket.seconds_until(1))
        return 0

    async def _rest(self, seconds: float) -> float:
        """Wait, unless stopped; returns the next pause."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)
        return min(seconds * 2, PAUSE_SECONDS_MAX)

    async def _unbound(self, subscription: JetStreamContext.PullSubscription | None) -> None:
        """Give back what was delivered but never begun, so that nobody waits for it."""
        if subscription is None or self._client.is_closed:
            return
        queue = subscription._sub._pending_queue  # noqa: SLF001 - nats-py has no public way to it
        try:
            while not queue.empty():
                raw = queue.get_nowait()
                if raw.reply.startswith("$JS.ACK"):
                    await raw.nak()
            await subscription.unsubscribe()  # also while the link is away, or each outage would leave one behind
            if self._client.is_connected:
                await self._client.flush(2)
        except (nats.errors.Error, TimeoutError):
            log.info("consumer %s/%s: the broker takes back what was not begun", self.stream, self.durable)


async def _pulled(pulling: "asyncio.Future[list[Msg]]") -> list[Msg] | None:
    """The batch; None when the time ran out or the pull was given up."""
    try:
        return await pulling
    except TimeoutError:  # nats-py raises its own subclass, or the bare one when the deadline is nearly used up
        return None
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        return []
