"""What a broker loses between two associations comes all the same: whoever has not heard is told again."""

from collections.abc import AsyncIterator

import pytest

from lotse_chassis.database import UNHEARD
from tests import kit
from tests.chaos.referral_pairs import WAIT_SECONDS, Pair, Side, running_pair
from tests.chaos.test_referral_link import (
    Person,
    accepted,
    connected,
    consented,
    forwarded,
    partners_service,
    released,
)


@pytest.fixture(scope="module")
async def pair(postgres: kit.Postgres) -> AsyncIterator[Pair]:
    async with running_pair(postgres) as both:
        yield both


async def test_what_was_lost_on_its_way_out_comes(pair: Pair) -> None:
    pair.cut()
    one = await offered(pair.here)
    assert await emptied(pair.here, f"FED_OUT_{pair.here.name}") > 0
    pair.mend()
    await pair.crosses(lambda: one.referral_id in pair.there.states())


async def test_what_was_lost_on_its_way_in_comes(pair: Pair) -> None:
    pair.there.service.kill()
    one = await offered(pair.here)
    await kit.eventually(lambda: stored(pair.there), WAIT_SECONDS)
    assert await emptied(pair.there, "FED_IN") > 0
    pair.there.service.start()
    await pair.crosses(lambda: one.referral_id in pair.there.states())


async def test_a_lost_receipt_is_given_again(pair: Pair) -> None:
    pair.there.service.kill()
    one = await offered(pair.here)
    pair.here.service.kill()
    pair.there.service.start()
    await kit.eventually(lambda: one.referral_id in pair.there.states(), WAIT_SECONDS)
    await kit.eventually(lambda: stored(pair.here), WAIT_SECONDS)
    assert await emptied(pair.here, "FED_IN") > 0
    await pair.here.well()
    await pair.crosses(lambda: unheard(pair.here) == unheard(pair.there) == 0)


async def offered(here: Side) -> Person:
    """Somebody is referred to the partner, as far as the outbox and the stream."""
    one = Person("accepts", "accepted", "accepted")
    await here.hears("intake", [accepted(one)])
    await here.hears("desk", [connected(one, partners_service(here))])
    await here.hears("intake", [consented(one)])
    await kit.eventually(lambda: one.referral_id in released(here), WAIT_SECONDS)
    await here.hears("intake", [forwarded(one)])
    await kit.eventually(here.quiet, WAIT_SECONDS)
    return one


async def stored(side: Side) -> int:
    """How many messages of the partner wait for the service."""
    async with side.broker.connected("fedops") as client:
        return int((await client.jetstream().stream_info("FED_IN")).state.messages)


async def emptied(side: Side, stream: str) -> int:
    """A broker loses what it had; returns how much."""
    async with side.broker.connected("fedops") as client:
        js = client.jetstream()
        found = int((await js.stream_info(stream)).state.messages)
        await js.purge_stream(stream)
        return found


def unheard(side: Side) -> int:
    return int(side.rows(f"SELECT count(*) FROM outbox WHERE {UNHEARD}")[0][0])
