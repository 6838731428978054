"""Notify as a process whose lines to everything are watched, so that it can be killed at any moment of a message's way.

Nothing of notify is changed for it: a moment is told by the bytes that pass.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import psycopg
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from nats.aio.client import Client

from lotse_contracts.envelope import Message, envelope_of, subject_for, to_json
from lotse_contracts.sealed import public_bytes
from lotse_contracts.values import ContactKind
from tests import kit
from tests.chaos.processes import Running, running
from tests.notify.given import contact_order, tell
from tests.peers.line import Line, Trap

BUSY = ("scheduled", "held", "ready", "in_flight")
START_SECONDS = 60.0
SETTLED_SECONDS = 60.0
PUBLISH_SECONDS = 30.0
AT_ONCE = 100
POSTGRES_PORT = 5432
ALWAYS = {
    "drafts_allowed": "true",
    "quiet_hours": "false",
    "cap_segments": "1000000",
    "recipients": "local",
    "poll_seconds": "0.1",
    "retry_seconds": "0.5",
}
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Somebody:
    """Who is told, and how she is reached."""

    person_id: UUID
    address: str


def people(count: int, address: Callable[[int], str]) -> list[Somebody]:
    """So many of them, `address` by their number."""
    return [Somebody(uuid4(), address(number)) for number in range(count)]


async def publish_orders(broker: kit.Broker, told: Sequence[Somebody], kind: ContactKind) -> None:
    """As intake does: of each of them a contact, and an order to tell her that an answer waits."""
    seal_key = X25519PrivateKey.from_private_bytes(broker.place.key("notify.seal").read_bytes())
    public_key, now = public_bytes(seal_key), datetime.now(UTC)
    async with broker.connected("intake") as intake:
        for start in range(0, len(told), AT_ONCE):
            orders: list[Message] = []
            for one in told[start : start + AT_ONCE]:
                orders.append(contact_order(one.person_id, public_key, kind=kind, value=one.address))
                orders.append(tell(one.person_id, "answer_waits", useful_by=now + DAY))
            await asyncio.gather(*(_published(intake, order, now) for order in orders))


async def _published(intake: Client, order: Message, now: datetime) -> None:
    envelope = envelope_of(order, id=uuid4(), association=kit.ASSOCIATION, sender="intake", time=now)
    subject, headers = subject_for(order, kit.ASSOCIATION), {"Nats-Msg-Id": str(envelope.id)}
    await intake.jetstream().publish(subject, to_json(envelope), headers=headers, timeout=PUBLISH_SECONDS)


@dataclass
class Lines:
    """Everything that notify speaks to, and who speaks to it."""

    database: Line
    broker: Line
    peer: Line
    receipts: Line

    async def start(self) -> None:
        for line in self.all():
            await line.start()

    async def stop(self) -> None:
        for line in self.all():
            await line.stop()

    def all(self) -> Sequence[Line]:
        return (self.database, self.broker, self.peer, self.receipts)

    def left(self) -> bool:
        """Whether notify's own lines are closed at both ends."""
        return not (self.database.opened or self.broker.opened)

    def clear(self) -> None:
        """No trap is set any more."""
        for line in self.all():
            line.trap = None


@dataclass
class Watched:
    """One notify and its lines."""

    notify: Running
    stored: kit.ServiceDatabase
    broker: kit.Broker
    lines: Lines
    _owner: psycopg.Connection[tuple[Any, ...]] | None = None

    def dies_at(self, line: str, trap: Trap) -> Trap:
        """Kill it when the trap springs."""
        watched: Line = getattr(self.lines, line)
        return watched.set_trap(Trap(trap.way, trap.sight, self.notify.kill, trap.count, trap.passes, cuts=True))

    async def start(self) -> None:
        self.notify.start()
        await kit.eventually(self._up, START_SECONDS)

    async def killed(self, trap: Trap) -> None:
        """Started, and dead where the trap is set."""
        self.notify.start()
        await kit.eventually(self.notify.died, START_SECONDS)
        assert trap.sprung, "it ended by itself"
        await kit.eventually(self.lines.left)  # the database learns of its end by the line alone, and frees its rows

    async def _up(self) -> bool:
        if self.notify.died():
            raise RuntimeError("it ended by itself")
        return await self.notify.says_ready()

    async def start_again(self) -> None:
        """Nothing else is done for it."""
        self.lines.clear()
        await self.start()

    async def tell(self, told: Sequence[Somebody], kind: ContactKind) -> None:
        """Each of them gets a contact and one message."""
        await publish_orders(self.broker, told, kind)

    def clock(self, file: Path) -> None:
        """Its clock can be put forward from now on."""
        file.write_text("0")
        self.notify.clock = file

    def passes(self, seconds: float) -> None:
        """So much time goes by at once."""
        assert self.notify.clock is not None
        self.notify.clock.write_text(str(seconds))

    def states(self) -> dict[UUID, str]:
        """What became of each person's message."""
        rows = self.rows("SELECT person_id, state FROM notification")
        return dict(rows)

    def attempts(self) -> list[str]:
        """The state of each try."""
        return [state for (state,) in self.rows("SELECT state FROM send_attempt ORDER BY started_at")]

    async def settled(self, count: int) -> dict[UUID, str]:
        """When nothing is under way any more and everybody has a message."""
        await kit.eventually(lambda: self._quiet(count), SETTLED_SECONDS)
        return self.states()

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """By one kept connection, since it is asked many times a second."""
        if self._owner is None:
            self._owner = psycopg.connect(self.stored.owner_url, autocommit=True)
        return self._owner.execute(query.encode(), values).fetchall()

    def close(self) -> None:
        if self._owner is not None:
            self._owner.close()

    def _quiet(self, count: int) -> bool:
        states = self.states()
        waiting = {str(person_id)[:4]: state for person_id, state in states.items() if state in BUSY}
        assert not waiting, waiting
        assert len(states) == count, f"{len(states)} of {count}"
        return "submitting" not in self.attempts()


@asynccontextmanager
async def watched(
    stored: kit.ServiceDatabase,
    broker: kit.Broker,
    *,
    peer_port: int,
    receipts_port: int | None = None,
    receipts_at: int = 0,
) -> AsyncIterator[Watched]:
    """Not started yet; its settings may still be changed.

    Receipts come over HTTP unless `receipts_port` is where notify takes them; who sends them comes to `receipts_at`.
    """
    with running("notify", stored, broker, **ALWAYS) as notify:
        url = urlsplit(stored.url)
        database, nats = Line(url.port or POSTGRES_PORT), Line(broker.plan.port)
        lines = Lines(database, nats, Line(peer_port), Line(receipts_port or notify.port, port=receipts_at))
        await lines.start()
        notify.changed |= {
            "LOTSE_DATABASE_URL": stored.url.replace(f":{url.port}/", f":{database.port}/"),
            "LOTSE_NATS_URL": f"nats://127.0.0.1:{nats.port}",
        }
        house = Watched(notify, stored, broker, lines)
        try:
            yield house
        finally:
            house.close()
            notify.kill()
            await lines.stop()
