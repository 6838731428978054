"""Fixtures: real components, started for the module that asks and stopped after it; what is missing fails by name."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.notify.mailserver import MailServer
from tests.peers import needed
from tests.peers.postfix import HOME, Postfix
from tests.peers.reports import Reports
from tests.peers.smsc import Smsc

LIFETIME_SECONDS = 2


@pytest.fixture(scope="session", autouse=True)
def everything_is_here() -> None:
    """Before any test: a list of what is missing is worth more than the first of many failures."""
    if missing := list(needed.missing()):
        pytest.fail("missing on this machine:\n" + "\n".join(missing), pytrace=False)


@pytest.fixture(scope="module")
async def smsc() -> AsyncIterator[Smsc]:
    """The centre behind Kannel."""
    centre = Smsc()
    try:
        await centre.start()
        yield centre
    finally:
        await centre.stop()


@pytest.fixture(scope="module")
async def reports() -> AsyncIterator[Reports]:
    """Who is called back."""
    listener = Reports()
    await listener.start()
    yield listener
    await listener.stop()


@pytest.fixture(scope="module")
async def theirs() -> AsyncIterator[MailServer]:
    """The mail server of the people who are written to."""
    async with _started() as server:
        yield server


@pytest.fixture(scope="module")
async def ours() -> AsyncIterator[MailServer]:
    """Where returned mail ends."""
    async with _started() as server:
        yield server


@pytest.fixture(scope="module")
async def postfix(theirs: MailServer, ours: MailServer) -> AsyncIterator[Postfix]:
    """Between both; what nobody takes it returns within seconds."""
    server = Postfix({"example.org": theirs.port, HOME: ours.port}, lifetime_seconds=LIFETIME_SECONDS)
    try:
        await server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture
def empty(theirs: MailServer, ours: MailServer) -> None:
    """Both take what comes, and nothing has come yet."""
    theirs.does = "take"
    theirs.taken.clear()
    ours.taken.clear()


@asynccontextmanager
async def _started() -> AsyncIterator[MailServer]:
    server = MailServer()
    await server.start()
    yield server
    await server.stop()
