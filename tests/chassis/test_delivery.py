"""Delivery: at least once on the wire, exactly once in effect, and what cannot be settled is buried with a reason."""

import asyncio
import json
from collections.abc import Callable
from uuid import uuid4

import pytest

from lotse_contracts import referral
from lotse_contracts.answers import OrderAnswer
from tests import kit
from tests.chassis import desk

Databases = Callable[[str], kit.ServiceDatabase]


@pytest.fixture
def own_database(database: Databases) -> kit.ServiceDatabase:
    fresh = database(kit.CHASSIS)
    desk.prepare(fresh)
    return fresh


async def dead_letters(broker: kit.Broker) -> list[tuple[dict[str, str], bytes]]:
    """Everything in the dead letters: headers and body."""
    found = []
    async with broker.connected("ops") as client:
        js = client.jetstream()
        info = await js.stream_info("DEAD")
        for sequence in range(info.state.first_seq or 1, info.state.last_seq + 1):
            message = await js.get_msg("DEAD", sequence)
            found.append((dict(message.headers or {}), message.data or b""))
    return found


async def test_a_message_takes_effect_and_its_fact_leaves(
    own_database: kit.ServiceDatabase, broker: kit.Broker
) -> None:
    async with desk.running_desk(own_database, broker) as one, broker.connected("intake") as client:
        await desk.publish(client, desk.concern())
        await kit.eventually(lambda: one.effects() == 1 and one.unsent() == 0)
        async with broker.connected("ops") as ops:
            stream = await ops.jetstream().stream_info("EVENTS")
            assert stream.state.messages == 2


@pytest.mark.parametrize("times", [2, 10])
async def test_a_repeated_message_takes_effect_once(
    own_database: kit.ServiceDatabase, broker: kit.Broker, times: int
) -> None:
    async with desk.running_desk(own_database, broker) as one, broker.connected("intake") as client:
        message, own = desk.concern(), uuid4()
        for _ in range(times):
            await desk.publish(client, message, id=own)
        last = await desk.publish(client, desk.concern())
        await kit.eventually(lambda: one.rows(f"SELECT 1 FROM effect WHERE id = '{last}'"))
        assert one.rows(f"SELECT count(*) FROM effect WHERE id = '{own}'") == [(1,)]


async def test_repetitions_within_one_batch_take_effect_once(
    own_database: kit.ServiceDatabase, broker: kit.Broker
) -> None:
    message, own = desk.concern(), uuid4()
    async with broker.connected("intake") as client:
        for _ in range(5):
            await desk.publish(client, message, id=own)
    async with desk.running_desk(own_database, broker) as one:
        await kit.eventually(lambda: one.effects() > 0 and one.unsent() == 0)
        assert one.effects() == 1


async def test_a_refused_message_is_buried_at_once_with_its_code(
    own_database: kit.ServiceDatabase, broker: kit.Broker
) -> None:
    async with desk.running_desk(own_database, broker) as one, broker.connected("intake") as client:
        one.spoil = desk.refuse
        await desk.publish(client, desk.concern())
        letters = await kit.eventually(lambda: dead_letters(broker))
        assert [headers["lotse-reason"] for headers, _ in letters] == ["refused: no_more (code)"]
        assert one.effects() == 0


async def test_a_refused_message_leaves_its_neighbours_alone(
    own_database: kit.ServiceDatabase, broker: kit.Broker
) -> None:
    bad = desk.concern()
    async with broker.connected("intake") as client:
        for position in range(30):
            await desk.publish(client, bad if position == 17 else desk.concern())
    async with desk.running_desk(
        own_database, broker, lambda message: desk.refuse(message) if message.key == bad.key else None
    ) as one:
        await kit.eventually(lambda: one.effects() == 29, 20)
        assert len(await kit.eventually(lambda: dead_letters(broker))) == 1


