"""Rule 6: what is said again from the dead letters begins at the policy and sends nothing twice, over a real broker."""

from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import psycopg
from nats.aio.client import Client

from lotse_chassis import dead
from lotse_chassis.dead import Replay
from lotse_chassis.reconcile import Brokers
from lotse_chassis.service import Service
from lotse_contracts.envelope import Message, envelope_of, subject_for, to_json
from lotse_contracts.notify import Tell, TemplateArgument
from lotse_contracts.sealed import public_bytes
from tests import kit
from tests.notify.given import ADDRESS, Databases, contact_order, tell
from tests.notify.mailserver import MailServer
from tests.notify.test_service import USEFUL

Runner = Callable[..., Awaitable[Service]]


async def publish(client: Client, message: Message, *, service: Service, id: UUID) -> None:
    envelope = envelope_of(message, id=id, association=kit.ASSOCIATION, sender="intake", time=service.now())
    headers = {"Nats-Msg-Id": str(uuid4())}
    await client.jetstream().publish(subject_for(message, kit.ASSOCIATION), to_json(envelope), headers=headers)


def forgotten(database: kit.ServiceDatabase, message_id: UUID) -> bool:
    """Take the claim away, as a replay does; whether there was one."""
    with psycopg.connect(database.owner_url) as connection:
        gone = connection.execute("DELETE FROM inbox WHERE message_id = %s RETURNING 1", (message_id,)).fetchone()
    return gone is not None


async def test_an_order_that_took_effect_sends_nothing_when_its_claim_is_forgotten_and_it_comes_again(
    run_service: Runner, broker: kit.Broker, mailserver: MailServer, database: Databases
) -> None:
    on = database("notify")
    service = await run_service(
        "notify", on=on, smtp_port=mailserver.port, drafts_allowed=True, quiet_hours=False, recipients="local"
    )
    assert service.seal_key is not None
    person_id, other_id, tell_id = uuid4(), uuid4(), uuid4()
    useful = service.now() + USEFUL
    async with broker.connected("intake") as intake:
        for one, address in ((person_id, ADDRESS), (other_id, "last@example.org")):
            contact = contact_order(one, public_bytes(service.seal_key), value=address)
            await publish(intake, contact, service=service, id=uuid4())
        order = tell(person_id, "answer_waits", useful_by=useful)
        await publish(intake, order, service=service, id=tell_id)
        await kit.eventually(lambda: len(mailserver.taken) == 1)
        for _ in range(3):
            assert forgotten(on, tell_id)
            await publish(intake, order, service=service, id=tell_id)
            await kit.eventually(lambda: _claimed(on, tell_id))
        await publish(intake, tell(other_id, "answer_waits", useful_by=useful), service=service, id=uuid4())
        await kit.eventually(lambda: any(taken.recipient == "last@example.org" for taken in mailserver.taken))
    assert [taken.recipient for taken in mailserver.taken].count(ADDRESS) == 1
    with psycopg.connect(on.owner_url) as connection:
        (tries,) = connection.execute("SELECT count(*) FROM send_attempt").fetchone() or (0,)
        said = connection.execute("SELECT because FROM decision WHERE decision = 'ignored'").fetchall()
    assert tries == 2
    assert said == [("already_told",)] * 3


async def test_a_dead_letter_that_is_replayed_before_its_cause_is_mended_is_a_dead_letter_again(
    run_service: Runner, broker: kit.Broker, mailserver: MailServer, database: Databases
) -> None:
    on = database("notify")
    service = await run_service(
        "notify", on=on, smtp_port=mailserver.port, drafts_allowed=True, quiet_hours=False, recipients="local"
    )
    wrong = Tell(
        person_id=uuid4(),
        template="answer_waits",
        arguments=(TemplateArgument(name="surname", value="x"),),
        useful_by=service.now() + USEFUL,
        dedupe_key="k1",
    )
    brokers = Brokers(broker.url, broker.seed("ops"))
    async with broker.connected("intake") as intake:
        await publish(intake, wrong, service=service, id=uuid4())

    async def letters(number: int) -> bool:
        return len(await dead.listed(brokers)) == number

    await kit.eventually(lambda: letters(1))
    (letter,) = await dead.listed(brokers)
    assert "wrong_arguments" in letter.reason
    assert "surname" not in letter.reason
    how = Replay(brokers, {"notify": on.url}, kit.ASSOCIATION, service.now())
    await dead.replay(how, letter.number)

    async def again() -> bool:
        return [one.number > letter.number for one in await dead.listed(brokers)] == [True]

    await kit.eventually(again)
    assert mailserver.taken == []


def _claimed(database: kit.ServiceDatabase, message_id: UUID) -> bool:
    with psycopg.connect(database.owner_url) as connection:
        return connection.execute("SELECT 1 FROM inbox WHERE message_id = %s", (message_id,)).fetchone() is not None
