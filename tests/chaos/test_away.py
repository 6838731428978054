"""Broker away, database away, both: the services wait, the publishers repeat, and everything takes effect once."""

import asyncio
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import nats.errors
import pytest
from nats.aio.client import Client

from lotse_chassis import reconcile
from lotse_contracts import Message, envelope_of, intake, subject_for, to_json
from tests import kit
from tests.chaos import wire
from tests.chaos.processes import Running, running

MESSAGES = 150
FLOOD, FLOOD_RATE, FLOOD_BURST = 1_500, 20, 20  # orders; a second; and at once
Databases = Callable[[str], kit.ServiceDatabase]


async def publish_until_stored(client: Client, own: UUID, message: Message, sender: str) -> None:
    """As the guide asks of a frontend: repeat with the same id until the stream has it."""
    envelope = envelope_of(message, id=own, association=kit.ASSOCIATION, sender=sender, time=datetime.now(UTC))
    while True:
        try:
            await client.jetstream(timeout=2).publish(
                subject_for(message, kit.ASSOCIATION), to_json(envelope), headers={"Nats-Msg-Id": str(own)}
            )
        except (nats.errors.Error, TimeoutError, OSError):
            await asyncio.sleep(0.1)
        else:
            return


async def publish_all(broker: kit.Broker, load: wire.Load, pause: float = 0.02) -> None:
    async with broker.connected(load.user, max_reconnect_attempts=-1, reconnect_time_wait=0.2) as client:
        for own, message in load.messages:
            await publish_until_stored(client, own, message, load.user)
            await asyncio.sleep(pause)


async def cut(what: str, broker: kit.Broker, postgres: kit.Postgres, one: Running) -> None:
    """Kill what is named, let it be missed, start it again."""
    if what in ("broker", "both"):
        broker.kill()
    if what in ("database", "both"):
        postgres.kill()
    await kit.eventually(lambda: _misses(one))
    if what in ("database", "both"):
        postgres.start()
    if what in ("broker", "both"):
        broker.start()


async def _misses(one: Running) -> bool:
    return not await one.says_ready()


