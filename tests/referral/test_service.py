"""The whole of referral on a real broker and database: what comes in leaves as facts and orders, once."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import httpx
from nats.aio.client import Client
from nats.aio.msg import Msg

from lotse_chassis.identity import Staff, issue_token
from lotse_chassis.service import Service
from lotse_contracts.answers import OrderAnswer
from lotse_contracts.envelope import Envelope, Message, envelope_of, subject_for, to_json
from lotse_contracts.referral import (
    AskSuggestions,
    ErasePerson,
    PersonErased,
    ReferralDelivered,
    ServicesProposed,
    SuggestionsAnswer,
)
from lotse_local import keyring
from tests import kit
from tests.referral.desk import Person

Runner = Callable[..., Awaitable[Service]]


class Heard(list[Msg]):
    """Facts that were said, in the order they came."""

    def of(self, message: type[Message]) -> list[Any]:
        bodies = [fact.data for fact in self if fact.subject.split(".")[4] == message.NAME]
        return [Envelope[message].model_validate_json(body).data for body in bodies]  # type: ignore[valid-type]

    async def note(self, fact: Msg) -> None:
        self.append(fact)


async def following(desk: Client) -> Heard:
    heard = Heard()
    for fact in (ServicesProposed, PersonErased, ReferralDelivered):
        await desk.subscribe(f"lotse.{kit.ASSOCIATION}.evt.referral.{fact.NAME}.v1.*", cb=heard.note)
    return heard


def wrapped(service: Service, message: Message, sender: str, id: UUID | None = None) -> tuple[UUID, str, bytes]:
    own = id or uuid4()
    envelope = envelope_of(message, id=own, association=kit.ASSOCIATION, sender=sender, time=service.now())
    return own, subject_for(message, kit.ASSOCIATION), to_json(envelope)


async def publish(intake: Client, service: Service, message: Message, id: UUID | None = None) -> None:
    """As intake would; the broker's own dedupe is kept out of the way."""
    _, subject, body = wrapped(service, message, "intake", id)
    await intake.jetstream().publish(subject, body, headers={"Nats-Msg-Id": str(uuid4())})


def token(broker: kit.Broker, service: Service, role: str = "counsellor") -> dict[str, str]:
    key = keyring.signing_key(broker.place, keyring.TOKEN_KEY)
    return {"lotse-token": issue_token(Staff("c-1", role), key, association=kit.ASSOCIATION, at=service.now())}


async def ordered(desk: Client, service: Service, order: Message, headers: dict[str, str]) -> OrderAnswer:
    """Give an order and wait for the business answer."""
    inbox = desk.new_inbox()
    answers = await desk.subscribe(inbox)
    own, subject, body = wrapped(service, order, "desk")
    await desk.jetstream().publish(subject, body, headers={"Nats-Msg-Id": str(own), "lotse-reply-to": inbox, **headers})
    return OrderAnswer.model_validate_json((await answers.next_msg(10)).data)


async def test_ten_deliveries_are_one_effect_and_an_erased_person_stays_erased(
    run_service: Runner, broker: kit.Broker
) -> None:
    service = await run_service("referral")
    first, last = Person(code="work"), Person(code="work")
    async with broker.connected("desk") as desk, broker.connected("intake") as intake:
        heard = await following(desk)
        envelope_id = uuid4()
        for _ in range(10):
            await publish(intake, service, first.accepted(), envelope_id)
        await publish(intake, service, last.accepted())
        await kit.eventually(lambda: len(heard.of(ServicesProposed)) == 2)
        await publish(intake, service, ErasePerson(person_id=first.person_id))
        (receipt,) = await kit.eventually(lambda: heard.of(PersonErased))
        assert {count.store: count.count for count in receipt.counts}["concern"] == 1
        await publish(intake, service, first.accepted(2))
        await publish(intake, service, last.accepted(2))
        await kit.eventually(lambda: len(heard.of(ServicesProposed)) == 3)
    proposed = [proposal.person_id for proposal in heard.of(ServicesProposed)]
    assert (proposed.count(first.person_id), proposed.count(last.person_id)) == (1, 2)


async def test_a_counsellor_asks_sends_and_is_answered_after_the_commit(
    run_service: Runner, broker: kit.Broker
) -> None:
    service = await run_service("referral")
    person = Person(code="work")
    async with broker.connected("desk") as desk, broker.connected("intake") as intake:
        heard, by = await following(desk), token(broker, service)
        await publish(intake, service, person.accepted())
        await kit.eventually(lambda: heard.of(ServicesProposed))
        _, subject, body = wrapped(service, AskSuggestions(concern_id=person.concern_id), "desk")
        answer = SuggestionsAnswer.model_validate_json((await desk.request(subject, body, 5, headers=by)).data)
        jobcenter = next(candidate for candidate in answer.candidates if candidate.name == "Jobcenter Dresden")
        order = person.sent(jobcenter.service_id)
        treasurer = await ordered(desk, service, order, token(broker, service, "treasurer"))
        assert treasurer.problem is not None
        assert (treasurer.accepted, treasurer.problem.code) == (False, "role_not_allowed")
        assert (await ordered(desk, service, order, by)).accepted
        again = await ordered(desk, service, order, by)
        assert again.problem is not None
        assert again.problem.code == "action_not_allowed"
        assert set(again.problem.texts) == {"uk", "ru", "de", "en"}
        await kit.eventually(lambda: heard.of(ReferralDelivered))


async def test_the_directory_is_there_as_soon_as_the_service_is_ready(run_service: Runner) -> None:
    service = await run_service("referral")
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{service.settings.http_port}") as client:
        page = (await client.get("/services", params={"search": "Jobcenter", "full": "true"})).json()
    assert [found["name"] for found in page["contents"]] == ["Jobcenter Dresden"]