async def test_a_message_that_always_breaks_its_handler_is_buried_after_the_bound(
    own_database: kit.ServiceDatabase, broker: kit.Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lotse_chassis.delivery.PAUSES_SECONDS", (0.05, 0.05, 0.05, 0.05))
    tried = []
    async with desk.running_desk(own_database, broker) as one, broker.connected("intake") as client:

        def broken(message: object) -> None:
            tried.append(message)
            desk.break_down(desk.concern())

        one.spoil = broken
        await desk.publish(client, desk.concern())
        letters = await kit.eventually(lambda: dead_letters(broker), 20)
        assert len(tried) == 5
        assert letters[0][0]["lotse-reason"] == "gave up: RuntimeError"
        assert one.effects() == 0


async def test_a_message_that_breaks_once_takes_effect_at_the_second_attempt(
    own_database: kit.ServiceDatabase, broker: kit.Broker
) -> None:
    tried = []
    async with desk.running_desk(own_database, broker) as one, broker.connected("intake") as client:

        def broken_once(message: object) -> None:
            tried.append(message)
            if len(tried) < 2:
                desk.break_down(desk.concern())

        one.spoil = broken_once
        await desk.publish(client, desk.concern())
        await kit.eventually(lambda: one.effects() == 1)
        assert await dead_letters(broker) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b'{"specversion":"1.0"}',
        json.dumps({"data": {"Olena Shevchenko": "+380501234567"}}).encode(),
    ],
)
async def test_a_malformed_message_is_buried_without_a_value_in_its_reason(
    own_database: kit.ServiceDatabase, broker: kit.Broker, body: bytes
) -> None:
    async with desk.running_desk(own_database, broker) as one, broker.connected("intake") as client:
        subject, _, _ = desk.on_the_wire(desk.concern())
        await client.jetstream().publish(subject, body)
        await client.jetstream().publish(subject, body)
        after = await desk.publish(client, desk.concern())
        await kit.eventually(lambda: one.rows(f"SELECT 1 FROM effect WHERE id = '{after}'"))
        letters = await kit.eventually(lambda: dead_letters(broker))
        assert len(letters) == 1, "the same bytes twice are one dead letter"
        assert letters[0][0]["lotse-reason"].startswith("malformed: ")
        assert "Shevchenko" not in json.dumps(letters[0][0])
        assert letters[0][1] == body


async def test_a_field_that_no_contract_knows_is_never_named(
    own_database: kit.ServiceDatabase, broker: kit.Broker
) -> None:
    """Its name came from outside and may be a person's."""
    async with desk.running_desk(own_database, broker), broker.connected("desk") as client:
        subject, body, _ = desk.on_the_wire(an_order(), sender="desk")
        envelope = json.loads(body)
        envelope["data"]["Olena Shevchenko"] = "+380501234567"
        await client.jetstream().publish(subject, json.dumps(envelope).encode())
        letters = await kit.eventually(lambda: dead_letters(broker))
        assert letters[0][0]["lotse-reason"] == "malformed: data.unknown_field"


async def test_a_message_under_another_key_than_its_own_is_malformed(
    own_database: kit.ServiceDatabase, broker: kit.Broker
) -> None:
    async with desk.running_desk(own_database, broker) as one, broker.connected("intake") as client:
        subject, _, _ = desk.on_the_wire(desk.concern())
        _, body, _ = desk.on_the_wire(desk.concern())
        await client.jetstream().publish(subject, body)
        letters = await kit.eventually(lambda: dead_letters(broker))
        assert letters[0][0]["lotse-reason"] == "malformed: subject"
        assert one.effects() == 0


async def answer_of(broker: kit.Broker, order: referral.SendReferral, headers: dict[str, str]) -> OrderAnswer:
    """Publish as the desk and wait for the business answer in its own inbox."""
    async with broker.connected("desk") as client:
        inbox = client.new_inbox()
        subscription = await client.subscribe(inbox)
        subject, body, own = desk.on_the_wire(order, sender="desk")
        await client.jetstream().publish(
            subject, body, headers={"Nats-Msg-Id": str(own), "lotse-reply-to": inbox, **headers}
        )
        answered = OrderAnswer.model_validate_json((await subscription.next_msg(10)).data)
        assert answered.order_id == own
        return answered


def an_order() -> referral.SendReferral:
    return referral.SendReferral(
        referral_id=uuid4(), concern_id=uuid4(), person_id=uuid4(), service_id=uuid4(), mode="self"
    )


