"""A frontend as anybody may write one: nats-py and the contracts, a key of its own, nothing else of ours."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4

import nats
import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg

from lotse_contracts.answers import ERROR_HEADER, REPLY_TO_HEADER, TOKEN_HEADER, OrderAnswer, Problem
from lotse_contracts.catalogue import BY_TYPE
from lotse_contracts.envelope import Envelope, Fact, Order, Question, envelope_of, pattern_of, subject_for, to_json

ASK_SECONDS = 5.0
ASKING_SECONDS = 30.0  # of one question; asking again changes nothing, and a service that was killed takes a while
PAUSE_SECONDS = 0.5
LOOK_SECONDS = 0.5  # how often we look for ourselves, should a fact have been missed
RECEIPT_SECONDS = 5.0  # of the broker, for a publish that it stored
PATIENCE_SECONDS = (3.0, 6.0, 12.0, 24.0)  # for the business answer, before the order is said again
FACTS_MAX = 20_000  # kept of what was heard live
DENIALS_MAX = 100

T = TypeVar("T")


class NotAnswered(Exception):
    """Nobody answered in time; the name of what was said, and what the broker denied, if it did."""


class AskRefused(Exception):
    """The service says why it does not answer; `problem` has code, fields and texts."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


@dataclass(frozen=True)
class Desk:
    """Where a frontend connects: the association's broker, and the file with the seed of its own key."""

    association: str
    url: str
    user: str
    seed_file: Path


@dataclass
class Frontend:
    """One connected frontend; `token` is that of the member of staff who sits at it, if anybody does."""

    client: Client
    desk: Desk
    token: str | None = None
    heard: list[Fact] = field(default_factory=list)
    denied: list[str] = field(default_factory=list)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def association(self) -> str:
        """Whose broker this is."""
        return self.desk.association

    @property
    def was_interrupted(self) -> bool:
        """Whether the connection was lost at some time, and so perhaps a fact."""
        return bool(self.client.stats["reconnects"])

    async def ask(self, question: Question) -> Any:
        """The answer. Raises AskRefused, or NotAnswered."""
        last = time.monotonic() + ASKING_SECONDS
        while time.monotonic() < last:
            try:
                raw = await self._asked(question)
            except (nats.errors.Error, TimeoutError):
                await asyncio.sleep(PAUSE_SECONDS)
                continue
            if raw.headers and ERROR_HEADER in raw.headers:
                raise AskRefused(Problem.model_validate_json(raw.data))
            return question.ANSWER.model_validate_json(raw.data)
        raise self._silence(question.NAME)

    async def order(
        self, order: Order, *, id: UUID | None = None, traceparent: str | None = None, first_turn: int = 1
    ) -> OrderAnswer:
        """Give an order until the service has answered: accepted means committed. Raises NotAnswered.

        `first_turn` is 2 or more when the order was given before under this id.
        """
        order_id = id or uuid4()
        body = self._enveloped(order, order_id)
        inbox = f"_INBOX_{self.desk.user}.answer.{secrets.token_hex(12)}"
        headers = {REPLY_TO_HEADER: inbox, "traceparent": traceparent or new_traceparent()}
        if self.token and order.ROLES:
            headers[TOKEN_HEADER] = self.token
        answers = await self.client.subscribe(inbox)
        try:
            for turn, seconds in enumerate(PATIENCE_SECONDS, start=first_turn):
                await self._publish(subject_for(order, self.association), body, headers, order_id, turn)
                try:
                    answer = await answers.next_msg(timeout=seconds)
                except nats.errors.TimeoutError:
                    continue
                return OrderAnswer.model_validate_json(answer.data)
        finally:
            await answers.unsubscribe()
        raise self._silence(order.NAME)

    async def follow(self, facts: Sequence[type[Fact]]) -> None:
        """Hear facts live from now on; nothing that was said before, and nothing while we are away."""
        for fact in facts:
            await self.client.subscribe(pattern_of(fact, self.association), cb=self._hear)
        await self.client.flush()

    async def news(self, seconds: float) -> None:
        """Wait for the next fact, no longer than this."""
        async with self._news:
            try:
                await asyncio.wait_for(self._news.wait(), seconds)
            except TimeoutError:
                return

    async def until(self, look: Callable[[], Awaitable[T]], seconds: float, what: str) -> T:
        """Look again at each fact, and now and then without one, until something true is seen. Raises NotAnswered.

        Facts are hints that come at once and may be missed; what is looked at is the truth.
        """
        deadline = time.monotonic() + seconds
        while not (seen := await look()):
            if time.monotonic() > deadline:
                raise self._silence(what)
            await self.news(LOOK_SECONDS)
        return seen

    async def _asked(self, question: Question) -> Msg:
        headers = {TOKEN_HEADER: self.token} if self.token and question.ROLES else None
        body = self._enveloped(question, uuid4())
        return await self.client.request(
            subject_for(question, self.association), body, timeout=ASK_SECONDS, headers=headers
        )

    def _enveloped(self, message: Order | Question, message_id: UUID) -> bytes:
        now = datetime.now(UTC)
        return to_json(
            envelope_of(message, id=message_id, association=self.association, sender=self.desk.user, time=now)
        )

    async def _publish(self, subject: str, body: bytes, headers: dict[str, str], order_id: UUID, turn: int) -> None:
        """The broker drops an id that it has seen, so a repetition has a number; the service looks at the id inside."""
        numbered = headers | {"Nats-Msg-Id": str(order_id) if turn == 1 else f"{order_id}.{turn}"}
        try:
            await self.client.jetstream().publish(subject, body, timeout=RECEIPT_SECONDS, headers=numbered)
        except (nats.errors.Error, TimeoutError):
            return  # no receipt: the next turn says it again

    async def _hear(self, raw: Msg) -> None:
        tokens = raw.subject.split(".")
        kind = BY_TYPE[("evt", f"{tokens[3]}.{tokens[4]}.{tokens[5]}")]
        fact = Envelope[kind].model_validate_json(raw.data).data  # type: ignore[valid-type]
        async with self._news:
            self.heard.append(fact)
            del self.heard[:-FACTS_MAX]
            self._news.notify_all()

    def _silence(self, name: str) -> NotAnswered:
        return NotAnswered(f"{name}; the broker denied: {self.denied[-1]}" if self.denied else name)


@asynccontextmanager
async def connected(desk: Desk, *, token: str | None = None) -> AsyncIterator[Frontend]:
    """A frontend with its own key and its own inbox."""
    denied: list[str] = []

    async def complain(fault: Exception) -> None:
        if "permissions violation" in str(fault).lower() and len(denied) < DENIALS_MAX:
            denied.append(str(fault))

    client = await nats.connect(
        desk.url,
        nkeys_seed=str(desk.seed_file),
        inbox_prefix=f"_INBOX_{desk.user}".encode(),
        name=desk.user,
        max_reconnect_attempts=-1,
        error_cb=complain,
    )
    try:
        yield Frontend(client, desk, token, denied=denied)
    finally:
        await client.close()


def new_traceparent(trace_id: str | None = None, span_id: str | None = None) -> str:
    """W3C Trace Context; whoever starts a trace makes its id."""
    return f"00-{trace_id or secrets.token_hex(16)}-{span_id or secrets.token_hex(8)}-01"
