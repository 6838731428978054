"""Two referral services as processes of their own, each with its broker and its database, and the hub between them.

Their intakes and desks are played: what intake says is published under intake's own user, as the brokers demand.
"""

import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from lotse_contracts import Message
from lotse_local import broker as brokers
from lotse_local import cards, process
from lotse_local.broker_config import HubPlan, Leaf, hub_config
from tests import kit
from tests.chaos import lives, pairs, wire
from tests.chaos.pairs import HERE, THERE
from tests.chaos.processes import Running, running

WAIT_SECONDS = 240.0
NUDGE_SECONDS = 10.0
NUDGES_MAX = 12
TODAY = "2026-11-26"  # the partner's own house is open until the end of that year


@dataclass(repr=False)
class Side:
    """One association: its broker, its database and its referral service as a process."""

    name: str
    broker: kit.Broker
    database: kit.ServiceDatabase
    service: Running

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        return wire.rows(self.database, statement)

    def states(self) -> dict[UUID, str]:
        return dict(self.rows("SELECT referral_id, state FROM referral"))

    def said(self, claim_name: str) -> list[UUID]:
        """Ids of the referrals about which something was said."""
        data = "(convert_from(body, 'UTF8')::jsonb -> 'data' ->> 'referral_id')::uuid"
        return [row[0] for row in self.rows(f"SELECT {data} FROM outbox WHERE claim_name = '{claim_name}'")]

    def quiet(self) -> bool:
        """Whether everything that was said is sent."""
        return self.rows("SELECT 1 FROM outbox WHERE sent_at IS NULL LIMIT 1") == []

    async def hears(self, user: str, messages: Sequence[Message]) -> lives.Wave:
        """Published under this user; whoever died is started again until all of it is handled."""
        wave = [(uuid4(), message) for message in messages]
        await lives.publish(self.broker, user, wave, at=lives.clock_of(self.service))
        await kit.eventually(partial(self._handled, wave), WAIT_SECONDS)
        return wave

    def _handled(self, wave: lives.Wave) -> bool:
        self.service.keep()
        claimed = {row[0] for row in self.rows("SELECT message_id FROM inbox")}
        return {own for own, _ in wave} <= claimed

    async def doomed(self, step: str, count: int = 1) -> None:
        """From now on it dies at that step."""
        self.service.kill()
        self.service.start(step, str(count))

    def logged(self) -> str:
        """The end of its log, for whoever looks into a failure."""
        lines = [line for line in self.service.text().splitlines() if "sealing key" not in line]
        return f"--- {self.name} ---\n" + "\n".join(lines[-25:])

    async def well(self) -> None:
        """Without any doom."""
        self.service.kill()
        self.service.start()
        await self.service.ready(WAIT_SECONDS)


@dataclass(repr=False)
class Pair:
    """Both sides and the hub."""

    here: Side
    there: Side
    hub_command: process.Command
    hub_plan: HubPlan
    hub: Any = field(default=None)

    @property
    def sides(self) -> tuple[Side, Side]:
        return self.here, self.there

    def cut(self) -> None:
        """The link is down."""
        process.stop(self.hub_command, self.hub)

    def mend(self) -> None:
        self.hub = brokers.start(self.hub_command, self.hub_plan.monitor_port)

    async def crosses(self, arrived: Any) -> None:
        """Until something has come over the link: sources that slept are woken, and the dead are started again."""
        for left in reversed(range(NUDGES_MAX)):
            for side in self.sides:
                await pairs.nudge(side.broker)
                side.service.keep()
            try:
                await kit.eventually(arrived, NUDGE_SECONDS)
            except AssertionError:
                if not left:
                    raise
            else:
                return


@asynccontextmanager
async def running_pair(postgres: kit.Postgres) -> AsyncIterator[Pair]:
    """Two associations that know each other's cards, and the hub; both run."""
    folder = kit.new_folder()
    async with AsyncExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        places = {name: kit.new_association(folder, name) for name in (HERE, THERE)}
        for name, other in ((HERE, THERE), (THERE, HERE)):
            cards.add_partner(places[name], cards.own_card(places[other]))
        plan = pairs.hub_of(places)
        leaf = Leaf(f"nats-leaf://127.0.0.1:{plan.leaf_port}")
        sides = {}
        for name, place in places.items():
            member = kit.start_broker(place, folder / f"nats-{name}", leaf=leaf)
            member.ack_wait_seconds = 2.0
            stack.callback(member.stop)
            database = postgres.database("referral")
            stack.callback(postgres.drop, database)
            changed = {"fed_seed_file": str(place.seed("referral-fed")), "directory_as_of": TODAY}
            changed["transfer_again_seconds"] = pairs.AGAIN_SECONDS
            service = stack.enter_context(running("referral", database, member, **changed))
            service.starts_max, service.clock = 200, folder / f"clock-{name}"
            service.clock.write_text("0")
            sides[name] = Side(name, member, database, service)
        both = Pair(sides[HERE], sides[THERE], brokers.command(folder / "hub", hub_config(plan)), plan)
        both.mend()
        stack.callback(both.cut)
        for side in both.sides:
            await pairs.provision(side.broker)
            side.service.start()
        for side in both.sides:
            await side.service.ready(WAIT_SECONDS)
        yield both
