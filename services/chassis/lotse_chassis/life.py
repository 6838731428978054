"""From start to stop: wait visibly for broker and database, run every loop, stop without leaving work half done."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from faststream import FastStream
from nats.aio.client import Client
from opentelemetry import trace
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import housekeeping, timers
from lotse_chassis.armour import armour
from lotse_chassis.asking import Asking
from lotse_chassis.bucket import Bucket
from lotse_chassis.connection import broker_is_there, broker_of, federated_client
from lotse_chassis.consumer import Consumer
from lotse_chassis.delivery import Delivery
from lotse_chassis.heard import Repeater
from lotse_chassis.relay import Relay
from lotse_chassis.timers import Timer
from lotse_contracts import wiring
from lotse_contracts.envelope import Message

if TYPE_CHECKING:
    from lotse_chassis.service import Service, TimerHandler

log = logging.getLogger(__name__)
tracer = trace.get_tracer("lotse")

WAIT_SECONDS = 0.5  # between two looks for what is away
SAID_SECONDS = 10.0  # how often waiting is said again
CHECK_SECONDS = 2.0  # how often the database is asked whether it lives
STOP_SECONDS = 15.0
WORKER_PAUSE_SECONDS = 2.0
AFTER_COMMIT_SECONDS = 0.05  # what a timer staged is committed by then; if not, the relay's own poll finds it


class Life:
    """One life of one service."""

    def __init__(self, service: "Service") -> None:
        self._service = service
        self._broker = broker_of(
            service.settings, service.name, fatal=service.fail, reconnected=self._reconnected, closed=self._closed
        )
        self._app = FastStream(self._broker, logger=None)
        self._fed: Client | None = None
        self._consumers: list[Consumer] = []
        self._relay: Relay | None = None
        self._stopping = asyncio.Event()
        self._waiting = {"broker": "not connected", "database": "not connected"}

    @property
    def client(self) -> Client | None:
        """The broker connection, once there is one."""
        state = self._broker.config.connection_state
        return state.connection if state else None

    def wake(self) -> None:
        """Rouse the relay."""
        if self._relay is not None:
            self._relay.wake()

    def missing(self) -> dict[str, str]:
        """What is not as it should be, in words."""
        missing = dict(self._waiting)
        if self.client is not None and not self.client.is_connected:
            missing["broker"] = "connection lost"
        for consumer in self._consumers:
            if not consumer.alive or consumer.trouble:
                missing[f"consumer {consumer.stream}/{consumer.durable}"] = consumer.trouble or "does not move"
        return missing

    def stop(self) -> None:
        """Finish what is in hand, then end."""
        self._stopping.set()
        for consumer in self._consumers:
            consumer.stop()
        self.wake()

    async def run(self) -> None:
        """Until stopped. What ends a life before ends the process: a service that only seems to live helps nobody."""
        try:
            await self._live()
        except Exception as fault:
            self._waiting["service"] = type(fault).__name__
            log.critical("%s cannot go on: %s", self._service.name, type(fault).__name__, exc_info=fault)
            self._service.fail(type(fault).__name__)

    async def _live(self) -> None:
        service = self._service
        asking = Asking(service.reader, service.engine, service.problems, service.meters, service.now, self._connected)
        asking.subscribe(self._broker, service.answerers)
        try:
            if not await self._until(self._broker_joined, "broker"):
                return
            await self._app.start()
            self._waiting.pop("broker", None)
            if await self._until(self._database_there, "database"):
                await self._work()
        finally:
            await self._part()

    async def _work(self) -> None:
        service = self._service
        client = self._connected()
        self._relay = Relay(service.name, service.engine, client, service.meters, service.now)
        declared = wiring.consumers(service.name, service.association)
        self._consumers = [self._consumer(client, wired) for wired in declared if wired.account == "APP"]
        federated = [wired for wired in declared if wired.account == "FED"] if service.settings.fed_seed_file else []
        if federated:
            self._waiting["federation"] = "not connected"
        self._waiting.pop("database", None)
        self.wake()
        loops: list[tuple[str, Callable[[], Awaitable[None]]]] = [
            ("relay", partial(self._relay.run, self._stopping)),
            ("timers", self._fire_timers),
            ("watch", self._watch),
            ("housekeeping", partial(housekeeping.run, service.engine, service.now, self._stopping)),
            *((f"consumer {one.durable}", one.run) for one in self._consumers),
            *(("federation", partial(self._federate, wired)) for wired in federated),
            *((f"repeater of {wired.durable}", partial(self._repeater().run, self._stopping)) for wired in federated),
            *((name, partial(run, self._stopping)) for name, run in service.workers.items()),
        ]
        log.info("%s is up", service.name)
        async with asyncio.TaskGroup() as group:
            for name, run in loops:
                group.create_task(self._kept_running(name, run), name=name)

    def _consumer(self, client: Client, wired: wiring.Consumer) -> Consumer:
        """An anonymous frontend's is held back by a bucket of its own."""
        settings, bucket = self._service.settings, None
        if wired.stream == "ORDERS_PUBLIC":
            bucket = Bucket(settings.public_orders_per_second, settings.public_orders_burst)
        return Consumer(client, wired.stream, wired.durable, self._delivery().settle, bucket)

    async def _federate(self, wired: wiring.Consumer) -> None:
        """The second connection, and what is heard through it; nothing else waits for it."""
        service = self._service
        connecting = federated_client(
            service.settings, service.name, fatal=service.fail, reconnected=self._reconnected, closed=self._closed
        )
        self._fed = await self._unless_stopped(connecting)
        if self._fed is None or self._stopping.is_set():
            return
        consumer = self._consumer(self._fed, wired)
        self._consumers.append(consumer)
        self._waiting.pop("federation", None)
        await consumer.run()

    def _repeater(self) -> Repeater:
        service, seconds = self._service, self._service.settings.transfer_again_seconds
        return Repeater(service.engine, service.meters, service.now, self.wake, timedelta(seconds=seconds))

    def _delivery(self) -> Delivery:
        service = self._service

        async def publish(subject: str, body: bytes) -> None:
            await self._connected().publish(subject, body)

        return Delivery(
            reader=service.reader,
            engine=service.engine,
            heard=service.heard,
            problems=service.problems,
            meters=service.meters,
            now=service.now,
            wake=self.wake,
            publish=publish,
            first=timedelta(seconds=service.settings.transfer_again_seconds),
        )

    async def _fire_timers(self) -> None:
        service = self._service

        async def stage(tx: AsyncConnection, fired: Timer, messages: Sequence[Message]) -> None:
            await service.stage(tx, service.context(id=fired.id), messages)
            if messages:
                asyncio.get_running_loop().call_later(AFTER_COMMIT_SECONDS, self.wake)

        handlers: dict[str, timers.Handler] = {}
        for kind, handler in service.timer_handlers.items():
            handlers[kind] = partial(self._fire, handler)
        await timers.run_timers(service.engine, handlers, stage, service.now, self._stopping)

    async def _fire(self, handler: "TimerHandler", fired: Timer, tx: AsyncConnection) -> Sequence[Message]:
        with tracer.start_as_current_span(f"timer {fired.kind}"):
            return await handler(fired, self._service.context(id=fired.id), tx)

    async def _watch(self) -> None:
        """Notice a database that went away, and count what waits."""
        service = self._service
        while not self._stopping.is_set():
            try:
                async with service.engine.connect() as connection:
                    counts = await timers.counts(connection, now=service.now())
                service.meters.timers(counts.overdue, counts.stuck)
                self._waiting.pop("database", None)
            except Exception as fault:  # noqa: BLE001 - said aloud by readiness, and looked at again
                self._waiting["database"] = type(fault).__name__
            for consumer in self._consumers:
                service.meters.pending(f"{consumer.stream}/{consumer.durable}", consumer.pending)
            self.wake()
            await self._rest(CHECK_SECONDS)

    async def _kept_running(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        while not self._stopping.is_set():
            try:
                await run()
            except Exception as fault:
                log.error("%s failed and starts again: %s", name, type(fault).__name__, exc_info=fault)
            except asyncio.CancelledError:  # of a handler's own making: a group lets such a task go without a word
                task = asyncio.current_task()
                if task is None or task.cancelling():
                    raise
                log.error("%s was cancelled from within and starts again", name)
            await self._rest(WORKER_PAUSE_SECONDS)

    async def _until(self, there: Callable[[], Awaitable[str]], what: str) -> bool:
        """Wait for something that is away, and say so; False when stopped before."""
        said = -SAID_SECONDS
        while not self._stopping.is_set():
            if not (why := await there()):
                return True
            self._waiting[what] = why
            if time.monotonic() - said >= SAID_SECONDS:
                log.warning("%s waits for the %s: %s", self._service.name, what, why)
                said = time.monotonic()
            await self._rest(WAIT_SECONDS)
        return False

    async def _broker_joined(self) -> str:
        """Reachable, and letting us in."""
        if not await broker_is_there(self._service.settings.nats_url):
            return "nobody listens"
        try:
            client = await self._unless_stopped(self._broker.connect())
        except Exception as fault:  # noqa: BLE001 - said aloud, and tried again
            return f"does not let us in ({type(fault).__name__})"
        if client is None:
            return "not connected"
        armour(client)
        return ""

    async def _database_there(self) -> str:
        """Reachable, and migrated as far as this code expects."""
        try:
            async with self._service.engine.connect() as connection:
                names = set((await connection.execute(text("SELECT name FROM migration"))).scalars())
        except Exception as fault:  # noqa: BLE001 - said aloud, and tried again
            return f"cannot be read ({type(fault).__name__}); is it there, and was migrate run?"
        lacking = self._service.migrations - names
        return f"migrate has not run: {', '.join(sorted(lacking))}" if lacking else ""

    def _connected(self) -> Client:
        client: Client = self._broker.config.connection_state.connection
        return client

    async def _reconnected(self) -> None:
        for consumer in self._consumers:
            consumer.kick()
        self.wake()

    async def _closed(self) -> None:
        """nats-py gives up for good at some words of the server, and would stay deaf."""
        if not self._stopping.is_set():
            self._service.fail("the connection to the broker was closed")

    async def _unless_stopped(self, coming: Coroutine[Any, Any, Client]) -> Client | None:
        """What comes, or None when stopped before."""
        tasks = asyncio.ensure_future(coming), asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return tasks[0].result() if tasks[0].done() else None
        finally:
            for task in tasks:
                task.cancel()

    async def _rest(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return

    async def _part(self) -> None:
        """Leave the broker; that it is away already is no reason to fail."""
        for leave in (self._app.stop, self._fed.close if self._fed is not None else None):
            if leave is None:
                continue
            try:
                await asyncio.wait_for(leave(), STOP_SECONDS)
            except Exception as fault:  # noqa: BLE001 - we are leaving
                log.info("left the broker: %s", type(fault).__name__)
