"""Two ledgers as two processes, each with its broker and its database, a hub between them: honest, cut off, killed,
wiped, and at last dishonest."""

import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from lotse_chassis import streams
from lotse_chassis.identity import Auditor, Staff, issue_auditor_token, issue_token
from lotse_contracts import envelope_of, subject_for, to_json
from lotse_contracts.answers import TOKEN_HEADER
from lotse_contracts.ledger import RecordDecision
from lotse_ledger.domain.checkpoints import head_of, origin_of
from lotse_ledger.domain.notes import parse_vkey, signers
from lotse_ledger.domain.proofs import inclusion_holds
from lotse_ledger.domain.tlogproof import parse_proof
from lotse_local import broker as brokers
from lotse_local import cards, keyring, nkey, process
from lotse_local.broker_config import HubPlan, Leaf, hub_config
from tests import kit
from tests.chaos import wire
from tests.chaos.processes import Running, running

HERE, THERE = kit.ASSOCIATION, "plattform"
WAIT_SECONDS = 40.0


@dataclass
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
        await self.ledger.ready()

    async def get(self, path: str, **headers: str) -> httpx.Response:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.ledger.port}", timeout=10) as client:
            return await client.get(path, headers=headers)

    async def order(self, number: int) -> int:
        """Awards of as many grants, as the treasurer orders them; the size of the log once they are in it."""
        wanted = self.size + number
        key, now = keyring.signing_key(self.broker.place, keyring.TOKEN_KEY), datetime.now(UTC)
        staff = Staff("k1", "treasurer")
        token = issue_token(staff, key, association=self.name, at=now, lifetime=timedelta(hours=8))
        async with self.broker.connected("desk") as client:
            for _ in range(number):
                order, own = award(), uuid4()
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


@dataclass
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
        """Start the hub again; a source that slept is woken as the supervisor does."""
        self.start_hub()
        for side in (self.here, self.there):
            await streams.nudge_sources(side.broker.url, side.broker.seed("fedops"))

    async def all_countersigned(self) -> None:
        """Each witness has seen all of the other's log, and each log has her signature."""
        for side, other in ((self.here, self.there), (self.there, self.here)):
            await kit.eventually(partial(_countersigned, side, other), WAIT_SECONDS)


def _countersigned(side: Side, other: Side) -> bool:
    return side.size == side.signed == side.cosigned == other.seen_of(side.name)


def award() -> RecordDecision:
    return RecordDecision(
        grant_id=uuid4(),
        decision_id=uuid4(),
        type="award",
        financing_type="share",
        amount=1_00,
        budget_year=2026,
        valid_on="2026-01-15",
        period_from="2026-01-01",
        period_to="2026-12-31",
        file_ref="DEMO",
        standing="demo",
    )


@pytest.fixture(scope="module")
async def pair(postgres: kit.Postgres) -> AsyncIterator[Pair]:
    """Two associations that know each other's cards; both ledgers sign after every entry."""
    folder = kit.new_folder()
    async with AsyncExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        places = {name: kit.new_association(folder, name) for name in (HERE, THERE)}
        for name, other in ((HERE, THERE), (THERE, HERE)):
            cards.add_partner(places[name], cards.own_card(places[other]))
        keys = {name: nkey.public_of(keyring.seed(place, keyring.LEAF_USER)) for name, place in places.items()}
        port, leaf_port, monitor_port = kit.free_ports(3)
        plan = HubPlan(port, leaf_port, monitor_port, keys={**keys, "sys": nkey.public_of(nkey.new_seed())})
        command = brokers.command(folder / "hub", hub_config(plan))
        leaf = Leaf(f"nats-leaf://127.0.0.1:{leaf_port}")
        sides = {}
        for name, place in places.items():
            member = kit.start_broker(place, folder / f"nats-{name}", leaf=leaf)
            stack.callback(member.stop)
            await provision(member)
            database = postgres.database("ledger")
            stack.callback(postgres.drop, database)
            changed = {"fed_seed_file": str(place.seed("ledger-fed")), "checkpoint_entries": "1"}
            sides[name] = Side(
                name, member, database, stack.enter_context(running("ledger", database, member, **changed))
            )
        both = Pair(sides[HERE], sides[THERE], command, plan)
        both.start_hub()
        stack.callback(both.stop_hub)
        for side in sides.values():
            side.ledger.start()
        for side in sides.values():
            await side.ledger.ready()
        yield both


async def provision(member: kit.Broker) -> None:
    await member.provision()
    await member.provision_federation(THERE if member.association == HERE else HERE)


