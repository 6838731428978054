"""A database that waits for its disk, since it is killed here, and brokers whose patience is short."""

import shutil
from collections.abc import AsyncIterator, Iterator

import pytest

from lotse_local.layout import AssociationFolder
from tests import kit

ACK_WAIT_SECONDS = 2.0


@pytest.fixture
async def broker(place: AssociationFolder) -> AsyncIterator[kit.Broker]:
    """As everywhere, but a message that nobody acknowledges comes again after two seconds."""
    folder = kit.new_folder()
    server = kit.start_broker(place, folder)
    server.ack_wait_seconds = ACK_WAIT_SECONDS
    try:
        await server.provision()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[kit.Postgres]:
    """With `synchronous_commit` off a killed database forgets what it had confirmed: not a witness here."""
    root = kit.new_folder()
    server = kit.start_postgres(kit.new_association(root), durable=True)
    yield server
    server.stop()
    shutil.rmtree(root, ignore_errors=True)
