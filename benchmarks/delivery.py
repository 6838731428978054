"""Messages a second through claim, handle, stage, commit and relay, beside the same work by nats-py and psycopg alone.

Run: `python -m benchmarks.delivery [--messages N] [--rounds N]`. Both sides use the same broker, the same database,
the same batches and durable commits; the peer writes with COPY and multi-row statements and publishes pipelined.
Prints the median of each side and their ratio.
"""

import argparse
import asyncio
import json
import os
import shutil
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import psycopg
from nats.aio.client import Client
from nats.aio.msg import Msg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.consumer import BATCH_MESSAGES_MAX
from lotse_chassis.context import Context
from lotse_contracts import Message, intake, referral, subject_for, to_json
from lotse_contracts.envelope import envelope_of
from tests import kit
from tests.chassis import desk

MESSAGES = 4_000
ROUNDS = 3
PULL_SECONDS = 2.0
POLL_SECONDS = 0.05
NOTE = text("INSERT INTO effect (id, key) SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:keys AS text[]))")
DONE = "SELECT (SELECT count(*) FROM effect), (SELECT count(*) FROM outbox WHERE sent_at IS NOT NULL)"
RECEIPT_SECONDS = 10.0
PEER_TABLES = """
CREATE TABLE peer_inbox (name text, message_id uuid, at timestamptz, PRIMARY KEY (name, message_id));
CREATE TABLE peer_effect (id uuid NOT NULL, key text NOT NULL);
CREATE TABLE peer_outbox (position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, publish_id text UNIQUE,
 subject text, body bytea, sent_at timestamptz);
GRANT ALL ON peer_inbox, peer_effect, peer_outbox TO chassis;
"""


async def ours(database: kit.ServiceDatabase, broker: kit.Broker, messages: int) -> float:
    """Messages a second of the chassis, once it is going: from its second batch to the last relayed fact."""
    began: list[float] = []

    async def note_many(batch: Sequence[tuple[Message, Context]], tx: AsyncConnection) -> list[list[Message]]:
        """The handler under measure: one row and one fact for each message."""
        began.append(time.perf_counter())
        await tx.execute(
            NOTE, {"ids": [str(one.id) for _, one in batch], "keys": [message.key for message, _ in batch]}
        )
        return [[referral.GapFound(gap_id=uuid4(), code="housing", language="uk")] for _ in batch]

    async with broker.connected("intake") as client:
        await load(client, messages)
    listed: list[desk.Desk] = []
    service = desk.declared(database, broker, listed)
    service.hears_many(intake.ConcernAccepted, note_many)
    listed.append(desk.Desk(service, database, broker))
    async with service.running():
        await until_done(database, messages)
    return (messages - BATCH_MESSAGES_MAX) / (time.perf_counter() - began[1])


async def until_done(database: kit.ServiceDatabase, messages: int) -> None:
    """All took effect and all they said is sent; asked by one connection, a few times a second."""
    async with await psycopg.AsyncConnection.connect(database.owner_url, autocommit=True) as connection:
        while True:
            row = await (await connection.execute(DONE)).fetchone()
            if row == (messages, messages):
                return
            await asyncio.sleep(POLL_SECONDS)


async def peer(database: kit.ServiceDatabase, broker: kit.Broker, messages: int) -> float:
    """Messages a second of nats-py and psycopg alone, for the same."""
    async with broker.connected("ops") as ops, await psycopg.AsyncConnection.connect(database.url) as connection:
        js = ops.jetstream()
        subscription = await js.pull_subscribe_bind(durable="referral", stream="EVENTS")
        async with broker.connected("intake") as client:
            await load(client, messages)
        began = time.perf_counter()
        async with publishing(ops) as publish:
            done = 0
            while done < messages:
                batch = await subscription.fetch(BATCH_MESSAGES_MAX, timeout=PULL_SECONDS)
                rows = await settle(connection, batch)
                for raw in batch:
                    await raw.ack()
                await publish(rows)
                await mark(connection, rows)
                done += len(batch)
        return messages / (time.perf_counter() - began)


