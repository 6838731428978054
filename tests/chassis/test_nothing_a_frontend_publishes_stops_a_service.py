"""Bytes that no client library writes but anybody with a frontend's key may: each is settled, its neighbours live."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import reconcile
from lotse_chassis.context import Context
from lotse_chassis.decoding import Heard, reply_to
from lotse_contracts import Message, intake
from lotse_contracts.envelope import ANSWER_SUBJECT
from tests import kit
from tests.chassis import desk
from tests.chassis.test_delivery import dead_letters

SUBJECT = b"lotse.auslaenderrat.cmd.referral.send-referral.v1."
SPOILED: dict[str, tuple[bytes, bytes]] = {
    "headers cut short": (b"key", b"NATS/1.0"),
    "no headers at all": (b"key", b"0123456789abcdef"),
    "headers that are no text": (b"key", b"NATS/1.0 \xff\xff\xff\r\n\r\n"),
    "a status of the server": (b"key", b"NATS/1.0 404 No Messages\r\n\r\n"),
    "a header that reads as no messages": (b"key", b"NATS/1.0\r\nStatus: 404\r\n\r\n"),
    "a header that reads as a lost consumer": (b"key", b"NATS/1.0\r\nStatus: 409\r\n\r\n"),
    "a header that reads as no stream": (b"key", b"NATS/1.0\r\nStatus: 503\r\n\r\n"),
    "an answer to a subject with an empty token": (b"key", b"NATS/1.0\r\nlotse-reply-to: _INBOX_desk..x\r\n\r\n"),
    "an answer to a subject that ends with a dot": (b"key", b"NATS/1.0\r\nlotse-reply-to: _INBOX_desk.x.\r\n\r\n"),
    "a key that is no text": (b"a\xffb", b"NATS/1.0\r\n\r\n"),
    "a key with a space that is none to the server": (b"a\x0bb", b"NATS/1.0\r\n\r\n"),
    "a key that no database takes": (b"a\x00b", b"NATS/1.0\r\n\r\n"),
}


@pytest.fixture
def own_database(database: Callable[[str], kit.ServiceDatabase]) -> kit.ServiceDatabase:
    fresh = database(kit.CHASSIS)
    desk.prepare(fresh)
    return fresh


async def put(client: Client, subject: bytes, headers: bytes, body: bytes = b"{}") -> None:
    """As bytes on the wire, since nats-py would not write them."""
    assert client._transport is not None
    sizes = b" %d %d\r\n" % (len(headers), len(headers) + len(body))
    client._transport.write(b"HPUB " + subject + sizes + headers + body + b"\r\n")
    await client.flush()


@pytest.mark.parametrize("what", SPOILED)
async def test_a_spoiled_order_is_buried_and_the_service_goes_on(
    own_database: kit.ServiceDatabase, broker: kit.Broker, what: str
) -> None:
    key, headers = SPOILED[what]
    async with desk.running_desk(own_database, broker) as one:
        async with broker.connected("desk") as client:
            await put(client, SUBJECT + key, headers)
        letters = await kit.eventually(lambda: dead_letters(broker), 8)
        assert len(letters) == 1
        async with broker.connected("intake") as client:
            await desk.publish(client, desk.concern())
        await kit.eventually(lambda: one.effects() == 1 and one.unsent() == 0, 8)
        async with broker.connected("ops") as ops:
            assert (await ops.jetstream().consumer_info("COMMANDS", "referral")).num_ack_pending == 0
        assert (one.service.missing(), one.service.failed) == ({}, None)


async def test_reconciling_reads_past_ids_that_are_no_text(broker: kit.Broker) -> None:
    async with broker.connected("web") as client:
        for headers in (b"NATS/1.0\r\nNats-Msg-Id: \xff\xfe\r\n\r\n", b"NATS/1.0", b"0123456789abcdef"):
            await put(client, b"lotse.auslaenderrat.cmd.intake.submit-enquiry.v1.web", headers)
    kept = await reconcile._streams(reconcile.Brokers(broker.url, broker.seed("ops")), kit.ASSOCIATION)
    assert kept["cmd"].ids == frozenset()


@pytest.mark.parametrize(
    ("inbox", "answered"), [("_INBOX_web.x", True), ("_INBOX_bot.x", False), ("_INBOX_desk.x", False)]
)
def test_an_anonymous_frontend_is_answered_in_its_own_inbox_alone(inbox: str, answered: bool) -> None:
    subject = "lotse.auslaenderrat.cmd.intake.submit-enquiry.v1.web"
    raw = Msg(_client=Client(), subject=subject, headers={"lotse-reply-to": inbox})
    assert (reply_to(raw, Heard(intake.SubmitEnquiry, _nothing, batched=False)) == inbox) is answered


async def _nothing(batch: Sequence[tuple[Any, Context]], tx: AsyncConnection) -> Sequence[Sequence[Message]]:
    return [() for _ in batch]


@pytest.mark.parametrize("subject", ["_INBOX_web..x", "_INBOX_web.x.", "_INBOX_web.", "_INBOX_web", "_INBOX_web.x..y"])
def test_an_answer_goes_to_no_subject_that_the_broker_would_deny(subject: str) -> None:
    assert not ANSWER_SUBJECT.match(subject)
