"""Fixtures of the timers: a database with a table of effects, a clock that tests turn, handlers that note."""

from collections.abc import AsyncIterator, Callable

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from lotse_chassis.database import engine_of
from tests import kit
from tests.chassis.clockwork import (
    Clock,
    Works,
    prepare,
)


@pytest.fixture
def prepared(database: Callable[[str], kit.ServiceDatabase]) -> kit.ServiceDatabase:
    fresh = database(kit.CHASSIS)
    prepare(fresh)
    return fresh


@pytest.fixture
async def engine(prepared: kit.ServiceDatabase) -> AsyncIterator[AsyncEngine]:
    engine = engine_of(prepared.url)
    yield engine
    await engine.dispose()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def works() -> Works:
    return Works()
