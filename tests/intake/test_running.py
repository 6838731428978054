"""Intake as it runs: on a real broker and a real database, with frontends that publish with their own credentials."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from nats.aio.client import Client

from lotse_chassis import links
from lotse_chassis.identity import Staff, issue_token
from lotse_chassis.service import Service
from lotse_contracts import intake, notify
from lotse_contracts.answers import ERROR_HEADER, REPLY_TO_HEADER, TOKEN_HEADER, OrderAnswer
from lotse_contracts.envelope import Message, Question, envelope_of, subject_for, to_json
from lotse_contracts.intake import EnquiryContent, SubmitEnquiry
from lotse_contracts.sealed import public_bytes
from lotse_local import keyring
from tests import kit
from tests.conftest import ServiceRunner
from tests.intake.given import CANARIES, MAIL, NAME, PIN, TEXT, sealed_to

SECONDS = 20.0


@dataclass
class Frontend:
    """Publishes and asks as `user`, over the broker."""

    client: Client
    user: str
    broker: kit.Broker

    def _headers(self, message: Message, id: UUID, **more: str) -> dict[str, str]:
        roles: frozenset[str] = getattr(message, "ROLES", frozenset())
        token = {TOKEN_HEADER: self._token(min(roles))} if roles else {}
        return {"Nats-Msg-Id": str(id), **token, **more}

    def _token(self, role: str) -> str:
        key = keyring.signing_key(self.broker.place, keyring.TOKEN_KEY)
        at = datetime.now(UTC)
        return issue_token(Staff("w-1", role), key, association=kit.ASSOCIATION, at=at, lifetime=timedelta(hours=1))

    def wire(self, message: Message, id: UUID) -> bytes:
        envelope = envelope_of(message, id=id, association=kit.ASSOCIATION, sender=self.user, time=datetime.now(UTC))
        return to_json(envelope)

    async def order(self, message: Message, *, id: UUID | None = None) -> OrderAnswer:
        """Published, and the business answer awaited."""
        own = id or uuid4()
        inbox = f"_INBOX_{self.user}.{uuid4().hex}"
        waiting = await self.client.subscribe(inbox)
        subject = subject_for(message, kit.ASSOCIATION)
        headers = self._headers(message, own, **{REPLY_TO_HEADER: inbox})
        await self.client.jetstream().publish(subject, self.wire(message, own), headers=headers)
        answer = OrderAnswer.model_validate_json((await waiting.next_msg(timeout=SECONDS)).data)
        await waiting.unsubscribe()
        return answer

    async def ask(self, question: Question) -> Any:
        own = uuid4()
        subject = subject_for(question, kit.ASSOCIATION)
        reply = await self.client.request(
            subject, self.wire(question, own), timeout=SECONDS, headers=self._headers(question, own)
        )
        assert not (reply.headers or {}).get(ERROR_HEADER), reply.data
        return type(question).ANSWER.model_validate_json(reply.data)


@asynccontextmanager
async def frontend(broker: kit.Broker, user: str) -> AsyncIterator[Frontend]:
    async with broker.connected(user) as client:
        yield Frontend(client, user, broker)


def enquiry(seal_key: bytes, code: str, **changed: Any) -> SubmitEnquiry:
    enquiry_id = uuid4()
    content = EnquiryContent(text=TEXT, name=NAME, contact=intake.ContactPoint(kind="email", value=MAIL), pin=PIN)
    given: dict[str, Any] = {
        "frontend": "web",
        "enquiry_id": enquiry_id,
        "receipt_sha256": links.digest_of(code),
        "channel": "web",
        "language": "uk",
        "codes": ("housing",),
        "content": sealed_to(seal_key, content, SubmitEnquiry, str(enquiry_id)),
        "consent_to_contact": True,
        "notice_version": "2026-11",
    }
    return SubmitEnquiry(**{**given, **changed})


def seal_key(service: Service) -> bytes:
    assert service.seal_key
    return public_bytes(service.seal_key)


async def test_an_enquiry_over_the_broker_is_accepted_read_and_answered(
    broker: kit.Broker, run_service: ServiceRunner, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    service = await run_service("intake")
    code, _ = links.new_code()
    async with frontend(broker, "web") as web, frontend(broker, "desk") as desk:
        key = await web.ask(intake.AskSealingKey())
        assert key.kid
        order, own = enquiry(seal_key(service), code), uuid4()
        assert (await web.order(order, id=own)).accepted
        assert (await web.ask(intake.AskEnquiryState(receipt_code=code))).state == "received"
        (waiting,) = (await desk.ask(intake.AskInbox())).entries
        assert (await desk.order(intake.AcceptConcern(concern_id=waiting.concern_id))).accepted
        content = sealed_to(
            seal_key(service), intake.TextContent(text="Так."), intake.AnswerEnquiry, str(order.enquiry_id)
        )
        assert (await desk.order(intake.AnswerEnquiry(enquiry_id=order.enquiry_id, content=content))).accepted
        assert (await web.ask(intake.AskEnquiryState(receipt_code=code))).answers == 1
    assert not [canary for canary in (*CANARIES, code) if canary in caplog.text]


async def test_a_refused_order_is_answered_with_its_code_and_four_texts(
    broker: kit.Broker, run_service: ServiceRunner
) -> None:
    service = await run_service("intake")
    async with frontend(broker, "web") as web:
        wrong = enquiry(seal_key(service), links.new_code()[0]).model_copy(update={"enquiry_id": uuid4()})
        refused = await web.order(wrong)
        assert refused.problem
        assert (refused.accepted, refused.problem.code) == (False, "cannot_open")
        assert set(refused.problem.texts) == {"uk", "ru", "de", "en"}


async def test_whatever_is_wrong_with_an_order_no_value_of_it_reaches_a_log_or_an_answer(
    broker: kit.Broker, run_service: ServiceRunner, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    service = await run_service("intake")
    code, _ = links.new_code()
    async with frontend(broker, "web") as web:
        assert (await web.order(enquiry(seal_key(service), code))).accepted
        digest = links.digest_of(code)
        wrong_pin = intake.AdditionContent(text=TEXT, pin="0000")
        unfit = SubmitEnquiry.model_construct(
            **{**dict(enquiry(seal_key(service), code)), MAIL: NAME, "language": MAIL}
        )
        orders = {
            "wrong_pin": intake.AddToEnquiry(
                frontend="web",
                receipt_sha256=digest,
                content=sealed_to(seal_key(service), wrong_pin, intake.AddToEnquiry, digest),
            ),
            "malformed": unfit,
        }
        for expected, order in orders.items():
            answer = await web.order(order)
            assert answer.problem
            assert answer.problem.code == expected
            assert MAIL not in answer.model_dump_json()
    assert not [canary for canary in (*CANARIES, code) if canary in caplog.text]


async def test_notify_is_away_and_the_enquiry_is_taken_all_the_same(
    broker: kit.Broker, run_service: ServiceRunner, database: Any
) -> None:
    here = database("intake")
    service = await run_service("intake", on=here, notify_seal_key="")
    async with frontend(broker, "web") as web:
        assert (await web.order(enquiry(seal_key(service), links.new_code()[0]))).accepted
    with psycopg.connect(here.owner_url) as connection:
        waiting = "SELECT kind FROM timer WHERE kind = 'contact'"
        assert connection.execute(waiting).fetchall() == [("contact",)]
        assert not _said(connection, notify.ChangeContact)
        assert _said(connection, notify.Tell)
    await run_service("notify")
    with psycopg.connect(here.owner_url, autocommit=True) as connection:

        def told() -> bool:
            connection.execute("UPDATE timer SET due_at = now() WHERE due_at > now()")
            return bool(_said(connection, notify.ChangeContact))

        await kit.eventually(told, seconds=3 * SECONDS)


def _said(connection: psycopg.Connection, message: type[Message]) -> list[Any]:
    return connection.execute("SELECT 1 FROM outbox WHERE claim_name = %s", (message.claim_name(),)).fetchall()


async def test_fifty_enquiries_at_once_and_each_twice_are_fifty(
    broker: kit.Broker, run_service: ServiceRunner, tmp_path: Path
) -> None:
    service = await run_service("intake")
    orders = [enquiry(seal_key(service), links.new_code()[0]) for _ in range(50)]
    async with frontend(broker, "web") as web, frontend(broker, "desk") as desk:
        js = web.client.jetstream()
        for order in (*orders, *orders):
            own = uuid4()
            await js.publish(
                subject_for(order, kit.ASSOCIATION), web.wire(order, own), headers={"Nats-Msg-Id": str(own)}
            )

        async def all_there() -> bool:
            return bool((await desk.ask(intake.AskInbox())).waiting == 50)

        await kit.eventually(all_there, seconds=SECONDS)
        await asyncio.gather(*(desk.ask(intake.AskInbox()) for _ in range(20)))
        assert await all_there()
