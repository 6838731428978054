"""A service with nothing but the chassis: it hears concerns and orders, notes each effect in a table, says a fact."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
from nats.aio.client import Client
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_chassis.service import Service
from lotse_chassis.settings import Settings
from lotse_contracts import Message, envelope_of, intake, referral, subject_for, to_json
from lotse_contracts.catalogue import SERVICES, facts_of, orders_to
from tests import kit

EFFECT = "CREATE TABLE effect (id uuid NOT NULL, key text NOT NULL)"


@dataclass
class Desk:
    """What a test holds: the running service, its database, its broker."""

    service: Service
    database: kit.ServiceDatabase
    broker: kit.Broker
    spoil: Callable[[Message], None] = field(default=lambda message: None)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Read as the owner, committed data only."""
        with psycopg.connect(self.database.owner_url) as connection:
            return connection.execute(statement.encode()).fetchall()

    def effects(self) -> int:
        return int(self.rows("SELECT count(*) FROM effect")[0][0])

    def unsent(self) -> int:
        return int(self.rows("SELECT count(*) FROM outbox WHERE sent_at IS NULL")[0][0])


def concern(person_id: UUID | None = None) -> intake.ConcernAccepted:
    """A fact that referral hears."""
    return intake.ConcernAccepted(
        concern_id=uuid4(),
        case_id=uuid4(),
        person_id=person_id or uuid4(),
        version=1,
        code="housing",
        urgency="normal",
        language="uk",
    )


def now() -> datetime:
    return datetime.now(UTC)


def on_the_wire(message: Message, *, id: UUID | None = None, sender: str = "intake") -> tuple[str, bytes, UUID]:
    """Subject, body and envelope id as the sender would publish."""
    own = id or uuid4()
    envelope = envelope_of(message, id=own, association=kit.ASSOCIATION, sender=sender, time=now())
    return subject_for(message, kit.ASSOCIATION), to_json(envelope), own


async def publish(client: Client, message: Message, *, id: UUID | None = None, sender: str = "intake") -> UUID:
    """Publish once and wait for the stream's receipt; the broker's own dedupe is kept out of the way."""
    subject, body, own = on_the_wire(message, id=id, sender=sender)
    await client.jetstream().publish(subject, body, headers={"Nats-Msg-Id": str(uuid4())})
    return own


def prepare(database: kit.ServiceDatabase) -> None:
    with psycopg.connect(database.owner_url) as connection:
        connection.execute(EFFECT)
        connection.execute(b"GRANT SELECT, INSERT ON effect TO " + database.service.encode())


def declared(database: kit.ServiceDatabase, broker: kit.Broker, desk: list[Desk]) -> Service:
    """The service under test; `desk[0].spoil` decides what fails."""
    settings = Settings(
        association=kit.ASSOCIATION,
        database_url=database.url,
        nats_url=broker.url,
        nats_seed_file=broker.seed_file("referral"),
        http_port=0,
    )
    service = Service("referral", settings, {"no_more": dict.fromkeys(("uk", "ru", "de", "en"), "no more")})

    async def note(message: Message, context: Context, tx: AsyncConnection) -> Sequence[Message]:
        await tx.execute(
            text("INSERT INTO effect (id, key) VALUES (:id, :key)"), {"id": context.id, "key": message.key}
        )
        desk[0].spoil(message)
        return [referral.GapFound(gap_id=uuid4(), code="housing", language="uk")]

    for service_name in SERVICES:
        for fact in facts_of(service_name):
            service.hears(fact, note)
    for order in orders_to("referral"):
        service.hears(order, note)
    return service


@asynccontextmanager
async def running_desk(
    database: kit.ServiceDatabase, broker: kit.Broker, spoil: Callable[[Message], None] = lambda message: None
) -> AsyncIterator[Desk]:
    """Started and ready; stopped gracefully at the end."""
    desk: list[Desk] = []
    service = declared(database, broker, desk)
    desk.append(Desk(service, database, broker, spoil))
    async with service.running():
        await service.ready()
        yield desk[0]


def refuse(message: Message) -> None:
    raise Refused("no_more", fields=("code",))


def break_down(message: Message) -> None:
    raise RuntimeError("of Olena Shevchenko, +380501234567")
