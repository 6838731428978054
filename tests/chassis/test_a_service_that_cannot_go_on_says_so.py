"""No service that only seems to live: it waits visibly, or it ends so that it is started again; and it always ends."""

import asyncio
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import nkeys
import pytest

from lotse_chassis import housekeeping
from lotse_chassis.database import engine_of
from lotse_chassis.service import Service
from lotse_chassis.settings import Settings
from tests import kit
from tests.chassis import desk

OLD_ROWS = """INSERT INTO inbox (name, message_id, at)
 SELECT 'evt.x.y', gen_random_uuid(), now() - interval '60 days' FROM generate_series(1, 12000)"""


@pytest.fixture
def own_database(database: Callable[[str], kit.ServiceDatabase]) -> kit.ServiceDatabase:
    fresh = database(kit.CHASSIS)
    desk.prepare(fresh)
    return fresh


@pytest.fixture
def unknown_seed() -> Iterator[Path]:
    """A key that the broker has never heard of."""
    folder = kit.new_folder()
    file = folder / "seed"
    file.write_bytes(nkeys.encode_seed(os.urandom(32), nkeys.PREFIX_BYTE_USER))
    yield file
    kit.remove(folder)


def bare(database: kit.ServiceDatabase, broker: kit.Broker, **changed: object) -> Service:
    settings = Settings(
        association=kit.ASSOCIATION,
        database_url=database.url,
        nats_url=broker.url,
        nats_seed_file=broker.seed_file("referral"),
        http_port=-1,
    )
    return Service("referral", settings.model_copy(update=changed))


async def test_a_broker_that_does_not_let_us_in_is_said_and_the_service_can_be_stopped(
    own_database: kit.ServiceDatabase, broker: kit.Broker, unknown_seed: Path
) -> None:
    service = bare(own_database, broker, nats_seed_file=unknown_seed)
    async with asyncio.timeout(8), service.running():
        await kit.eventually(lambda: "let us in" in service.missing().get("broker", ""), 5)


async def test_a_federation_that_does_not_let_us_in_is_said_and_holds_up_nothing_else(
    own_database: kit.ServiceDatabase, broker: kit.Broker, unknown_seed: Path
) -> None:
    service = bare(own_database, broker, fed_seed_file=unknown_seed)
    async with asyncio.timeout(20), service.running():
        await kit.eventually(lambda: set(service.missing()) == {"federation"})


async def test_a_connection_that_nats_gives_up_for_good_ends_the_process(
    own_database: kit.ServiceDatabase, broker: kit.Broker
) -> None:
    async with desk.running_desk(own_database, broker) as one:
        client = one.service._life.client
        assert client is not None
        assert client._transport is not None
        client._transport.write(b"NONSENSE\r\n")
        await kit.eventually(lambda: one.service.failed)
        assert "broker" in one.service.missing()


async def test_a_handler_that_cancels_itself_does_not_silence_its_consumer(
    own_database: kit.ServiceDatabase, broker: kit.Broker
) -> None:
    broker.ack_wait_seconds = 2.0
    await broker.provision()
    tried = []

    def cancelled_once(message: object) -> None:
        tried.append(message)
        if len(tried) == 1:
            raise asyncio.CancelledError

    async with desk.running_desk(own_database, broker, cancelled_once) as one, broker.connected("intake") as client:
        await desk.publish(client, desk.concern())
        await kit.eventually(lambda: one.effects() == 1, 15)


async def test_what_does_not_end_is_cancelled(
    own_database: kit.ServiceDatabase, broker: kit.Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lotse_chassis.service.STOP_SECONDS", 0.5)
    service, ended = bare(own_database, broker), []

    async def stubborn(stopping: asyncio.Event) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("cancelled")

    service.works("stubborn", stubborn)
    async with asyncio.timeout(20):
        async with service.running():
            await service.ready()
        assert ended == ["cancelled"]


async def test_housekeeping_goes_on_until_nothing_old_is_left(own_database: kit.ServiceDatabase) -> None:
    engine, stopping = engine_of(own_database.url), asyncio.Event()
    async with engine.begin() as tx:
        await tx.exec_driver_sql(OLD_ROWS)
    running = asyncio.create_task(housekeeping.run(engine, desk.now, stopping))

    async def swept() -> bool:
        async with engine.connect() as tx:
            return (await tx.exec_driver_sql("SELECT 1 FROM inbox LIMIT 1")).first() is None

    await kit.eventually(swept)
    stopping.set()
    await running
    await engine.dispose()
