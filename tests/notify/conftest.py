"""Fixtures of notify: a house without a broker, and a mail server that fails on demand."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.notify.given import Databases, House, house_on
from tests.notify.mailserver import MailServer


@pytest.fixture
async def house(database: Databases, tmp_path: Path) -> AsyncIterator[House]:
    """Notify's handlers on a fresh real database."""
    built = house_on(database("notify"), tmp_path)
    yield built
    await built.service.engine.dispose()


@pytest.fixture
async def mailserver() -> AsyncIterator[MailServer]:
    """A real SMTP server; `mailserver.does = "…"` lets it fail at a stage."""
    server = MailServer()
    await server.start()
    yield server
    await server.stop()
