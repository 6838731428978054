"""The whole of notify on a real broker, database and mail server: what comes in leaves as a mail, once."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg
from prometheus_client import generate_latest

from lotse_chassis.service import Service
from lotse_contracts.envelope import Message, envelope_of, subject_for, to_json
from lotse_contracts.notify import ErasePerson
from lotse_contracts.sealed import public_bytes
from tests import kit
from tests.notify.given import ADDRESS, NAME, Databases, contact_order, tell
from tests.notify.mailserver import MailServer

Runner = Callable[..., Awaitable[Service]]
USEFUL = timedelta(days=1)


async def publish(client: Client, message: Message, *, service: Service, id: UUID | None = None) -> None:
    """As intake would; the broker's own dedupe is kept out of the way."""
    envelope = envelope_of(message, id=id or uuid4(), association=kit.ASSOCIATION, sender="intake", time=service.now())
    headers = {"Nats-Msg-Id": str(uuid4())}
    await client.jetstream().publish(subject_for(message, kit.ASSOCIATION), to_json(envelope), headers=headers)


def order(service: Service, person_id: UUID, **how: Any) -> Message:
    assert service.seal_key is not None
    return contact_order(person_id, public_bytes(service.seal_key), **how)


def notice(service: Service, person_id: UUID, **how: Any) -> Message:
    return tell(person_id, "answer_waits", useful_by=service.now() + USEFUL, **how)


async def test_what_comes_over_the_broker_leaves_as_a_mail_and_a_fact(
    run_service: Runner, broker: kit.Broker, mailserver: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    service = await run_service(
        "notify", smtp_port=mailserver.port, drafts_allowed=True, quiet_hours=False, recipients="local"
    )
    person_id, facts = uuid4(), list[Msg]()
    async with broker.connected("desk") as desk, broker.connected("intake") as intake:

        async def follow(fact: Msg) -> None:
            facts.append(fact)

        await desk.subscribe(f"lotse.{kit.ASSOCIATION}.evt.notify.message-sent.v1.*", cb=follow)
        await publish(intake, notice(service, person_id), service=service)
        await publish(intake, order(service, person_id), service=service)
        await kit.eventually(lambda: facts and mailserver.taken)
    assert facts[0].subject.endswith(str(person_id))
    assert mailserver.taken[0].recipient == ADDRESS
    heard = caplog.text + str(facts[0].data) + str(facts[0].headers)
    assert not any(value in heard for value in (ADDRESS, *NAME.split()))


async def test_ten_deliveries_are_one_mail(run_service: Runner, broker: kit.Broker, mailserver: MailServer) -> None:
    service = await run_service(
        "notify", smtp_port=mailserver.port, drafts_allowed=True, quiet_hours=False, recipients="local"
    )
    person_id, contact_id, tell_id, last = uuid4(), uuid4(), uuid4(), uuid4()
    async with broker.connected("intake") as intake:
        for _ in range(10):
            await publish(intake, notice(service, person_id), service=service, id=tell_id)
            await publish(intake, order(service, person_id), service=service, id=contact_id)
        await publish(intake, order(service, last, value="last@example.org"), service=service)
        await publish(intake, notice(service, last), service=service)
        await kit.eventually(lambda: any(taken.recipient == "last@example.org" for taken in mailserver.taken))
    assert [taken.recipient for taken in mailserver.taken].count(ADDRESS) == 1


async def test_the_mail_waits_for_a_mail_server_that_is_away(
    run_service: Runner, broker: kit.Broker, mailserver: MailServer
) -> None:
    await mailserver.stop()
    service = await run_service(
        "notify",
        smtp_port=mailserver.port,
        drafts_allowed=True,
        quiet_hours=False,
        recipients="local",
        retry_seconds=0.2,
    )
    person_id = uuid4()
    async with broker.connected("intake") as intake:
        await publish(intake, order(service, person_id), service=service)
        await publish(intake, notice(service, person_id), service=service)
        await kit.eventually(lambda: b'ending="not_sent",provider="smtp"} ' in _metrics(service))
    await mailserver.start()
    await kit.eventually(lambda: len(mailserver.taken) == 1)


async def test_a_known_outcome_outlives_a_database_that_is_away(
    run_service: Runner, broker: kit.Broker, mailserver: MailServer, postgres: kit.Postgres, database: Databases
) -> None:
    mailserver.does = "silent_after_dot"
    on = database("notify")
    service = await run_service(
        "notify", on=on, smtp_port=mailserver.port, drafts_allowed=True, quiet_hours=False, recipients="local"
    )
    person_id = uuid4()
    async with broker.connected("intake") as intake:
        await publish(intake, order(service, person_id), service=service)
        await publish(intake, notice(service, person_id), service=service)
        await kit.eventually(mailserver.waiting.is_set)
    postgres.stop()
    mailserver.go_on()
    await kit.eventually(lambda: b'ending="accepted",provider="smtp"} 1.0' in _metrics(service))
    postgres.start()
    await kit.eventually(lambda: _states(on) == ["handed_over"], 30)
    assert len(mailserver.taken) == 1


async def test_an_erasure_is_answered_with_a_receipt_and_later_orders_change_nothing(
    run_service: Runner, broker: kit.Broker, mailserver: MailServer, database: Databases
) -> None:
    on = database("notify")
    service = await run_service(
        "notify", on=on, smtp_port=mailserver.port, drafts_allowed=True, quiet_hours=False, recipients="local"
    )
    person_id, receipts = uuid4(), list[Msg]()
    async with broker.connected("desk") as desk, broker.connected("intake") as intake:

        async def follow(receipt: Msg) -> None:
            receipts.append(receipt)

        await desk.subscribe(f"lotse.{kit.ASSOCIATION}.evt.notify.person-erased.v1.*", cb=follow)
        await publish(intake, order(service, person_id), service=service)
        await publish(intake, ErasePerson(person_id=person_id), service=service)
        await publish(intake, order(service, person_id, version=2), service=service)
        await publish(intake, notice(service, person_id), service=service)
        await kit.eventually(lambda: receipts, 20)
        await publish(intake, ErasePerson(person_id=person_id), service=service)
        await kit.eventually(lambda: len(receipts) == 2)
    assert _states(on) == []
    assert len(mailserver.taken) == 1, "her farewell"


def _metrics(service: Service) -> bytes:
    return generate_latest(service.meters.registry)


def _states(database: kit.ServiceDatabase) -> list[str]:
    try:
        with psycopg.connect(database.owner_url) as connection:
            return [row[0] for row in connection.execute("SELECT state FROM notification").fetchall()]
    except psycopg.OperationalError:
        return ["the database is away"]
