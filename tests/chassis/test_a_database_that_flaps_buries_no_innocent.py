"""An attempt that met no database is not the message's fault, however often that happens."""

from collections.abc import Callable

import psycopg
import pytest

from lotse_chassis.delivery import ATTEMPTS_MAX
from lotse_chassis.faults import Away
from tests import kit
from tests.chassis import desk
from tests.chassis.test_delivery import dead_letters

CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND state = 'idle in transaction'"
OFTEN = ATTEMPTS_MAX + 2


@pytest.fixture
def own_database(database: Callable[[str], kit.ServiceDatabase]) -> kit.ServiceDatabase:
    fresh = database(kit.CHASSIS)
    desk.prepare(fresh)
    return fresh


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lotse_chassis.delivery.AWAY_PAUSE_SECONDS", 0.05)
    monkeypatch.setattr("lotse_chassis.consumer.PAUSE_SECONDS_MAX", 0.1)


async def test_the_database_goes_away_under_a_message_again_and_again(
    own_database: kit.ServiceDatabase, broker: kit.Broker
) -> None:
    tried = []

    def cut(message: object) -> None:
        tried.append(message)
        if len(tried) <= OFTEN:
            with psycopg.connect(own_database.url) as connection:
                connection.execute(CUT, (own_database.name,))

    async with desk.running_desk(own_database, broker, cut) as one, broker.connected("intake") as client:
        await desk.publish(client, desk.concern())
        await kit.eventually(lambda: one.effects() == 1, 30)
        assert len(tried) > OFTEN
        assert await dead_letters(broker) == []


async def test_a_handler_that_says_away_is_believed(own_database: kit.ServiceDatabase, broker: kit.Broker) -> None:
    tried = []

    def away(message: object) -> None:
        tried.append(message)
        if len(tried) <= OFTEN:
            raise Away

    async with desk.running_desk(own_database, broker, away) as one, broker.connected("intake") as client:
        await desk.publish(client, desk.concern())
        await kit.eventually(lambda: one.effects() == 1, 30)
        assert await dead_letters(broker) == []