async def load(client: Client, messages: int) -> None:
    """Publish the messages of a run, pipelined."""
    js = client.jetstream()
    for _ in range(messages // BATCH_MESSAGES_MAX):
        futures = []
        for _ in range(BATCH_MESSAGES_MAX):
            subject, body, own = desk.on_the_wire(desk.concern())
            futures.append(await js.publish_async(subject, body, headers={"Nats-Msg-Id": str(own)}))
        await asyncio.gather(*futures)


async def settle(connection: psycopg.AsyncConnection, batch: list[Msg]) -> list[tuple[str, str, bytes]]:
    """One transaction: claims, effects and outbox rows of a whole batch."""
    bodies = [json.loads(raw.data) for raw in batch]
    said = []
    async with connection.transaction(), connection.cursor() as cursor:
        await cursor.execute(
            "INSERT INTO peer_inbox SELECT 'n', id, now() FROM unnest(%s::uuid[]) AS id ON CONFLICT DO NOTHING",
            ([body["id"] for body in bodies],),
        )
        async with cursor.copy("COPY peer_effect (id, key) FROM STDIN") as copy:
            for body in bodies:
                await copy.write_row((UUID(body["id"]), body["subject"]))
        async with cursor.copy("COPY peer_outbox (publish_id, subject, body) FROM STDIN") as copy:
            for _ in bodies:
                fact = referral.GapFound(gap_id=uuid4(), code="housing", language="uk")
                own = uuid4()
                envelope = envelope_of(fact, id=own, association=kit.ASSOCIATION, sender="referral", time=desk.now())
                row = (f"{own}.v1", subject_for(fact, kit.ASSOCIATION), to_json(envelope))
                said.append(row)
                await copy.write_row(row)
    return said


async def mark(connection: psycopg.AsyncConnection, rows: list[tuple[str, str, bytes]]) -> None:
    """Note what the stream has."""
    async with connection.transaction():
        await connection.execute(
            "UPDATE peer_outbox SET sent_at = now() WHERE publish_id = ANY(%s)", ([row[0] for row in rows],)
        )


@asynccontextmanager
async def publishing(client: Client) -> AsyncIterator[Callable[[list[tuple[str, str, bytes]]], Awaitable[None]]]:
    """All of a batch in flight at once, receipts counted."""
    inbox = client.new_inbox()
    left, arrived = [0], asyncio.Event()

    async def receipt(raw: Msg) -> None:
        left[0] -= 1
        if left[0] == 0:
            arrived.set()

    subscription = await client.subscribe(inbox, cb=receipt)

    async def publish(rows: list[tuple[str, str, bytes]]) -> None:
        left[0] = len(rows)
        arrived.clear()
        for publish_id, subject, body in rows:
            await client.publish(subject, body, reply=inbox, headers={"Nats-Msg-Id": publish_id})
        await asyncio.wait_for(arrived.wait(), RECEIPT_SECONDS)

    yield publish
    await subscription.unsubscribe()


async def measured(postgres: kit.Postgres, side: Callable[..., Awaitable[float]], messages: int) -> float:
    """Messages a second of one run, on a fresh database and a fresh broker."""
    database = postgres.database(kit.CHASSIS)
    desk.prepare(database)
    with psycopg.connect(database.owner_url) as connection:
        connection.execute(PEER_TABLES.encode())
    folder = kit.new_folder()
    broker = kit.start_broker(postgres.place, folder)
    try:
        await broker.provision()
        return await side(database, broker, messages)
    finally:
        broker.stop()
        shutil.rmtree(folder, ignore_errors=True)
        postgres.drop(database)


def main() -> None:
    """Run both sides in turns and print the ratio of their medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=MESSAGES)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    given = parser.parse_args()
    root = kit.new_folder()
    postgres = kit.start_postgres(kit.new_association(root), durable=True)
    sides: dict[str, list[float]] = {"chassis": [], "nats-py and psycopg": []}
    try:
        for _ in range(given.rounds):
            for name, side in (("chassis", ours), ("nats-py and psycopg", peer)):
                sides[name].append(asyncio.run(measured(postgres, side, given.messages)))
    finally:
        postgres.stop()
        shutil.rmtree(root, ignore_errors=True)
    medians = {name: statistics.median(rates) for name, rates in sides.items()}
    for name, rate in medians.items():
        print(f"{name}: {rate:,.0f} messages a second (median of {given.rounds})")
    ratio = medians["chassis"] / medians["nats-py and psycopg"]
    print(f"ratio: {ratio:.2f} (aim: 0.50 or better; {os.cpu_count()} cores)")


if __name__ == "__main__":
    main()
