"""The way of every message: decode, claim, handle, stage, commit, acknowledge."""

import asyncio
import logging
import random
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import psycopg
from nats.aio.msg import Msg
from opentelemetry import trace
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from lotse_chassis import heard, inbox, outbox, telemetry
from lotse_chassis.decoding import Arrived, Heard, Reader, bytes_id, header, reply_to
from lotse_chassis.faults import Away, Malformed, Refused, reason
from lotse_chassis.meters import Meters
from lotse_chassis.outbox import Staged
from lotse_chassis.problems import Problems
from lotse_contracts.answers import OrderAnswer
from lotse_contracts.envelope import Message, Order, template_of

log = logging.getLogger(__name__)
tracer = trace.get_tracer("lotse")

ATTEMPTS_MAX = 5  # then the message is buried
PAUSES_SECONDS = (0.2, 1.0, 5.0, 20.0)  # before the 2nd, 3rd, 4th and 5th attempt
JITTER = 0.25  # of a pause, either way
AWAY_PAUSE_SECONDS = 1.0  # before a message is delivered again that met no database
STILL_WORKING_SECONDS = 5.0  # how often the broker is told so about the rest of a batch


@dataclass(frozen=True)
class Delivery:
    """Settles what a consumer pulled. `publish` sends bytes on the broker's core; `wake` rouses the relay."""

    reader: Reader
    engine: AsyncEngine
    heard: Mapping[str, Heard]
    problems: Problems
    meters: Meters
    now: Callable[[], datetime]
    wake: Callable[[], None]
    publish: Callable[[str, bytes], Awaitable[None]]
    first: timedelta = timedelta(seconds=30)  # until a transfer is said again that no partner has acknowledged
    _spared: set[inbox.Claim] = field(default_factory=set)  # begun, counted, and then the database went away
    _warned: dict[inbox.Claim, tuple[str, ...]] = field(default_factory=dict)  # until the order is answered

    async def settle(self, batch: Sequence[Msg]) -> None:
        """Settle each message of a batch. Raises Away if the database is not there; then nothing is lost."""
        arrived, unsettled = [], list(batch)
        try:
            for raw in batch:
                if (ready := await self._decoded(raw)) is not None:
                    arrived.append(ready)
                else:
                    unsettled.remove(raw)
            fresh = [one for one in arrived if one.raw.metadata.num_delivered == 1]
            again = [one for one in arrived if one.raw.metadata.num_delivered != 1]
            if len(fresh) > 1 and await self._together(fresh):
                settled = {id(one.raw) for one in fresh}
                unsettled = [raw for raw in unsettled if id(raw) not in settled]
            else:
                again = fresh + again
            await self._one_by_one(again, unsettled)
        except Away:
            for raw in unsettled:
                await raw.nak(delay=AWAY_PAUSE_SECONDS)
            raise

    async def _decoded(self, raw: Msg) -> Arrived | None:
        heard = self.heard.get(template_of(raw.subject))
        try:
            if heard is None:
                raise Malformed(("subject",))
            return self.reader.arrived(raw, heard, self.now())
        except Exception as fault:  # noqa: BLE001 - whatever it was, it would be so again, and hold up its neighbours
            await self._bury(raw, ("spoiled", bytes_id(raw)), fault, attempts=1)
            return None

    async def _together(self, batch: Sequence[Arrived]) -> bool:
        """One transaction for all; False if any message failed, and then none took effect."""
        began = time.perf_counter()
        try:
            async with self.engine.begin() as tx:
                claimed = await inbox.claim(tx, [one.claim for one in batch], self.now())
                fresh: list[Arrived] = []
                twins: list[Arrived] = []
                for one in batch:
                    (fresh if one.claim in claimed else twins).append(one)
                    claimed.discard(one.claim)
                staged = await self._handled_all(fresh, tx)
                await outbox.stage(tx, staged + await self._receipts(batch, tx), self.now())
        except Exception as fault:
            if is_away(fault):
                raise Away from fault
            log.info("batch of %d is handled one by one: %s", len(batch), reason(fault))
            return False
        self.wake()
        repeated = {id(one) for one in twins}
        for one in batch:
            await self._acknowledge(one, repeated=id(one) in repeated)
        self.meters.batch(len(batch) - len(twins), len(twins), time.perf_counter() - began)
        return True

    async def _one_by_one(self, batch: Sequence[Arrived], unsettled: list[Msg]) -> None:
        told = time.monotonic()
        for one in batch:
            if time.monotonic() - told > STILL_WORKING_SECONDS:
                await asyncio.gather(*(raw.in_progress() for raw in unsettled))
                told = time.monotonic()
            try:
                await self._alone(one)
            except Exception as fault:
                if is_away(fault):
                    raise Away from fault
                raise
            unsettled.remove(one.raw)

    async def _alone(self, one: Arrived) -> None:
        """A transaction of its own. The attempt is counted and committed before the handler runs."""
        async with self.engine.begin() as tx:
            twin = await inbox.is_claimed(tx, *one.claim)
            attempts = (
                0 if twin else await inbox.count_attempt(tx, *one.claim, self.now(), spared=one.claim in self._spared)
            )
            if twin:
                await outbox.stage(tx, await self._receipts([one], tx), self.now())
        self._spared.discard(one.claim)
        if twin:
            self.wake()
            await self._acknowledge(one, repeated=True)
            self.meters.batch(0, 1, 0.0)
            return
        if attempts > ATTEMPTS_MAX:
            await self._bury(one.raw, one.claim, RuntimeError("never finished"), attempts=attempts - 1)
            return
        began = time.perf_counter()
        try:
            await self._taken_effect(one)
        except Refused as fault:
            await self._bury(one.raw, one.claim, fault, attempts=attempts)
        except Exception as fault:
            if is_away(fault):
                self._spared.add(one.claim)
                raise Away from fault
            await self._failed(one, fault, attempts)
        else:
            self.wake()
            await self._acknowledge(one, repeated=False)
            self.meters.batch(1, 0, time.perf_counter() - began)

    async def _taken_effect(self, one: Arrived) -> None:
        async with self.engine.begin() as tx:
            if await inbox.claim(tx, [one.claim], self.now()):
                await outbox.stage(tx, await self._handled([one], tx) + await self._receipts([one], tx), self.now())

    async def _failed(self, one: Arrived, fault: Exception, attempts: int) -> None:
        self.meters.failed(template_of(one.raw.subject))
        log.warning("attempt %d at %s: %s", attempts, template_of(one.raw.subject), reason(fault), exc_info=fault)
        if attempts >= ATTEMPTS_MAX:
            await self._bury(one.raw, one.claim, fault, attempts=attempts)
        else:
            await one.raw.nak(delay=pause_before(attempts + 1))

    async def _handled_all(self, batch: Sequence[Arrived], tx: AsyncConnection) -> list[Staged]:
        """Each on its own, in its own trace; those whose handler takes many together, since no order is promised."""
        masses: dict[type[Message], list[Arrived]] = defaultdict(list)
        staged: list[Staged] = []
        for one in batch:
            if one.heard.batched:
                masses[one.heard.message].append(one)
            else:
                staged += await self._handled([one], tx)
        for many in masses.values():
            staged += await self._handled(many, tx)
        return staged

    async def _handled(self, batch: Sequence[Arrived], tx: AsyncConnection) -> list[Staged]:
        with self._span("handle", batch[0]) as span:
            span.set_attribute("lotse.batch", len(batch))
            said = await batch[0].heard.handler([(one.message, one.context) for one in batch], tx)
            staged = self._written(batch[0], said[0])
        for one, following in zip(batch[1:], said[1:], strict=True):
            with self._span("handle", one):
                staged += self._written(one, following)
        return staged

    async def _receipts(self, batch: Sequence[Arrived], tx: AsyncConnection) -> list[Staged]:
        return await heard.receipts(tx, batch, self.reader.signer, self.now(), self.first)

    def _span(self, what: str, one: Arrived) -> AbstractContextManager[trace.Span]:
        parent = telemetry.parent_of(header(one.raw, "traceparent"))
        attributes = {"messaging.message.id": str(one.context.id)}
        return tracer.start_as_current_span(
            f"{what} {template_of(one.raw.subject)}", context=parent, attributes=attributes
        )

    def _written(self, one: Arrived, said: Sequence[Message]) -> list[Staged]:
        if warned := [code for message in said for code in getattr(message, "warnings", ())]:
            self._warned[one.claim] = tuple(dict.fromkeys(warned))
        return [outbox.written(message, one.context, self.reader.signer) for message in said]

    async def _acknowledge(self, one: Arrived, *, repeated: bool) -> None:
        warnings = self._warned.pop(one.claim, ())
        if isinstance(one.message, Order) and (to := reply_to(one.raw, one.heard)) is not None:
            await self.publish(to, _json(await self._answer(one, warnings, repeated=repeated)))
        await one.raw.ack()

    async def _answer(self, one: Arrived, warnings: tuple[str, ...], *, repeated: bool) -> OrderAnswer:
        """A repetition is answered as the first time was."""
        refused = None
        if repeated:
            async with self.engine.begin() as tx:
                refused = await inbox.refusal_of(tx, *one.claim)
        if refused is None:
            return OrderAnswer(order_id=one.context.id, accepted=True, repeated=repeated, warnings=warnings)
        problem = self.problems.problem(refused[0], refused[1])
        return OrderAnswer(order_id=one.context.id, accepted=False, repeated=True, problem=problem)

    async def _bury(self, raw: Msg, claim: tuple[str, UUID], fault: Exception, *, attempts: int) -> None:
        """Into the dead letters, once, in a transaction; whoever waits for an answer gets it."""
        self._warned.pop(claim, None)
        code, fields = (fault.code, fault.fields) if isinstance(fault, Refused) else ("internal", ())
        try:
            async with self.engine.begin() as tx:
                if fresh := await inbox.claim(tx, [claim], self.now()):
                    await inbox.remember_refusal(tx, claim, code, fields, self.now())
                    await outbox.stage(tx, [self._letter(raw, claim[1], fault, attempts)], self.now())
        except Exception as failure:
            if is_away(failure):
                raise Away from failure
            raise
        self.wake()
        if fresh:
            self.meters.buried(template_of(raw.subject))
            log.warning("dead letter from %s: %s", template_of(raw.subject), reason(fault))
        if (to := reply_to(raw, self.heard.get(template_of(raw.subject)))) is not None:
            allowed = fault.allowed if isinstance(fault, Refused) else None
            problem = self.problems.problem(code, fields, allowed)
            order_id = claim[1] if claim[0] != "spoiled" else _claimed_id(raw) or claim[1]
            await self.publish(to, _json(OrderAnswer(order_id=order_id, accepted=False, problem=problem)))
        await raw.ack()

    def _letter(self, raw: Msg, message_id: UUID, fault: Exception, attempts: int) -> Staged:
        signer = self.reader.signer
        why = {
            "lotse-reason": reason(fault),
            "lotse-origin": raw.subject,
            "lotse-stream": raw.metadata.stream,
            "lotse-sequence": str(raw.metadata.sequence.stream),
            "lotse-attempts": str(attempts),
        }
        return outbox.dead(
            association=signer.association,
            service=signer.service,
            subject=raw.subject,
            dead_id=message_id,
            body=raw.data,
            why=why,
        )


def pause_before(attempt: int) -> float:
    """Seconds before this attempt, the 2nd and later, with jitter."""
    pause = PAUSES_SECONDS[min(attempt - 2, len(PAUSES_SECONDS) - 1)]
    return pause * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - spreads load, keeps no secret


def is_away(fault: BaseException) -> bool:
    """Whether the database is not there, rather than the message at fault."""
    if isinstance(fault, (Away, PoolTimeoutError, ConnectionError)):
        return True
    origin = fault.orig if isinstance(fault, DBAPIError) else fault
    if not isinstance(origin, (psycopg.OperationalError, psycopg.InterfaceError)):
        return False
    state = origin.sqlstate
    return state is None or state[:2] in {"08", "53"} or state[:3] == "57P" or state == "25006"


def _claimed_id(raw: Msg) -> UUID | None:
    """The id that a spoiled order says it has, only to answer whoever sent it."""
    try:
        return UUID((raw.headers or {}).get("Nats-Msg-Id", ""))
    except ValueError:
        return None


def _json(answer: OrderAnswer) -> bytes:
    return answer.model_dump_json(exclude_none=True).encode()
