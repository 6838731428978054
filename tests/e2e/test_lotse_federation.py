"""A transfer crosses a hub exactly once, whatever stops, and a partner gets nothing beyond it."""

import asyncio
import json
import shutil
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import nats.errors
import pytest
from nats.aio.client import Client

from lotse_chassis import streams
from lotse_local import broker as brokers
from lotse_local import keyring, nkey, process
from lotse_local.broker_config import HubPlan, Leaf, hub_config
from tests import kit

QUIET_SECONDS = 0.3  # nothing more comes within
NUDGE_SECONDS = 10.0  # without anything; then a source that may sleep since a cut is woken, as the supervisor does


@dataclass
class Pair:
    """Two associations joined by a hub."""

    hub_command: process.Command
    hub_plan: HubPlan
    members: dict[str, kit.Broker]
    hub: object = None

    def start_hub(self) -> None:
        self.hub = brokers.start(self.hub_command, self.hub_plan.monitor_port)

    def stop_hub(self) -> None:
        process.stop(self.hub_command, self.hub)  # type: ignore[arg-type]


@pytest.fixture
def folder() -> Iterator[Path]:
    made = kit.new_folder()
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
async def pair(folder: Path) -> AsyncIterator[Pair]:
    places = {name: kit.new_association(folder, name) for name in ("auslaenderrat", "plattform")}
    keys = {name: nkey.public_of(keyring.seed(place, keyring.LEAF_USER)) for name, place in places.items()}
    port, leaf_port, monitor_port = kit.free_ports(3)
    plan = HubPlan(port, leaf_port, monitor_port, keys={**keys, "sys": nkey.public_of(nkey.new_seed())})
    leaf = Leaf(f"nats-leaf://127.0.0.1:{plan.leaf_port}")
    members = {name: kit.start_broker(place, folder / f"nats-{name}", leaf=leaf) for name, place in places.items()}
    joined = Pair(brokers.command(folder / "hub", hub_config(plan)), plan, members)
    joined.start_hub()
    for member in members.values():
        await member.linked()
    for name, member in members.items():
        await member.provision()
        await member.provision_federation(*(other for other in members if other != name))
    yield joined
    for member in members.values():
        member.stop()
    joined.stop_hub()


async def offer(client: Client, number: int) -> None:
    subject = f"lotse.auslaenderrat.xfer.plattform.referral.referral-offered.v1.{number}"
    receipt = await client.jetstream().publish(subject, b"%d" % number, headers={"Nats-Msg-Id": f"offer-{number}"})
    assert receipt.stream == "FED_OUT_auslaenderrat"


async def arrived(there: kit.Broker, reader: Client, *, number: int) -> list[int]:
    """What the receiving service pulls from its durable until it has so many, and a little longer."""
    pull = await reader.jetstream().pull_subscribe_bind(
        "referral", stream="FED_IN", inbox_prefix=b"_INBOX_referral-fed."
    )
    found: list[int] = []
    heard_at = time.monotonic()
    async with asyncio.timeout(kit.EVENTUALLY_SECONDS):
        while len(found) < number:
            try:
                batch = await pull.fetch(50, timeout=0.5)
            except (nats.errors.TimeoutError, TimeoutError):
                if time.monotonic() - heard_at > NUDGE_SECONDS:
                    await streams.nudge_sources(there.url, there.seed("fedops"))
                    heard_at = time.monotonic()
                continue
            for message in batch:
                found.append(int(message.data))
                await message.ack_sync()
    with pytest.raises((nats.errors.TimeoutError, TimeoutError)):
        await pull.fetch(50, timeout=QUIET_SECONDS)
    return found


async def waiting(broker: kit.Broker, stream: str) -> int:
    async with streams.connected(broker.url, broker.seed("fedops"), "fedops") as client:
        return int((await client.jetstream().stream_info(stream)).state.messages)


async def test_a_transfer_crosses_the_hub_exactly_once_and_leaves_nothing_behind(pair: Pair) -> None:
    here, there = pair.members["auslaenderrat"], pair.members["plattform"]
    async with here.connected("referral") as sender, there.connected("referral-fed") as reader:
        for number in range(10):
            await offer(sender, number)
        assert await arrived(there, reader, number=10) == list(range(10))
        pair.stop_hub()
        for number in (*range(10, 40), *range(10, 20)):
            await offer(sender, number)
        monitor = there.plan.monitor_port
        await kit.eventually(lambda: brokers.silent_sources(monitor, 1.0) == {"FED_OUT_auslaenderrat"})
        pair.start_hub()
        await there.linked()
        await streams.nudge_sources(there.url, there.seed("fedops"))
        assert await arrived(there, reader, number=30) == list(range(10, 40))
        assert not brokers.silent_sources(monitor)
    await kit.eventually(lambda: _nothing_waits(pair))


async def _nothing_waits(pair: Pair) -> bool:
    here, there = pair.members["auslaenderrat"], pair.members["plattform"]
    return (await waiting(here, "FED_OUT_auslaenderrat"), await waiting(there, "FED_IN")) == (0, 0)


async def test_a_receiver_killed_after_reading_does_not_read_again(pair: Pair) -> None:
    here, there = pair.members["auslaenderrat"], pair.members["plattform"]
    async with here.connected("referral") as sender, there.connected("referral-fed") as reader:
        for number in range(5):
            await offer(sender, number)
        assert await arrived(there, reader, number=5) == list(range(5))
    await kit.eventually(lambda: _nothing_waits(pair))
    there.kill()
    async with here.connected("referral") as sender:
        for number in range(5, 10):
            await offer(sender, number)
    there.start()
    async with there.connected("referral-fed") as reader:
        assert await arrived(there, reader, number=5) == list(range(5, 10))


async def test_a_partner_can_neither_make_consumers_nor_publish_as_us(pair: Pair) -> None:
    there = pair.members["plattform"]
    forbidden = [
        "$JS.auslaenderrat.API.STREAM.INFO.FED_OUT_auslaenderrat",
        "$JS.auslaenderrat.API.STREAM.PURGE.FED_OUT_auslaenderrat",
        "$JS.auslaenderrat.API.STREAM.LIST",
        "$JS.auslaenderrat.API.CONSUMER.CREATE.FED_OUT_auslaenderrat.spy",
        "$JS.auslaenderrat.API.CONSUMER.DELETE.FED_OUT_auslaenderrat.to_plattform",
        "$JS.auslaenderrat.API.CONSUMER.LIST.FED_OUT_auslaenderrat",
    ]
    # An administrator of the partner has all rights in its own account FED, which is bound to the link.
    async with streams.connected(there.url, there.seed("fedops"), "fedops") as client:
        for subject in forbidden:
            with pytest.raises((nats.errors.NoRespondersError, nats.errors.TimeoutError)):
                await client.request(subject, json.dumps({}).encode(), timeout=0.5)


async def test_a_dead_transfer_is_replayed_under_its_first_subject(pair: Pair) -> None:
    there = pair.members["plattform"]
    subject = "lotse.auslaenderrat.xfer.plattform.referral.referral-offered.v1.k"
    async with streams.connected(there.url, there.seed("fedops"), "fedops") as client:
        await client.jetstream().publish(f"lotse.plattform.replay.{subject}", b"7", headers={"Nats-Msg-Id": "again"})
    async with there.connected("referral-fed") as reader:
        assert await arrived(there, reader, number=1) == [7]
