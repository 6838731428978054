"""Fixtures: one PostgreSQL for the session, a fresh database and a fresh broker for each test that asks."""

import importlib
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from lotse_local.layout import AssociationFolder
from tests import kit

ServiceRunner = Callable[..., Awaitable[Any]]


@pytest.fixture(scope="session")
def place() -> Iterator[AssociationFolder]:
    """Folders and secrets of one association, for the whole session."""
    root = kit.new_folder()
    yield kit.new_association(root)
    shutil.rmtree(root, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres(place: AssociationFolder) -> Iterator[kit.Postgres]:
    """A real cluster, shared; who stops it starts it again."""
    server = kit.start_postgres(place)
    yield server
    server.stop()


@pytest.fixture
def database(postgres: kit.Postgres) -> Iterator[Callable[[str], kit.ServiceDatabase]]:
    """`database("intake")` is a fresh migrated database, gone after the test."""
    made: list[kit.ServiceDatabase] = []

    def fresh(service: str) -> kit.ServiceDatabase:
        made.append(postgres.database(service))
        return made[-1]

    yield fresh
    for one in made:
        postgres.drop(one)


@pytest.fixture
async def broker(place: AssociationFolder) -> AsyncIterator[kit.Broker]:
    """A real broker with an empty store, provisioned."""
    folder = kit.new_folder()
    server = kit.start_broker(place, folder)
    try:
        await server.provision()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
async def run_service(
    database: Callable[[str], kit.ServiceDatabase], broker: kit.Broker
) -> AsyncIterator[ServiceRunner]:
    """`await run_service("intake", **settings)` runs the service in this process until the test ends."""
    async with AsyncExitStack() as running:

        async def run(name: str, *, on: kit.ServiceDatabase | None = None, **changed: object) -> Any:
            settings = kit.settings_for(name, on or database(name), broker, **changed)
            service = importlib.import_module(f"lotse_{name}.app").build(settings)
            await running.enter_async_context(service.running())
            await service.ready()
            return service

        yield run
