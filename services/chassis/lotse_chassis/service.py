"""What a service stands on: one table of what it hears and answers, one way in, one way out, one life."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.routing import Route

from lotse_chassis import asking, heard, outbox, purging, telemetry
from lotse_chassis.context import Context, Credential
from lotse_chassis.database import engine_of
from lotse_chassis.decoding import Handler, Heard, ManyHandler, Reader
from lotse_chassis.face import MACHINES, Face, face_of
from lotse_chassis.faults import Away
from lotse_chassis.life import Life
from lotse_chassis.meters import Meters
from lotse_chassis.problems import Problems
from lotse_chassis.sealring import SealRing
from lotse_chassis.sealturn import DESTROY_TIMER, REPLACE_TIMER, SealTurn
from lotse_chassis.settings import Settings, partners_of, secret
from lotse_chassis.timers import Timer
from lotse_chassis.transfers import Signer
from lotse_contracts.catalogue import receipt_of
from lotse_contracts.envelope import Answer, Message, Question, subject_of, template_of
from lotse_contracts.sealed import decode

log = logging.getLogger(__name__)

TimerHandler = Callable[[Timer, Context, AsyncConnection], Awaitable[Sequence[Message]]]
Work = Callable[[asyncio.Event], Awaitable[None]]
FATAL_EXIT_CODE = 70
READY_POLL_SECONDS = 0.02
STOP_SECONDS = 8.0  # and some more for a database that does not answer; still before a supervisor kills


@dataclass(frozen=True)
class Unit:
    """A transaction outside of messages; what is said leaves with its commit, each in the trace where it was said."""

    tx: AsyncConnection
    context: Context
    _said: list[Message]
    _traces: list[telemetry.Trace] = field(default_factory=list)

    def say(self, *messages: Message) -> None:
        """Stage messages in this transaction."""
        self._said.extend(messages)
        self._traces.extend(telemetry.current() for _ in messages)

    def written(self, signer: Signer) -> list[outbox.Staged]:
        """What was said, as it will stand on the wire. Raises Refused if no stream takes it."""
        rows = []
        for message, trace in zip(self._said, self._traces, strict=True):
            with telemetry.within(trace):
                rows.append(outbox.written(message, self.context, signer))
        return rows


class Service:
    """Declared in `app.build`, then run; see the README of the chassis."""

    def __init__(
        self,
        name: str,
        settings: Settings,
        problems: Mapping[str, Mapping[str, str]] | None = None,
        migrations: frozenset[str] = frozenset(),
        statuses: Mapping[str, int] | None = None,
    ) -> None:
        self.name, self.settings, self.association = name, settings, settings.association
        self.partners = partners_of(settings)
        self.seal_key = _x25519(settings)
        self.ring = SealRing(settings.seal_ring_folder, self.seal_key) if self.seal_key is not None else None
        self.signer = Signer(settings.association, name, _ed25519(settings), self.seal_key, self.partners)
        self.engine = engine_of(settings.database_url)
        self.problems, self.meters = Problems(problems, statuses), Meters(name)
        self.reader = Reader(self.signer, decode(settings.token_key) if settings.token_key else None)
        self.migrations = migrations
        self.heard: dict[str, Heard] = {}
        self.answerers: dict[type[Question], asking.Answerer] = {}
        self.timer_handlers: dict[str, TimerHandler] = {}
        if self.ring is not None:
            turn = SealTurn(self.ring, settings.seal_grace_seconds)
            self.timer_handlers = {REPLACE_TIMER: turn.replace_due, DESTROY_TIMER: turn.destroy_due}
        self.workers: dict[str, Work] = {}
        self.http = face_of(name, self.problems, self.meters, self.missing)
        self.face = Face(self.http, settings.http_host, settings.http_port) if settings.http_port >= 0 else None
        self._life = Life(self)
        if (receipt := receipt_of(name)) is not None:
            self.hears(receipt, heard.note)
        self._stopping = asyncio.Event()
        self.failed: str | None = None

    # Declaring

    def hears(self, message: type[Message], handler: Handler) -> None:
        """Let this service hear a message; the inbox is keyed by its name on the wire, never by the handler's."""

        async def one_by_one(batch: Sequence[tuple[Any, Context]], tx: AsyncConnection) -> list[Sequence[Message]]:
            return [await handler(heard, context, tx) for heard, context in batch]

        self._hears(message, one_by_one, batched=False)

    def hears_many(self, message: type[Message], handler: ManyHandler) -> None:
        """The same for a message that comes in masses: its handler takes a whole batch, and one statement for all."""
        self._hears(message, handler, batched=True)

    def _hears(self, message: type[Message], handler: ManyHandler, *, batched: bool) -> None:
        self.heard[template_of(subject_of(message, "x", "k", "y"))] = Heard(message, handler, batched)

    def answers(self, question: type[Question], answerer: asking.Answerer) -> None:
        """Let this service answer a question."""
        self.answerers[question] = answerer

    def on_timer(self, kind: str, handler: TimerHandler) -> None:
        """What happens when a timer of this kind is due."""
        self.timer_handlers[kind] = handler

    def serves(self, router: APIRouter) -> None:
        """Mount routes on the HTTP face."""
        self.http.include_router(router)

    def serves_machines(self, routes: Sequence[Route]) -> None:
        """Plain routes that machines call in masses: ahead of all others, and not traced.

        Raises ValueError for one that is not below `/cb/`, since nothing would lead there.
        """
        if astray := [route.path for route in routes if not route.path.startswith(MACHINES)]:
            raise ValueError(f"not below {MACHINES}: {', '.join(astray)}")
        self.http.machines.router.routes += routes

    def works(self, name: str, run: Work) -> None:
        """A loop that runs as long as the service does, and is started again when it fails."""
        self.workers[name] = run

    # Acting

    def now(self) -> datetime:
        """The service's clock, aware UTC."""
        return datetime.now(UTC)

    def context(self, *, id: UUID | None = None, actor: str | None = None, role: str | None = None) -> Context:
        """The context of something that no message caused."""
        now, own = self.now(), id or uuid4()
        return Context(
            id=own,
            now=now,
            time=now,
            association=self.association,
            sender=self.name,
            sender_association=self.association,
            correlation=own,
            actor=actor,
            role=role,
        )

    @contextlib.asynccontextmanager
    async def unit(self, *, actor: str | None = None, role: str | None = None) -> AsyncIterator[Unit]:
        """A transaction of a request or a worker, with what it says."""
        async with self.engine.begin() as tx:
            unit = Unit(tx, self.context(actor=actor, role=role), [])
            yield unit
            rows = unit.written(self.signer)
            await outbox.stage(tx, rows, unit.context.now)
        if rows:
            self.wake()

    async def stage(self, tx: AsyncConnection, context: Context, messages: Sequence[Message]) -> None:
        """Stage messages in a transaction of one's own; `wake` after its commit."""
        rows = [outbox.written(message, context, self.signer) for message in messages]
        await outbox.stage(tx, rows, context.now)

    def wake(self) -> None:
        """Something was committed to the outbox."""
        self._life.wake()

    async def purge(self, key: str) -> None:
        """Take everything with this key out of the streams; only a service that the wiring lets purge may do this."""
        client = self._life.client
        if client is None:
            raise Away("broker")
        await purging.purge(client, self.association, key)

    async def ask(
        self,
        question: Question,
        *,
        on_behalf: Credential | None = None,
        timeout_seconds: float = asking.ASK_SECONDS,
    ) -> Any:
        """Ask another service of this association. Raises AskFailed or AskTimedOut.

        `on_behalf` is the credential of the context in which somebody asked us: the other service verifies it itself.
        """
        client = self._life.client
        if client is None:
            raise asking.AskTimedOut(question.NAME)
        answer: Answer = await asking.ask(
            client,
            question,
            reader=self.reader,
            now=self.now(),
            token=on_behalf.reveal() if on_behalf else None,
            timeout_seconds=timeout_seconds,
        )
        return answer

    # Living

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["Service"]:
        """Everything started in the background, everything stopped at the end; for `run` and for tests."""
        if self.face is not None:
            await self.face.start()
            log.info("%s listens on port %d", self.name, self.face.port)
        living = asyncio.create_task(self._life.run())
        try:
            yield self
        finally:
            self._life.stop()
            await self._ended(living)
            if self.face is not None:
                await self.face.stop()
            await self.engine.dispose()

    async def _ended(self, living: asyncio.Task[None]) -> None:
        """What does not end in time is cancelled: its transaction is undone, and the broker delivers it again."""
        _, hanging = await asyncio.wait({living}, timeout=STOP_SECONDS)
        if hanging:
            log.warning("%s does not end and is cancelled", self.name)
            living.cancel()
            await asyncio.wait({living}, timeout=STOP_SECONDS)

    async def ready(self, seconds: float = 30.0) -> None:
        """Wait until nothing is missing. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while self.missing():  # noqa: ASYNC110 - many things must come true
                await asyncio.sleep(READY_POLL_SECONDS)

    def missing(self) -> dict[str, str]:
        """What the service still waits for; empty when it is ready."""
        return self._life.missing()

    async def run(self) -> int:
        """Until SIGTERM or SIGINT; the exit code is not 0 when the broker denies what the service must do."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopping.set)
        async with self.running():
            await self._stopping.wait()
        return FATAL_EXIT_CODE if self.failed else 0

    def fail(self, why: str) -> None:
        """End the process: to go on would only look like working."""
        log.critical("%s stops: %s", self.name, why)
        self.failed = why
        self._stopping.set()


def _x25519(settings: Settings) -> X25519PrivateKey | None:
    if settings.seal_key_file is None:
        return None
    return X25519PrivateKey.from_private_bytes(secret(settings.seal_key_file, "seal_key_file"))


def _ed25519(settings: Settings) -> Ed25519PrivateKey | None:
    if settings.sign_key_file is None:
        return None
    return Ed25519PrivateKey.from_private_bytes(secret(settings.sign_key_file, "sign_key_file"))
