"""Two ledgers as processes of their own, each with its broker and its database, and the hub between them."""

import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import httpx
import psycopg

from lotse_chassis import streams
from lotse_chassis.identity import Staff, issue_token
from lotse_contracts import envelope_of, subject_for, to_json
from lotse_contracts.answers import TOKEN_HEADER
from lotse_contracts.ledger import FileApplication
from lotse_ledger.domain.checkpoints import origin_of
from lotse_local import broker as brokers
from lotse_local import cards, keyring, nkey, process
from lotse_local.broker_config import HubPlan, Leaf, hub_config
from lotse_local.layout import AssociationFolder
from tests import kit
from tests.chaos import wire
from tests.chaos.processes import Running, running

HERE, THERE = kit.ASSOCIATION, "plattform"
WAIT_SECONDS = 60.0
NUDGE_SECONDS = 10.0
NUDGES_MAX = 12
AGAIN_SECONDS = "5"  # sooner than in earnest


@dataclass(repr=False)
class Side:
    """One association: its broker, its database and its ledger as a process."""

    name: str
    broker: kit.Broker
    database: kit.ServiceDatabase
    ledger: Running

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        return wire.rows(self.database, statement)

    def number(self, statement: str) -> int:
        return int(self.rows(statement)[0][0] or 0)

    @property
    def size(self) -> int:
        return self.number("SELECT count(*) FROM entry WHERE log_id = 0")

    @property
    def signed(self) -> int:
        return self.number("SELECT max(size) FROM checkpoint")

    @property
    def cosigned(self) -> int:
        return self.number("SELECT max(size) FROM cosignature WHERE line IS NOT NULL")

    def seen_of(self, other: str) -> int:
        return self.number(f"SELECT max(size) FROM witness_head WHERE origin = '{origin_of(other)}'")

    def alarms(self) -> list[str]:
        return [row[0] for row in self.rows("SELECT code FROM alarm ORDER BY id")]

    async def restart(self) -> None:
        self.ledger.start()
        await self.ledger.ready(WAIT_SECONDS)

    async def get(self, path: str, **headers: str) -> httpx.Response:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.ledger.port}", timeout=10) as client:
            return await client.get(path, headers=headers)

    async def order(self, number: int) -> int:
        """Applications for as many grants, as the treasurer enters them; the size of the log once they are in it."""
        wanted = self.size + number
        key, now = keyring.signing_key(self.broker.place, keyring.TOKEN_KEY), datetime.now(UTC)
        staff = Staff("k1", "treasurer")
        token = issue_token(staff, key, association=self.name, at=now, lifetime=timedelta(hours=8))
        async with self.broker.connected("desk") as client:
            for _ in range(number):
                order, own = application(), uuid4()
                envelope = envelope_of(order, id=own, association=self.name, sender="desk", time=now)
                headers = {"Nats-Msg-Id": str(own), TOKEN_HEADER: token}
                await client.jetstream().publish(subject_for(order, self.name), to_json(envelope), headers=headers)
        return wanted

    async def book(self, number: int) -> None:
        """The same, and they are in the log."""
        wanted = await self.order(number)
        await kit.eventually(lambda: self.size == wanted, WAIT_SECONDS)

    def as_owner(self, *statements: str) -> None:
        """What no service can do and whoever owns the machine can: the past is changed where it is stored."""
        with psycopg.connect(self.database.owner_url) as connection:
            for statement in statements:
                connection.execute(statement.encode())


@dataclass(repr=False)
class Pair:
    """Both sides and the hub."""

    here: Side
    there: Side
    hub_command: process.Command
    hub_plan: HubPlan
    hub: Any = field(default=None)

    def start_hub(self) -> None:
        self.hub = brokers.start(self.hub_command, self.hub_plan.monitor_port)

    def stop_hub(self) -> None:
        process.stop(self.hub_command, self.hub)

    async def join(self) -> None:
        """Start the hub again."""
        self.start_hub()
        await self.nudge()

    async def nudge(self) -> None:
        """Wake sources that slept through a cut link, as the supervisor does."""
        for side in (self.here, self.there):
            await nudge(side.broker)

    async def all_countersigned(self) -> None:
        """Each witness has seen all of the other's log, and each log has her signature.

        Sources that slept through a cut link are woken again and again, as the supervisor does.
        """
        for left in reversed(range(NUDGES_MAX)):
            await self.nudge()
            try:
                for side, other in ((self.here, self.there), (self.there, self.here)):
                    await kit.eventually(partial(_countersigned, side, other), NUDGE_SECONDS)
            except AssertionError:
                if not left:
                    raise
            else:
                return


def _countersigned(side: Side, other: Side) -> bool:
    assert (side.signed, side.cosigned, other.seen_of(side.name)) == (side.size,) * 3, f"of {side.name}"
    return True


def application() -> FileApplication:
    """An entry that no partner is told of: the sizes of the two logs are their own."""
    return FileApplication(
        grant_id=uuid4(),
        application_id=uuid4(),
        state="applied",
        applicant=HERE,
        remark="Saal",
        amount=1_00,
        budget_year=2026,
        valid_on="2026-01-15",
        standing="demo",
    )


@asynccontextmanager
async def running_pair(postgres: kit.Postgres) -> AsyncIterator[Pair]:
    """Two associations that know each other's cards, and the hub; both ledgers sign after every entry."""
    folder = kit.new_folder()
    async with AsyncExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        places = {name: kit.new_association(folder, name) for name in (HERE, THERE)}
        for name, other in ((HERE, THERE), (THERE, HERE)):
            cards.add_partner(places[name], cards.own_card(places[other]))
        plan = hub_of(places)
        leaf = Leaf(f"nats-leaf://127.0.0.1:{plan.leaf_port}")
        sides = {}
        for name, place in places.items():
            member = kit.start_broker(place, folder / f"nats-{name}", leaf=leaf)
            stack.callback(member.stop)
            database = postgres.database("ledger")
            stack.callback(postgres.drop, database)
            changed = {"fed_seed_file": str(place.seed("ledger-fed")), "checkpoint_entries": "1"}
            changed["transfer_again_seconds"] = AGAIN_SECONDS
            ledger = stack.enter_context(running("ledger", database, member, **changed))
            sides[name] = Side(name, member, database, ledger)
        both = Pair(sides[HERE], sides[THERE], brokers.command(folder / "hub", hub_config(plan)), plan)
        both.start_hub()
        stack.callback(both.stop_hub)
        for side in sides.values():
            await provision(side.broker)
            side.ledger.start()
        for side in sides.values():
            await side.ledger.ready(WAIT_SECONDS)
        yield both


def hub_of(places: dict[str, AssociationFolder]) -> HubPlan:
    """The hub that joins these associations."""
    keys = {name: nkey.public_of(keyring.seed(place, keyring.LEAF_USER)) for name, place in places.items()}
    port, leaf_port, monitor_port = kit.free_ports(3)
    return HubPlan(port, leaf_port, monitor_port, keys={**keys, "sys": nkey.public_of(nkey.new_seed())})


async def nudge(member: kit.Broker) -> None:
    """Wake the sources of one side, whose link stands."""
    await member.linked()
    await streams.nudge_sources(member.url, member.seed("fedops"))


async def provision(member: kit.Broker) -> None:
    await member.provision()
    await member.provision_federation(THERE if member.association == HERE else HERE)
