"""Every access to personal content is noted, and the note stays."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine

from lotse_chassis import accesslog
from lotse_chassis.context import Context
from lotse_chassis.database import engine_of
from tests import kit

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
CONTEXT = Context(
    id=UUID(int=1),
    now=NOW,
    time=NOW,
    association="auslaenderrat",
    sender="desk",
    sender_association="auslaenderrat",
    correlation=UUID(int=1),
    actor="c-4711",
    role="counsellor",
)


@pytest.fixture
async def engine(database: Callable[[str], kit.ServiceDatabase]) -> AsyncIterator[AsyncEngine]:
    engine = engine_of(database(kit.CHASSIS).url)
    yield engine
    await engine.dispose()


async def noted(engine: AsyncEngine, context: Context = CONTEXT) -> tuple[object, ...]:
    async with engine.begin() as tx:
        await accesslog.record(
            tx, context, action="read", object_kind="enquiry", object_id="e-1", purpose="counselling"
        )
    async with engine.begin() as tx:
        return tuple((await tx.execute(select(accesslog.access_log))).one())[1:]


async def test_an_access_says_who_what_when_and_why(engine: AsyncEngine) -> None:
    assert await noted(engine) == (NOW, "c-4711", "counsellor", "read", "enquiry", "e-1", "counselling")


async def test_an_access_of_a_service_is_its_own(engine: AsyncEngine) -> None:
    row = await noted(engine, replace(CONTEXT, actor=None, role=None, sender="referral"))
    assert row[1:3] == ("referral", "service")


async def test_an_access_that_is_rolled_back_was_none(engine: AsyncEngine) -> None:
    async with engine.connect() as tx:
        await accesslog.record(tx, CONTEXT, action="read", object_kind="x", object_id="1", purpose="y")
        await tx.rollback()
        assert (await tx.execute(select(accesslog.access_log))).all() == []


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE access_log SET actor = 'somebody else'",
        "DELETE FROM access_log",
        "TRUNCATE access_log",
        "DROP TABLE access_log",
        "ALTER TABLE access_log DISABLE TRIGGER ALL",
        "ALTER TABLE access_log DROP COLUMN actor",
        "SET ROLE chassis_owner",
    ],
)
async def test_the_service_cannot_rewrite_what_it_noted(engine: AsyncEngine, attack: str) -> None:
    before = await noted(engine)
    with pytest.raises(ProgrammingError):
        async with engine.begin() as tx:
            await tx.execute(text(attack))
    async with engine.begin() as tx:
        assert [tuple(row)[1:] for row in await tx.execute(select(accesslog.access_log))] == [before]
