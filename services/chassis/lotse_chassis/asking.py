"""Questions: request and reply on the broker's core, with a time limit and problems for answers."""

import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import nats.errors
from faststream.nats import NatsBroker, NatsMessage
from nats.aio.client import Client
from nats.aio.msg import Msg
from opentelemetry import trace
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from lotse_chassis import telemetry
from lotse_chassis.context import Context
from lotse_chassis.decoding import Reader, header, may_answer
from lotse_chassis.delivery import is_away
from lotse_chassis.faults import Refused, reason
from lotse_chassis.meters import Meters
from lotse_chassis.problems import Problems
from lotse_contracts.answers import ERROR_HEADER, TOKEN_HEADER
from lotse_contracts.envelope import MESSAGE_BYTES_MAX, Answer, Question, envelope_of, subject_for, subject_of, to_json
from lotse_contracts.wiring import QUESTIONS_ASKED

log = logging.getLogger(__name__)
tracer = trace.get_tracer("lotse")

ASK_SECONDS = 2.0
QUESTIONS_AT_ONCE = 4  # of one kind: a slow one does not keep the next one waiting

Answerer = Callable[[Any, Context, AsyncConnection], Awaitable[Answer]]


class AskFailed(Exception):
    """The other service said why it does not answer; `code` is its problem's."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class AskTimedOut(Exception):
    """Nobody answered in time."""


@dataclass(frozen=True)
class Asking:
    """Answers the questions of one service."""

    reader: Reader
    engine: AsyncEngine
    problems: Problems
    meters: Meters
    now: Callable[[], datetime]
    client: Callable[[], Client]

    def subscribe(self, broker: NatsBroker, answerers: Mapping[type[Question], Answerer]) -> None:
        """One subscription a question; the queue group shares them among the processes of a service."""
        for question, answerer in answerers.items():
            subject = subject_of(question, self.reader.signer.association)
            subscriber = broker.subscriber(
                subject,
                queue=self.reader.signer.service,
                no_reply=True,
                decoder=_as_it_is,
                max_workers=QUESTIONS_AT_ONCE,
            )
            subscriber(self._receiver(question, answerer, subject_of(question)))

    def _receiver(
        self, question: type[Question], answerer: Answerer, template: str
    ) -> Callable[[NatsMessage], Awaitable[None]]:
        askers = frozenset(user for user, asked in QUESTIONS_ASKED.items() if question in asked)

        async def receive(message: NatsMessage) -> None:
            raw: Msg = message.raw_message
            if not may_answer(raw.reply, askers):
                return
            began = time.perf_counter()
            parent = telemetry.parent_of(header(raw, "traceparent"))
            with tracer.start_as_current_span(f"answer {template}", context=parent):
                body, headers = await self._answered(raw, question, answerer)
            await self.client().publish(raw.reply, body, headers=headers)
            self.meters.asked(template, time.perf_counter() - began)

        return receive

    async def _answered(
        self, raw: Msg, question: type[Question], answerer: Answerer
    ) -> tuple[bytes, dict[str, str] | None]:
        try:
            asked, context = self.reader.read(raw, question, self.now())
            async with self.engine.begin() as tx:
                answer = await answerer(asked, context, tx)
            body = answer.model_dump_json(exclude_none=True).encode()
            if len(body) <= MESSAGE_BYTES_MAX:
                return body, None
            log.error("answer too large: %s", type(answer).__name__)
            problem = self.problems.problem("too_large")
        except Refused as fault:
            problem = self.problems.problem(fault.code, fault.fields, fault.allowed)
        except Exception as fault:
            log.error("question not answered: %s", reason(fault), exc_info=fault)
            problem = self.problems.problem("not_ready" if is_away(fault) else "internal")
        return problem.model_dump_json(exclude_none=True).encode(), {ERROR_HEADER: problem.code}


async def _as_it_is(message: NatsMessage) -> bytes:
    """FastStream's own decoder raises at some bodies, and then nobody would be answered."""
    return message.body


async def ask(
    client: Client, question: Question, *, reader: Reader, now: datetime, token: str | None, timeout_seconds: float
) -> Answer:
    """The answer. Raises AskFailed with the problem's code, or AskTimedOut."""
    signer = reader.signer
    envelope = envelope_of(question, id=uuid4(), association=signer.association, sender=signer.service, time=now)
    headers = {**({TOKEN_HEADER: token} if token else {}), **telemetry.inject()}
    subject = subject_for(question, signer.association)
    try:
        raw = await client.request(subject, to_json(envelope), timeout=timeout_seconds, headers=headers or None)
    except (nats.errors.Error, TimeoutError):
        raise AskTimedOut(question.NAME) from None
    if raw.headers and (code := raw.headers.get(ERROR_HEADER)):
        raise AskFailed(code)
    try:
        return type(question).ANSWER.model_validate_json(raw.data)
    except ValidationError:
        raise AskFailed("internal") from None
