"""Each broker user may do exactly what it must, and streams are what is planned."""

import nats.errors
import pytest
from nats.aio.client import Client

from lotse_chassis import streams
from lotse_contracts import wiring
from lotse_contracts.catalogue import SERVICES, facts_of, questions_to, transfers_to
from lotse_contracts.envelope import MESSAGE_BYTES_MAX, pattern_of, subject_of
from lotse_local.permissions import app_users
from tests import kit

KEY = "0f8fad5b"
SURELY_DENIED = "nobody.may.publish.this"


class Denials:
    """What the server refused to a client."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    async def note(self, fault: Exception) -> None:
        self.texts.append(str(fault))

    def names(self, subject: str) -> bool:
        return any(subject.lower() in text for text in self.texts)

    async def complete(self, client: Client) -> list[str]:
        """All refusals so far: the server answers in order, so one that is sure to come ends the list."""
        await client.publish(SURELY_DENIED, b"")
        await kit.eventually(lambda: self.names(SURELY_DENIED))
        return [text for text in self.texts if SURELY_DENIED not in text]


async def may_publish(broker: kit.Broker, user: str, subject: str, body: bytes = b"{}") -> bool:
    denials = Denials()
    async with broker.connected(user, error_cb=denials.note) as client:
        await client.publish(subject, body)
        return not await denials.complete(client)


async def may_subscribe(broker: kit.Broker, user: str, subject: str, queue: str = "") -> bool:
    denials = Denials()
    async with broker.connected(user, error_cb=denials.note) as client:
        await client.subscribe(subject, queue=queue)
        return not await denials.complete(client)


def every_subject(association: str) -> dict[str, set[str]]:
    """For each user the subjects that it may publish, out of all that anybody may."""
    allowed: dict[str, set[str]] = {user: set() for user in (*SERVICES, *wiring.FRONTENDS)}
    for service in SERVICES:
        allowed[service] |= {pattern_of(fact, association) for fact in facts_of(service)}
        allowed[service] |= {subject_of(transfer, association, KEY, "plattform") for transfer in transfers_to(service)}
        allowed[service] |= {f"$JS.API.STREAM.PURGE.{stream}" for stream in wiring.PURGES.get(service, ())}
        allowed[service].add(f"lotse.{association}.dead.{service}.name.{KEY}")
    for user in allowed:
        allowed[user] |= {wiring.order_subject(order, association, user) for order in wiring.ORDERS_GIVEN[user]}
        allowed[user] |= {pattern_of(question, association) for question in wiring.QUESTIONS_ASKED[user]}
    return {user: {subject.replace("*", KEY) for subject in subjects} for user, subjects in allowed.items()}


@pytest.mark.parametrize("user", [*SERVICES, *wiring.FRONTENDS])
async def test_a_user_publishes_what_it_must_and_nothing_else(broker: kit.Broker, user: str) -> None:
    allowed = every_subject(broker.association)
    foreign = set().union(*allowed.values()) - allowed[user]
    foreign |= {
        f"lotse.plattform.evt.intake.case-opened.v1.{KEY}",
        f"lotse.{broker.association}.evt.intake.invented.v1.{KEY}",
        "$JS.API.STREAM.PURGE.ORDERS_PUBLIC",
        "$JS.API.STREAM.DELETE.EVENTS",
        "$JS.API.CONSUMER.CREATE.EVENTS.spy",
        "$JS.API.DIRECT.GET.EVENTS",
        "$SYS.REQ.SERVER.PING",
    }
    denials = Denials()
    async with broker.connected(user, error_cb=denials.note) as client:
        for subject in sorted(allowed[user]):
            await client.publish(subject, b"{}")
        assert await denials.complete(client) == []
        for subject in sorted(foreign):
            await client.publish(subject, b"{}")
        await kit.eventually(lambda: len(denials.texts) > len(foreign))
    assert [subject for subject in sorted(foreign) if not denials.names(subject)] == []


@pytest.mark.parametrize("user", [*SERVICES, *wiring.FRONTENDS, "ops"])
async def test_a_user_reads_its_own_inbox_and_nobody_elses(broker: kit.Broker, user: str) -> None:
    assert await may_subscribe(broker, user, f"_INBOX_{user}.answer")
    for other in {*app_users()} - {user}:
        assert not await may_subscribe(broker, user, f"_INBOX_{other}.>")
    assert not await may_subscribe(broker, user, ">")


async def test_a_question_is_heard_by_its_service_in_its_queue_alone(broker: kit.Broker) -> None:
    for service in SERVICES:
        for question in questions_to(service):
            subject = pattern_of(question, broker.association)
            assert await may_subscribe(broker, service, subject, service)
            assert not await may_subscribe(broker, service, subject)
            assert not await may_subscribe(broker, "desk", subject, service)


async def test_a_service_pulls_from_its_own_durables_alone(broker: kit.Broker) -> None:
    for service in SERVICES:
        for consumer in wiring.consumers(service, broker.association):
            if consumer.account == "APP":
                asked = f"$JS.API.CONSUMER.MSG.NEXT.{consumer.stream}.{consumer.durable}"
                assert await may_publish(broker, service, asked)
                others = {*SERVICES, "web", "desk"} - {service}
                assert not any([await may_publish(broker, other, asked) for other in sorted(others)])


async def test_a_frontend_follows_only_the_facts_it_may(broker: kit.Broker) -> None:
    for fact in wiring.FACTS_FOLLOWED["web"]:
        assert await may_subscribe(broker, "web", pattern_of(fact, broker.association))
    assert not await may_subscribe(broker, "web", f"lotse.{broker.association}.evt.>")
    assert not await may_subscribe(broker, "web", f"lotse.{broker.association}.cmd.>")


async def test_an_order_is_stored_where_its_service_reads_it(broker: kit.Broker) -> None:
    public = f"lotse.{broker.association}.cmd.intake.submit-enquiry.v1"
    for user, stream in (("web", "ORDERS_PUBLIC"), ("bot", "ORDERS_PUBLIC"), ("desk", "COMMANDS")):
        async with broker.connected(user) as client:
            stored = await client.jetstream().publish(f"{public}.{user}", b"{}", headers={"Nats-Msg-Id": user})
        assert stored.stream == stream


async def test_what_is_too_large_is_refused_by_the_broker(broker: kit.Broker) -> None:
    subject = f"lotse.{broker.association}.cmd.intake.submit-enquiry.v1"
    async with broker.connected("web") as client:
        with pytest.raises(nats.errors.MaxPayloadError):
            await client.publish(f"{subject}.web", b"x" * (client.max_payload + 1))
        with pytest.raises(Exception, match="message size exceeds"):
            await client.jetstream().publish(f"{subject}.web", b"x" * MESSAGE_BYTES_MAX)


async def test_provisioning_mends_what_is_missing_or_changed(broker: kit.Broker) -> None:
    assert await broker.provision() == ()
    async with streams.connected(broker.url, broker.seed("ops"), "ops") as client:
        js = client.jetstream()
        await js.delete_consumer("EVENTS", "intake")
        events = (await js.stream_info("EVENTS")).config
        events.max_age = 60.0
        events.duplicate_window = 30.0
        await js.update_stream(events)
        await js.delete_stream("DEAD")
    assert set(await broker.provision()) == {
        "stream EVENTS corrected: duplicate_window, max_age",
        "stream DEAD created",
        "consumer EVENTS/intake created",
    }
    assert await broker.provision() == ()
