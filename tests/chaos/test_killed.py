"""kill -9 of each service at each step of a message's way, under load: nothing is lost, nothing takes effect twice."""

import asyncio
from collections.abc import Callable

import pytest

from tests import kit
from tests.chaos import wire
from tests.chaos.doomed import STEPS
from tests.chaos.processes import running

MESSAGES = 60
INNOCENTS = 199
Databases = Callable[[str], kit.ServiceDatabase]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("service", ["intake", "referral", "notify", "ledger"])
async def test_a_service_killed_at_any_step_loses_nothing_and_doubles_nothing(
    service: str, step: str, database: Databases, broker: kit.Broker
) -> None:
    own = database(service)
    load = wire.LOADS[service](broker, MESSAGES)
    async with broker.connected(load.user) as client:
        await wire.publish(broker, client, load)
    with running(service, own, broker) as one:
        one.start(step, "1" if step != "after_commit" else "7")
        await kit.eventually(one.died)
        one.start()
        await kit.eventually(lambda: wire.settled(own, load))
    await wire.assert_once(broker, own, load)
    assert await wire.dead(broker) == []


async def test_of_a_process_killer_among_199_innocents_only_the_killer_is_buried(
    database: Databases, broker: kit.Broker
) -> None:
    own = database("referral")
    load = wire.referral_load(broker, INNOCENTS + 1)
    killer = load.messages[100][1]
    async with broker.connected(load.user) as client:
        await wire.publish(broker, client, load)
    with running("referral", own, broker) as one:

        async def kept_until_settled() -> None:
            while not wire.settled(own, load):
                one.keep("poison", killer.key)
                await asyncio.sleep(0.2)

        await asyncio.wait_for(kept_until_settled(), 150)
        assert one.starts > 2
    assert len(wire.rows(own, load.effects)) == INNOCENTS
    letters = await kit.eventually(lambda: wire.dead(broker))
    assert [letter["lotse-reason"] for letter in letters] == ["gave up: RuntimeError"]
    assert letters[0]["lotse-origin"].endswith(killer.key)
