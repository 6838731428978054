"""Intake, built on a database that is emptied for each test, with folders of its own."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.intake.given import Intake, built, empty
from tests.intake.handing import Receiver
from tests.kit import Postgres, ServiceDatabase


@pytest.fixture(scope="session")
def intakes_database(postgres: Postgres) -> Iterator[ServiceDatabase]:
    """One for the session; a database of its own for each test would take longer than most of the tests."""
    made = postgres.database("intake")
    yield made
    postgres.drop(made)


@pytest.fixture
async def here(intakes_database: ServiceDatabase, tmp_path: Path) -> AsyncIterator[Intake]:
    """The service as `app.build` makes it; nothing runs, messages are handed to its handlers."""
    empty(intakes_database)
    made = built(intakes_database, tmp_path)
    yield made
    await made.service.engine.dispose()


@pytest.fixture
def receiver(tmp_path: Path) -> Receiver:
    """Whoever takes the cases over, with a key and a folder of its own."""
    folder = tmp_path / "receiver"
    folder.mkdir()
    return Receiver(folder)