async def test_a_staff_order_without_a_token_is_answered_with_a_problem_in_four_languages(
    own_database: kit.ServiceDatabase, broker: kit.Broker
) -> None:
    async with desk.running_desk(own_database, broker) as one:
        answered = await answer_of(broker, an_order(), {})
        assert not answered.accepted
        assert answered.problem is not None
        assert answered.problem.code == "token_missing"
        assert set(answered.problem.texts) == {"uk", "ru", "de", "en"}
        assert one.effects() == 0


async def test_an_answer_is_never_written_to_an_inbox_of_nobody_who_may_order(
    own_database: kit.ServiceDatabase, broker: kit.Broker
) -> None:
    """Otherwise a frontend could make a service publish where it may not, and the denial would stop the service."""
    async with desk.running_desk(own_database, broker) as one, broker.connected("desk") as client:
        for inbox in ("lotse.auslaenderrat.evt.intake.case-opened.v1.x", "_INBOX_ops.1", "$JS.API.INFO", "_INBOX_x.1"):
            subject, body, own = desk.on_the_wire(an_order(), sender="desk")
            await client.jetstream().publish(subject, body, headers={"Nats-Msg-Id": str(own), "lotse-reply-to": inbox})
        assert len(await kit.eventually(lambda: _at_least(broker, 4))) == 4
        await asyncio.sleep(0)
        assert one.service.failed is None
        assert one.service.missing() == {}


async def _at_least(broker: kit.Broker, letters: int) -> list[tuple[dict[str, str], bytes]]:
    found = await dead_letters(broker)
    return found if len(found) >= letters else []


async def test_an_anonymous_fact_names_no_cause_and_no_trace(
    own_database: kit.ServiceDatabase, broker: kit.Broker
) -> None:
    async with desk.running_desk(own_database, broker) as one, broker.connected("intake") as client:
        cause = await desk.publish(client, desk.concern())
        await kit.eventually(lambda: one.effects() == 1)
        ((body, headers),) = one.rows("SELECT body, headers FROM outbox")
        said = json.loads(bytes(body))
        assert said["type"] == "referral.gap-found.v1"
        assert "causationid" not in said
        assert said["correlationid"] == said["id"]
        assert str(cause) not in bytes(body).decode()
        assert headers == {}


async def test_stopping_gives_back_what_was_not_begun(own_database: kit.ServiceDatabase, broker: kit.Broker) -> None:
    async with broker.connected("intake") as client:
        async with desk.running_desk(own_database, broker) as one:
            for _ in range(300):
                await desk.publish(client, desk.concern())
            await kit.eventually(lambda: one.effects() > 0)
        async with broker.connected("ops") as ops:
            info = await ops.jetstream().consumer_info("EVENTS", "referral")
            assert info.num_ack_pending == 0
        async with desk.running_desk(own_database, broker) as again:
            await kit.eventually(lambda: again.effects() == 300)


async def test_a_backlog_is_told_while_it_is_worked_off(own_database: kit.ServiceDatabase, broker: kit.Broker) -> None:
    async with broker.connected("intake") as client:
        for _ in range(250):
            await desk.publish(client, desk.concern())
    seen: list[dict[str, int]] = []
    listed: list[desk.Desk] = []

    def note_backlog(message: object) -> None:
        consumers = listed[0].service._life._consumers
        seen.append({one.stream: one.pending for one in consumers})

    service = desk.declared(own_database, broker, listed)
    listed.append(desk.Desk(service, own_database, broker, note_backlog))
    async with service.running():
        await kit.eventually(lambda: len(seen) >= 250, 20)
    assert seen[0]["EVENTS"] == 50
    assert seen[0]["COMMANDS"] == 0


async def test_without_broker_and_database_the_service_waits_and_says_so(
    own_database: kit.ServiceDatabase, broker: kit.Broker, postgres: kit.Postgres
) -> None:
    broker.stop()
    listed: list[desk.Desk] = []
    service = desk.declared(own_database, broker, listed)
    listed.append(desk.Desk(service, own_database, broker))
    async with service.running():
        await kit.eventually(lambda: service.missing().get("broker") == "nobody listens")
        postgres.stop()
        broker.start()
        await kit.eventually(lambda: "broker" not in service.missing() and "database" in service.missing())
        postgres.start()
        await service.ready()
        async with broker.connected("intake") as client:
            await desk.publish(client, desk.concern())
        await kit.eventually(lambda: listed[0].effects() == 1)
