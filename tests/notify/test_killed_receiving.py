"""Notify as a process that is killed while receipts come in: none is lost, none counts twice."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from lotse_contracts.envelope import Message, envelope_of, subject_for, to_json
from lotse_contracts.sealed import public_bytes
from lotse_local import keyring
from lotse_notify.domain.callbacks import callback_url
from tests import kit
from tests.chaos.processes import Running, running
from tests.notify.gateway import HttpGateway
from tests.notify.given import Databases, contact_order, tell
from tests.notify.reporting import kannel_query

PEOPLE = 6
KILLS = 2
DELIVERED = 1
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"


@pytest.fixture
def stored(database: Databases) -> kit.ServiceDatabase:
    return database("notify")


@pytest.fixture
def notify(stored: kit.ServiceDatabase, broker: kit.Broker, gateway: HttpGateway) -> Iterator[Running]:
    gateway.say(202, b"0: Accepted for delivery")
    more = {
        "sms_providers": "kannel",
        "sms_sender": "Nachricht",
        "kannel_url": f"{gateway.url}/cgi-bin/sendsms",
        "recipients": "local",
        "quiet_hours": "false",
        "smtp_port": "9",
    }
    with running("notify", stored, broker, **more) as process:
        yield process


async def test_killed_while_a_receipt_is_applied_it_is_applied_once_by_the_next(
    notify: Running, stored: kit.ServiceDatabase, broker: kit.Broker
) -> None:
    """`kill -9` during a receipt: it was stored, so its provider need not come again."""
    (reference,) = await _started_and_sent(notify, stored, broker, 1)
    with psycopg.connect(stored.owner_url) as holding:
        holding.execute("LOCK TABLE decision IN EXCLUSIVE MODE")  # the last that applying writes
        assert await _report(notify, broker, reference) == 200
        await kit.eventually(lambda: _rows(stored, WAITING) != [(0,)])
        notify.kill()
    assert _rows(stored, "SELECT state FROM send_attempt") == [("accepted",)]
    assert _rows(stored, "SELECT state FROM receipt") == [("parked",)]
    notify.start()
    await kit.eventually(lambda: _rows(stored, "SELECT state FROM notification") == [("delivered",)])
    assert _said(stored) == 1


async def test_killed_before_it_is_stored_its_provider_hears_no_yes_and_comes_again(
    notify: Running, stored: kit.ServiceDatabase, broker: kit.Broker
) -> None:
    (reference,) = await _started_and_sent(notify, stored, broker, 1)
    with psycopg.connect(stored.owner_url) as holding:
        holding.execute("LOCK TABLE receipt IN EXCLUSIVE MODE")
        unheard = asyncio.create_task(_report(notify, broker, reference))
        await kit.eventually(lambda: _rows(stored, WAITING) != [(0,)])
        notify.kill()
        assert await unheard == 0
    assert _rows(stored, "SELECT state FROM receipt") == []
    notify.start()
    await notify.ready()
    assert await _report(notify, broker, reference) == 200
    await kit.eventually(lambda: _rows(stored, "SELECT state FROM notification") == [("delivered",)])
    assert _said(stored) == 1


async def test_killed_again_and_again_in_a_crowd_of_receipts_each_counts_once(
    notify: Running, stored: kit.ServiceDatabase, broker: kit.Broker
) -> None:
    references = await _started_and_sent(notify, stored, broker, PEOPLE)
    for kill in range(KILLS):
        gateway = asyncio.create_task(_report_until_heard(notify, broker, references[kill::KILLS]))
        done = kill * PEOPLE // KILLS
        await kit.eventually(partial(_arrived, stored, done + 1))
        notify.kill()
        notify.start()
        await gateway
        await kit.eventually(partial(_arrived, stored, done + PEOPLE // KILLS))
    assert _said(stored) == PEOPLE
    assert _rows(stored, "SELECT state, count(*) FROM send_attempt GROUP BY state") == [("delivered", PEOPLE)]


async def _started_and_sent(notify: Running, stored: kit.ServiceDatabase, broker: kit.Broker, people: int) -> list[str]:
    """The references of SMS that the gateway has taken."""
    seal_key = X25519PrivateKey.from_private_bytes(broker.place.key("notify.seal").read_bytes())
    async with broker.connected("intake") as intake:
        for number in range(people):
            now, person_id = datetime.now(UTC), uuid4()
            orders: list[Message] = [
                contact_order(person_id, public_bytes(seal_key), kind="sms", value=f"+49151123456{number:02}"),
                tell(person_id, "answer_waits", useful_by=now + timedelta(days=1)),
            ]
            for order in orders:
                envelope = envelope_of(order, id=uuid4(), association=kit.ASSOCIATION, sender="intake", time=now)
                subject, headers = subject_for(order, kit.ASSOCIATION), {"Nats-Msg-Id": str(envelope.id)}
                await intake.jetstream().publish(subject, to_json(envelope), headers=headers)
    notify.start()
    await notify.ready()
    sent = "SELECT count(*) FROM notification WHERE state = 'awaiting_receipt'"
    await kit.eventually(lambda: _rows(stored, sent) == [(people,)])
    return [UUID(str(one)).hex for (one,) in _rows(stored, "SELECT attempt_id FROM send_attempt")]


async def _report(notify: Running, broker: kit.Broker, reference: str) -> int:
    """The status of the answer; 0: there was none, and a gateway comes again."""
    secret = broker.place.key(keyring.CALLBACK_SECRET).read_bytes()
    url = callback_url(f"http://127.0.0.1:{notify.port}", secret, "kannel")
    async with httpx.AsyncClient(timeout=30) as client:
        try:
            return (await client.get(url, params=kannel_query(reference, DELIVERED))).status_code
        except httpx.HTTPError:
            return 0


async def _report_until_heard(notify: Running, broker: kit.Broker, references: list[str]) -> None:
    async def heard(reference: str) -> bool:
        return await _report(notify, broker, reference) == 200

    for reference in references:
        await kit.eventually(partial(heard, reference))


def _arrived(stored: kit.ServiceDatabase, least: int) -> bool:
    return len(_rows(stored, "SELECT 1 FROM notification WHERE state = 'delivered'")) >= least


def _said(stored: kit.ServiceDatabase) -> int:
    query = "SELECT count(*) FROM outbox WHERE claim_name = 'evt.notify.message-delivered'"
    return int(_rows(stored, query)[0][0])


def _rows(stored: kit.ServiceDatabase, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(stored.owner_url) as connection:
        return connection.execute(query.encode()).fetchall()
