"""Nothing that a frontend, an old contract or a broken neighbour can publish stops a service or breaks its handlers.

Messages are drawn from the contracts' own schemas: valid, and as odd as the contract allows. A handler that meets them
with a fault it did not foresee would end in the dead letters as `gave up`.
"""

import json
import secrets
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from nats.aio.client import Client

from lotse_chassis.service import Service
from lotse_contracts import Fact, Message, Order, Question, envelope_of, subject_for, subject_of, to_json
from lotse_contracts.answers import ERROR_HEADER, TOKEN_HEADER
from lotse_contracts.catalogue import SERVICES, orders_to, questions_to
from lotse_contracts.wiring import FACTS_HEARD, ORDERS_GIVEN, QUESTIONS_ASKED
from tests import kit
from tests.chaos import wire
from tests.contracts.samples import messages

DRAWN = 12  # messages of each kind
Runner = Callable[..., Awaitable[Service]]
GARBAGE = (
    b"",
    b"\x00" * 64,
    b"\xff\xfe\xfd",
    b"null",
    b"[" * 5_000 + b"]" * 5_000,
    b'{"id": NaN}',
    b'{"specversion":"1.0","id":"\\ud800"}',
    json.dumps({"data": {"text": "x" * 60_000}}).encode(),
    json.dumps({"id": str(uuid4()), "data": 10**400}).encode(),
)


def drawn(kind: type[Message]) -> list[Message]:
    """Always the same messages of a kind; a failure can be repeated."""
    found: list[Message] = []

    @settings(
        max_examples=DRAWN,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        deadline=None,
    )
    @given(messages(kind))
    def collect(message: Message) -> None:
        found.append(message)

    collect()
    return found


def sender_of(message: type[Message]) -> str:
    """A broker user that may publish it."""
    if issubclass(message, Fact):
        return message.SERVICE
    return next(user for user, orders in ORDERS_GIVEN.items() if message in orders)


def heard(service: str) -> Sequence[type[Message]]:
    return (*orders_to(service), *FACTS_HEARD[service])


def subject(message: Message, sender: str) -> str:
    """An anonymous order ends with its sender's name, whatever the drawn one says."""
    if isinstance(message, Order) and message.ANONYMOUS:
        return subject_of(type(message), kit.ASSOCIATION, sender)
    return subject_for(message, kit.ASSOCIATION)


def body(message: Message, sender: str) -> bytes:
    envelope = envelope_of(message, id=uuid4(), association=kit.ASSOCIATION, sender=sender, time=datetime.now(UTC))
    return to_json(envelope)


async def put(client: Client, where: str, what: bytes, token: str) -> None:
    headers = {"Nats-Msg-Id": secrets.token_hex(8), TOKEN_HEADER: token}
    await client.jetstream().publish(where, what, headers=headers)


async def emptied(broker: kit.Broker, service: str) -> bool:
    """Whether the service has settled everything that was published to it."""
    async with broker.connected("ops") as client:
        js = client.jetstream()
        for stream, durable in (("EVENTS", service), ("COMMANDS", service), ("ORDERS_PUBLIC", f"{service}-web")):
            if service != "intake" and stream == "ORDERS_PUBLIC":
                continue
            info = await js.consumer_info(stream, durable)
            if info.num_pending or info.num_ack_pending:
                return False
    return True


def token_for(broker: kit.Broker, message: type[Message]) -> str:
    roles = sorted(message.ROLES) if issubclass(message, (Order, Question)) else []
    return wire.token(broker, roles[0]) if roles else ""


@pytest.mark.parametrize("service", SERVICES)
async def test_no_message_of_its_contract_breaks_a_service(
    service: str, run_service: Runner, broker: kit.Broker
) -> None:
    running = await run_service(service)
    for kind in heard(service):
        sender, token = sender_of(kind), token_for(broker, kind)
        async with broker.connected(sender) as client:
            for message in drawn(kind):
                await put(client, subject(message, sender), body(message, sender), token)
    await kit.eventually(lambda: emptied(broker, service))
    reasons = {letter["lotse-reason"] for letter in await wire.dead(broker)}
    assert not {why for why in reasons if why.startswith("gave up")}
    assert running.missing() == {}


@pytest.mark.parametrize("service", SERVICES)
async def test_garbage_on_every_subject_is_buried_and_the_service_goes_on(
    service: str, run_service: Runner, broker: kit.Broker
) -> None:
    running = await run_service(service)
    sent = 0
    for kind in heard(service):
        sender = sender_of(kind)
        where = subject_of(kind, kit.ASSOCIATION, sender if issubclass(kind, Order) and kind.ANONYMOUS else "x")
        async with broker.connected(sender) as client:
            for what in GARBAGE:
                await put(client, where, what, token_for(broker, kind))
                sent += 1
    await kit.eventually(lambda: emptied(broker, service))
    letters = await kit.eventually(lambda: all_buried(broker, sent))
    assert all(letter["lotse-reason"].startswith("malformed: ") for letter in letters)
    assert running.missing() == {}


async def all_buried(broker: kit.Broker, number: int) -> list[dict[str, str]]:
    letters = await wire.dead(broker)
    return letters if len(letters) == number else []


@pytest.mark.parametrize("service", SERVICES)
async def test_every_question_is_answered_or_refused_whatever_it_holds(
    service: str, run_service: Runner, broker: kit.Broker
) -> None:
    await run_service(service)
    for kind in questions_to(service):
        asker = next(user for user in ("desk", *QUESTIONS_ASKED) if kind in QUESTIONS_ASKED[user])
        where, token = subject_of(kind, kit.ASSOCIATION), token_for(broker, kind)
        headers = {TOKEN_HEADER: token} if token else None
        async with broker.connected(asker) as client:
            asked = [body(message, asker) for message in drawn(kind)]
            for what in (*asked, *GARBAGE):
                raw = await client.request(where, what, timeout=kit.EVENTUALLY_SECONDS, headers=headers)
                code = (raw.headers or {}).get(ERROR_HEADER)
                assert code != "internal", f"{kind.type_name()}: {what[:200]!r}"
                if what in GARBAGE:
                    assert code == "malformed"
            await client.publish(where, asked[0], reply="lotse.auslaenderrat.evt.intake.case-opened.v1.x")


def older(message: Message) -> dict[str, Any]:
    """As somebody says it who knows only the fields that were always there."""
    required = type(message).model_json_schema().get("required", [])
    said = json.loads(message.model_dump_json())
    return {name: value for name, value in said.items() if name in required}


@pytest.mark.parametrize("service", SERVICES)
async def test_messages_of_an_older_and_of_a_newer_contract_are_understood(
    service: str, run_service: Runner, broker: kit.Broker
) -> None:
    """Optional fields are absent, and facts bring fields that nobody here knows yet."""
    await run_service(service)
    for kind in heard(service):
        sender, token = sender_of(kind), token_for(broker, kind)
        async with broker.connected(sender) as client:
            for message in drawn(kind)[:4]:
                envelope = json.loads(body(message, sender))
                newer = {"a_field_of_next_year": 1} if issubclass(kind, Fact) else {}
                envelope["data"] = older(message) | newer
                envelope["an_attribute"] = "of next year"
                await put(client, subject(message, sender), json.dumps(envelope).encode(), token)
    await kit.eventually(lambda: emptied(broker, service))
    reasons = {letter["lotse-reason"] for letter in await wire.dead(broker)}
    assert not {why for why in reasons if why.startswith("gave up")}
    assert not {why for why in reasons if why.startswith("malformed") and why != "malformed: subject"}
