"""The whole ledger on a real broker and database: orders of a treasurer, their answers, questions, the auditor."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx
from nats.aio.client import Client
from nats.aio.msg import Msg

from lotse_chassis.identity import Staff, issue_token
from lotse_chassis.service import Service
from lotse_contracts.answers import ERROR_HEADER, REPLY_TO_HEADER, TOKEN_HEADER, OrderAnswer
from lotse_contracts.catalogue import facts_of
from lotse_contracts.envelope import Message, Order, Question, envelope_of, pattern_of, subject_for, to_json
from lotse_contracts.ledger import (
    AskBalances,
    AskDeadlines,
    AskHeadroom,
    AskPersonData,
    AskSealingKey,
    ErasePerson,
    RecordVoucher,
    VoucherPrivate,
)
from lotse_contracts.notify import CostIncurred
from lotse_contracts.sealed import decode, seal
from lotse_ledger.store import books
from lotse_local import keyring
from lotse_local.layout import AssociationFolder
from tests import kit
from tests.ledger import given

Runner = Callable[..., Awaitable[Service]]


@dataclass
class Treasurer:
    """The desk of a member of staff on the broker."""

    client: Client
    service: Service
    token: str
    answers: list[OrderAnswer] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)
    heard: bytes = b""

    async def send(self, message: Message, *, message_id: UUID | None = None, sender: str = "desk") -> UUID:
        own = message_id or uuid4()
        envelope = envelope_of(message, id=own, association=kit.ASSOCIATION, sender=sender, time=self.service.now())
        headers = {"Nats-Msg-Id": str(uuid4()), REPLY_TO_HEADER: "_INBOX_desk.answers", TOKEN_HEADER: self.token}
        subject = subject_for(message, kit.ASSOCIATION)
        await self.client.jetstream().publish(subject, to_json(envelope), headers=headers)
        return own

    async def order(self, order: Order, *, message_id: UUID | None = None) -> OrderAnswer:
        before = len(self.answers)
        await self.send(order, message_id=message_id)
        await kit.eventually(lambda: len(self.answers) > before)
        return self.answers[-1]

    async def ask(self, question: Question) -> Msg:
        envelope = envelope_of(
            question, id=uuid4(), association=kit.ASSOCIATION, sender="desk", time=self.service.now()
        )
        subject = subject_for(question, kit.ASSOCIATION)
        return await self.client.request(subject, to_json(envelope), timeout=5, headers={TOKEN_HEADER: self.token})

    async def _keep_answer(self, raw: Msg) -> None:
        self.answers.append(OrderAnswer.model_validate_json(raw.data))

    async def _keep_fact(self, raw: Msg) -> None:
        self.facts.append(json.loads(raw.data)["type"])
        self.heard += raw.data


@asynccontextmanager
async def desk(
    broker: kit.Broker, service: Service, place: AssociationFolder, role: str = "treasurer"
) -> AsyncIterator[Treasurer]:
    key = keyring.signing_key(place, keyring.TOKEN_KEY)
    token = issue_token(Staff("staff-1", role), key, association=kit.ASSOCIATION, at=service.now())
    async with broker.connected("desk") as client:
        found = Treasurer(client, service, token)
        await client.subscribe("_INBOX_desk.answers", cb=found._keep_answer)
        for fact in facts_of("ledger"):
            await client.subscribe(pattern_of(fact, kit.ASSOCIATION), cb=found._keep_fact)
        await client.flush()
        yield found


async def test_orders_are_booked_answered_and_said(
    run_service: Runner, broker: kit.Broker, place: AssociationFolder
) -> None:
    service = await run_service("ledger")
    async with desk(broker, service, place) as treasurer:
        for order in (given.award(), given.plan(), given.voucher(), given.drawdown(), given.voucher(line="fees")):
            answer = await treasurer.order(order)
            assert answer.accepted, answer.problem
        await kit.eventually(lambda: "ledger.checkpoint-signed.v2" in treasurer.facts)
        await kit.eventually(lambda: treasurer.facts.count("ledger.voucher-booked.v1") == 2)
        said = [fact for fact in sorted(treasurer.facts) if not fact.startswith("ledger.checkpoint-signed")]
        assert said == [
            "ledger.decision-recorded.v1",
            "ledger.drawdown-requested.v1",
            "ledger.plan-submitted.v1",
            "ledger.voucher-booked.v1",
            "ledger.voucher-booked.v1",
        ]
        balances = json.loads((await treasurer.ask(AskBalances())).data)
        assert {one["account"].rsplit(":", 1)[-1]: one["amount"] for one in balances["balances"]}[
            "awarded"
        ] == 37_500_00
        headroom = json.loads((await treasurer.ask(AskHeadroom(grant_id=given.GRANT))).data)
        assert {one["line"]: one["left"] for one in headroom["lines"]}["material"] == 13_765_44
        due = json.loads((await treasurer.ask(AskDeadlines(grant_id=given.GRANT))).data)
        assert [one["due_on"] for one in due["deadlines"]] == ["2026-04-30", "2027-06-30"]


async def test_a_repeated_order_is_accepted_and_another_body_refused(
    run_service: Runner, broker: kit.Broker, place: AssociationFolder
) -> None:
    service = await run_service("ledger")
    order = given.voucher()
    async with desk(broker, service, place) as treasurer:
        own = uuid4()
        await treasurer.order(given.application())
        first = await treasurer.order(order, message_id=own)
        twin = await treasurer.order(order, message_id=own)
        same = await treasurer.order(order)
        other = await treasurer.order(order.model_copy(update={"amount": 1}))
    assert (first.accepted, first.repeated) == (True, False)
    assert (twin.accepted, twin.repeated) == (True, True)
    assert same.accepted
    assert not other.accepted
    assert other.problem is not None
    assert other.problem.code == "body_differs"
    async with service.engine.begin() as tx:
        assert await books.size(tx) == 2


async def test_who_was_paid_travels_sealed_and_comes_out_of_no_stream_in_clear(
    run_service: Runner, broker: kit.Broker, place: AssociationFolder
) -> None:
    service = await run_service("ledger")
    async with desk(broker, service, place) as treasurer:
        key = json.loads((await treasurer.ask(AskSealingKey())).data)["public_key"]
        private = VoucherPrivate(payee="Olena Kovalenko", account="DE02120300000000202051")
        order = given.voucher()
        name = RecordVoucher.type_name()
        sealed = seal(private.model_dump_json().encode(), decode(key), type_name=name, key=str(order.grant_id))
        for one in (given.award(), order.model_copy(update={"private": sealed})):
            assert (await treasurer.order(one)).accepted
        await kit.eventually(lambda: "ledger.voucher-booked.v1" in treasurer.facts)
        heard = treasurer.heard
    async with service.engine.begin() as tx:
        outbox = "".join(str(row) for row in (await tx.exec_driver_sql("SELECT outbox::text FROM outbox")).all())
        rows = (await tx.exec_driver_sql("SELECT part, key_id, sealed FROM opening WHERE log_index = 1")).all()
    sealed_parts = {row.part: bytes(row.sealed) for row in rows}
    assert set(sealed_parts) == {"actor", "payee"}
    assert all(row.key_id is not None for row in rows), "openings are sealed with keys outside the database"
    for value in ("Kovalenko", "DE02120300000000202051"):
        assert value.encode() not in heard + outbox.encode() + sealed_parts["payee"]
        assert value.encode().hex() not in outbox


async def test_what_is_asked_for_beyond_need_is_a_warning_in_the_answer(
    run_service: Runner, broker: kit.Broker, place: AssociationFolder
) -> None:
    service = await run_service("ledger")
    async with desk(broker, service, place) as treasurer:
        for order in (given.award(), given.plan()):
            answer = await treasurer.order(order)
            assert (answer.accepted, answer.warnings) == (True, ())
        answer = await treasurer.order(given.drawdown())
    assert (answer.accepted, answer.warnings) == (True, ("above_need",))


async def test_only_a_treasurer_writes_and_asks(
    run_service: Runner, broker: kit.Broker, place: AssociationFolder
) -> None:
    service = await run_service("ledger")
    async with desk(broker, service, place, role="counsellor") as counsellor:
        answer = await counsellor.order(given.voucher())
        reply = await counsellor.ask(AskBalances())
    assert not answer.accepted
    assert answer.problem is not None
    assert answer.problem.code == "role_not_allowed"
    assert reply.headers is not None
    assert reply.headers[ERROR_HEADER] == "role_not_allowed"


async def test_a_question_without_an_answer_says_why(
    run_service: Runner, broker: kit.Broker, place: AssociationFolder
) -> None:
    service = await run_service("ledger")
    async with desk(broker, service, place) as treasurer:
        reply = await treasurer.ask(AskHeadroom(grant_id=uuid4()))
    assert reply.headers is not None
    assert reply.headers[ERROR_HEADER] == "unknown_grant"


async def test_costs_erasures_and_persons_are_heard(
    run_service: Runner, broker: kit.Broker, place: AssociationFolder
) -> None:
    service = await run_service("ledger")
    person_id = uuid4()
    async with desk(broker, service, place) as treasurer, broker.connected("notify") as notify:
        teller = Treasurer(notify, service, "")
        await teller.send(CostIncurred(provider="smtp", day="2026-11-24", messages=3, amount_e4=150), sender="notify")
        async with broker.connected("intake") as intake:
            await Treasurer(intake, service, "").send(ErasePerson(person_id=person_id), sender="intake")
        await kit.eventually(lambda: "ledger.person-erased.v1" in treasurer.facts)

        async def booked() -> bool:
            async with service.engine.begin() as tx:
                return await books.size(tx) == 1

        await kit.eventually(booked)
    async with desk(broker, service, place, role="coordinator") as coordinator:
        reply = await coordinator.ask(AskPersonData(person_id=person_id, reply_key=""))
        assert json.loads(reply.data)["held"] is False


async def test_facts_loaded_before_are_fixed_by_a_checkpoint_at_start(
    run_service: Runner, database: Callable[[str], kit.ServiceDatabase], broker: kit.Broker
) -> None:
    ledger = database("ledger")
    async with given.transaction(ledger) as tx:
        size = await given.load_facts(tx)
    service = await run_service("ledger", on=ledger)

    async def signed() -> list[Any]:
        async with service.engine.begin() as tx:
            return list(await tx.exec_driver_sql("SELECT size FROM checkpoint"))

    assert [tuple(row) for row in await kit.eventually(signed)] == [(size,)]


async def test_the_face_answers_while_the_service_runs(run_service: Runner) -> None:
    service = await run_service("ledger")
    assert service.face is not None
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{service.face.port}") as client:
        assert (await client.get("/")).status_code == httpx.codes.OK
        assert (await client.get("/v1/grants")).status_code == httpx.codes.UNAUTHORIZED
        assert "/v1/availability" in (await client.get("/openapi.json")).json()["paths"]
