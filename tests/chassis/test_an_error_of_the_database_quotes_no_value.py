"""What a statement was given stays out of the text of its error, wherever that text may end up."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from lotse_chassis.database import engine_of
from tests import kit


async def test_parameters_are_hidden(postgres: kit.Postgres) -> None:
    database = postgres.database(kit.CHASSIS)
    engine = engine_of(database.url)
    with pytest.raises(DBAPIError) as fault:
        async with engine.begin() as tx:
            await tx.execute(text("SELECT 1 FROM nowhere WHERE name = :name"), {"name": "Olena Shevchenko"})
    assert "Shevchenko" not in str(fault.value)
    await engine.dispose()
    postgres.drop(database)