@pytest.mark.parametrize("what", ["broker", "database", "both"])
async def test_what_is_away_under_load_is_waited_for_and_nothing_is_lost(
    what: str, database: Databases, broker: kit.Broker, postgres: kit.Postgres
) -> None:
    own = database("intake")
    load = wire.intake_load(broker, MESSAGES)
    with running("intake", own, broker) as one:
        one.start()
        await one.ready()
        publishing = asyncio.create_task(publish_all(broker, load))
        await kit.eventually(lambda: len(wire.rows(own, load.effects)) > MESSAGES // 10)
        await cut(what, broker, postgres, one)
        await asyncio.wait_for(publishing, kit.EVENTUALLY_SECONDS)
        await kit.eventually(lambda: wire.settled(own, load))
        await one.ready()
        assert one.starts == 1
    await wire.assert_once(broker, own, load)
    assert await wire.dead(broker) == []


async def test_a_wiped_broker_under_load_loses_nothing_when_publishers_repeat_and_lotse_reconciles(
    database: Databases, broker: kit.Broker
) -> None:
    """The publisher repeats until `ask` knows its enquiry; what the services had said is said again."""
    own, other = database("intake"), database("referral")
    load = wire.intake_load(broker, MESSAGES)
    with running("intake", own, broker) as one:
        one.start()
        await one.ready()
        publishing = asyncio.create_task(publish_all(broker, load))
        await kit.eventually(lambda: len(wire.rows(own, load.effects)) > MESSAGES // 4)
        broker.kill()
        broker.wipe()
        broker.start()
        await broker.provision()
        await asyncio.wait_for(publishing, 60)
        await publish_all(broker, load, pause=0)
        await kit.eventually(lambda: wire.settled(own, load))
        found = [row[0] for row in wire.rows(own, load.effects)]
        assert len(found) == len(set(found)) == MESSAGES
        # Notify and referral never ran here: what they must still hear is said again, what nobody hears is not.
        told = wire.rows(own, "SELECT message_id FROM outbox WHERE claim_name = 'cmd.notify.tell'")
        brokers = reconcile.Brokers(broker.url, broker.seed("ops"))
        databases = {"intake": own.owner_url, "notify": database("notify").owner_url, "referral": other.owner_url}
        again = await reconcile.reconcile(brokers, databases, kit.ASSOCIATION, now=datetime.now(UTC))
        assert again["intake"] > 0
        await kit.eventually(lambda: wire.settled(own, load))
        waiting = await commands(broker, ".cmd.notify.tell.")
        assert {row[0] for row in told} == waiting
        repeated = await reconcile.reconcile(brokers, databases, kit.ASSOCIATION, now=datetime.now(UTC))
        assert repeated["intake"] == 0


async def commands(broker: kit.Broker, name: str) -> set[UUID]:
    """The envelope ids of the orders of a name that wait in COMMANDS."""
    found = set()
    async with broker.connected("ops") as client:
        js = client.jetstream()
        info = await js.stream_info("COMMANDS")
        for sequence in range(info.state.first_seq or 1, (info.state.last_seq or 0) + 1):
            raw = await js.get_msg("COMMANDS", sequence)
            if name in (raw.subject or ""):
                found.add(UUID((raw.headers or {})["Nats-Msg-Id"].split(".")[0]))
    return found


async def test_intake_away_for_seven_days_takes_everything_up_when_it_returns(
    database: Databases, broker: kit.Broker
) -> None:
    """Orders of a week ago, with tokens that were valid then, are taken as if they had come at once."""
    own = database("intake")
    week_ago = datetime.now(UTC) - timedelta(days=7)
    load = wire.intake_load(broker, MESSAGES)
    staff = intake.RecordContact(
        contact_id=UUID(int=7),
        at=week_ago,
        minutes=20,
        channel="phone",
        depth="information",
        language="uk",
    )
    async with broker.connected(load.user) as client:
        await wire.publish(broker, client, load, sender_time=week_ago)
    async with broker.connected("desk") as client:
        envelope = envelope_of(
            staff, id=UUID(int=8), association=kit.ASSOCIATION, sender="desk", time=week_ago + timedelta(minutes=5)
        )
        headers = {"Nats-Msg-Id": secrets.token_hex(8), "lotse-token": wire.token(broker, "counsellor", week_ago)}
        await client.jetstream().publish(subject_for(staff, kit.ASSOCIATION), to_json(envelope), headers=headers)
    with running("intake", own, broker) as one:
        one.start()
        await kit.eventually(lambda: wire.settled(own, load))
        await kit.eventually(lambda: wire.rows(own, "SELECT 1 FROM contact"))
    await wire.assert_once(broker, own, load)
    assert await wire.dead(broker) == []


async def test_a_flood_of_anonymous_orders_never_delays_staff(database: Databases, broker: kit.Broker) -> None:
    """The flooded frontend waits behind its bucket; the desk's order is committed while the flood still waits."""
    own = database("intake")
    flood = wire.intake_load(broker, FLOOD)
    desk = wire.enquiry(broker, frontend="desk")
    with running(
        "intake", own, broker, public_orders_per_second=f"{FLOOD_RATE}", public_orders_burst=f"{FLOOD_BURST}"
    ) as one:
        one.start()
        await one.ready()
        flooded = asyncio.get_running_loop().time()
        async with broker.connected("bot") as client:
            await wire.publish(broker, client, flood)
        async with broker.connected("desk") as client:
            began = asyncio.get_running_loop().time()
            await wire.publish(broker, client, wire.Load("desk", [(UUID(int=9), desk)], "", "", 0, 0))
            await kit.eventually(
                lambda: wire.rows(own, f"SELECT 1 FROM enquiry WHERE enquiry_id = '{desk.enquiry_id}'"),
                FLOOD / FLOOD_RATE / 2,  # long before the flood has passed
            )
            waited = asyncio.get_running_loop().time() - began
        taken = len(wire.rows(own, flood.effects)) - 1
        allowed = FLOOD_BURST + FLOOD_RATE * (asyncio.get_running_loop().time() - flooded)
        assert taken <= allowed, "the flood is held back by its bucket"
        print(f"the desk's order was committed after {waited:.2f} s, {taken} of the flood's {FLOOD} by then")