async def test_a_pair_of_witnesses_comes_through_cut_links_kills_and_a_wiped_broker(pair: Pair) -> None:
    here, there = pair.here, pair.there
    await here.book(3)
    await there.book(4)
    await pair.all_countersigned()

    # The link is cut for long, both ledgers die meanwhile, and more is booked than was ever offered.
    pair.stop_hub()
    await here.book(10)
    here.ledger.kill()
    await here.restart()
    there.ledger.kill()
    await here.book(5)
    assert here.cosigned < here.size
    await pair.join()
    await there.restart()
    await pair.all_countersigned()

    # The witness dies between looking and remembering, the other one between signing and acknowledging.
    for doomed, step in ((there, "before_commit"), (here, "after_commit")):
        doomed.ledger.kill()
        doomed.ledger.start(step, "1")
        wanted = await here.order(1)
        await kit.eventually(doomed.ledger.died, WAIT_SECONDS)
        await doomed.restart()
        await kit.eventually(lambda: here.size == wanted, WAIT_SECONDS)  # noqa: B023 - awaited at once
        await pair.all_countersigned()

    # Our broker loses everything while an offer waits in it.
    pair.stop_hub()
    await here.book(2)
    await kit.eventually(lambda: here.number("SELECT count(*) FROM outbox WHERE sent_at IS NULL") == 0, WAIT_SECONDS)
    here.broker.kill()
    here.broker.wipe()
    here.broker.start()
    await provision(here.broker)
    here.ledger.kill()
    await pair.join()
    await here.restart()
    await pair.all_countersigned()

    assert here.alarms() == there.alarms() == [], "nobody was dishonest"
    await proven_to_a_third_person(pair)


async def proven_to_a_third_person(pair: Pair) -> None:
    """With nothing but our HTTP and the partner's key, as an auditor has them."""
    key = parse_vkey(cards.own_card(pair.there.broker.place).ledger_witness)
    own = parse_vkey(cards.own_card(pair.here.broker.place).ledger_logs[0])
    index = pair.here.size - 1
    proof = parse_proof((await pair.here.get(f"/proof/{index}")).content)
    head = head_of(proof.checkpoint.text)
    assert set(signers(proof.checkpoint, [key, own])) == {key, own}
    assert head.size == pair.here.size
    leaf = bytes(pair.here.rows(f"SELECT leaf_sha256 FROM entry WHERE log_id = 0 AND log_index = {index}")[0][0])
    assert inclusion_holds(proof.hashes, leaf=leaf, index=index, size=head.size, root=head.root)
    assert str(key) in (await pair.here.get("/policy")).text


GUARDED = ("entry", "posting", "opening", "checkpoint", "cosignature", "tile")
UNLOCK = tuple(f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in GUARDED)
FORGET = tuple(f"DELETE FROM {table}" for table in ("cosignature", "checkpoint", "tile", "offer"))
"""Whoever rewrites the past also takes away what witnesses it at home."""
REWRITE = (
    "ALTER TABLE entry DROP CONSTRAINT leaf_is_of_the_body",
    """UPDATE entry SET body = replace(body, 'DEMO', 'DEM0'),
       leaf_sha256 = sha256('\\x00'::bytea || convert_to(replace(body, 'DEMO', 'DEM0'), 'UTF8')) WHERE log_index = 1""",
)


CUT = tuple(f"DELETE FROM {table} WHERE log_index >= 3" for table in ("posting", "opening", "entry"))


async def test_a_partner_who_rewrites_an_old_entry_is_caught_at_once_and_again_when_she_goes_on(pair: Pair) -> None:
    """After the honest story above: the witness forgets nothing of it."""
    criminal, guard = pair.here, pair.there
    honest = await after(criminal, guard, REWRITE)
    await caught(criminal, guard, honest, at_guard={"checkpoint_forked"}, at_criminal="checkpoint_forked")
    await criminal.book(1)
    bent = "checkpoint_not_consistent"
    await caught(criminal, guard, honest, at_guard={bent}, at_criminal=bent)


async def test_a_partner_who_cuts_off_the_end_of_her_log_is_caught(pair: Pair) -> None:
    """What is left looks like an old checkpoint or like none that was ever seen; either way it is shorter."""
    criminal, guard = pair.there, pair.here
    honest = await after(criminal, guard, CUT)
    shorter = {"checkpoint_rolled_back", "checkpoint_replayed"}
    await caught(criminal, guard, honest, at_guard=shorter, at_criminal="checkpoint_behind_witness")


async def after(criminal: Side, guard: Side, crime: tuple[str, ...]) -> int:
    """The crime is done while the ledger stands still; returns how much the other one had seen."""
    assert criminal.size >= 4, "the honest story was told first"
    honest = guard.seen_of(criminal.name)
    criminal.ledger.kill()
    criminal.as_owner(*UNLOCK, *FORGET, *crime)
    await criminal.restart()
    return honest


async def caught(criminal: Side, guard: Side, honest: int, *, at_guard: set[str], at_criminal: str) -> None:
    """Both sides know it, auditors and the monitoring see it, and nothing was countersigned."""
    await kit.eventually(lambda: at_criminal in criminal.alarms(), WAIT_SECONDS)
    (code,) = at_guard.intersection(guard.alarms())
    assert criminal.cosigned == 0
    assert guard.seen_of(criminal.name) == honest
    shown = await guard.get("/v1/alarms", authorization=f"Bearer {auditor_of(guard)}")
    assert (code, criminal.name) in [(one["code"], one["reporter"]) for one in shown.json()["alarms"]]
    assert f'lotse_ledger_alarms_total{{code="{code}"}} 1.0' in (await guard.get("/metrics")).text


def auditor_of(side: Side) -> str:
    """A token as `lotse token` issues it to whoever audits that association."""
    key, now = keyring.signing_key(side.broker.place, keyring.AUDITOR_KEY), datetime.now(UTC)
    auditor = Auditor("sozialamt-1", frozenset({"ledger:read"}), now + timedelta(days=1))
    return issue_auditor_token(auditor, key, association=side.name, at=now)
