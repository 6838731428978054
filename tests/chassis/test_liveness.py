"""A connection that died in the pool is noticed by nobody who takes one, and who lives is not asked each time."""

from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from lotse_chassis.database import engine_of
from tests import kit

_OTHERS = "FROM pg_stat_activity WHERE usename = current_user AND pid <> pg_backend_pid()"
LAST_ASKED = f"SELECT query {_OTHERS}"
ENDED = f"SELECT count(pg_terminate_backend(pid, 5000)) {_OTHERS}"
SOMETHING = "SELECT 'something'"


@pytest.fixture
def stored(postgres: kit.Postgres) -> kit.ServiceDatabase:
    return postgres.database(kit.CHASSIS)


@pytest.fixture
async def engine(stored: kit.ServiceDatabase) -> AsyncIterator[AsyncEngine]:
    """With one connection in its pool that was used just now."""
    own = engine_of(stored.url)
    await _ask(own)
    yield own
    await own.dispose()


async def _ask(engine: AsyncEngine) -> None:
    async with engine.begin() as tx:
        await tx.execute(text(SOMETHING))


def _seen(stored: kit.ServiceDatabase, statement: str) -> list[Any]:
    with psycopg.connect(stored.url) as connection:
        return [row[0] for row in connection.execute(statement.encode()).fetchall()]


@pytest.mark.parametrize("quiet_seconds", [0.0, 3600.0])
async def test_whoever_takes_a_connection_that_the_server_ended_gets_another(
    engine: AsyncEngine, stored: kit.ServiceDatabase, quiet_seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lotse_chassis.liveness.QUIET_SECONDS", quiet_seconds)
    assert _seen(stored, ENDED) == [1]
    await _ask(engine)


@pytest.mark.parametrize(("quiet_seconds", "last"), [(0.0, ";"), (3600.0, "COMMIT")])
async def test_only_one_that_was_not_used_lately_is_asked(
    engine: AsyncEngine,
    stored: kit.ServiceDatabase,
    quiet_seconds: float,
    last: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("lotse_chassis.liveness.QUIET_SECONDS", quiet_seconds)
    async with engine.connect():
        assert _seen(stored, LAST_ASKED) == [last]


async def test_all_that_died_with_it_are_left_as_well(engine: AsyncEngine, stored: kit.ServiceDatabase) -> None:
    async with engine.connect(), engine.connect() as other:
        await other.execute(text(SOMETHING))
    assert _seen(stored, ENDED) == [2]
    async with engine.connect() as one, engine.connect() as other:
        await one.execute(text(SOMETHING))
        await other.execute(text(SOMETHING))


async def test_one_that_the_driver_has_closed_itself_is_replaced(engine: AsyncEngine) -> None:
    async with engine.connect() as one:
        own = (await one.get_raw_connection()).driver_connection
    assert own is not None
    await own.close()
    await _ask(engine)
