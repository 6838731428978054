"""Intake, built on a fresh database, with folders of its own."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests import kit
from tests.intake.given import Intake, built


@pytest.fixture
async def here(database: Callable[[str], kit.ServiceDatabase], tmp_path: Path) -> AsyncIterator[Intake]:
    """The service as `app.build` makes it; nothing runs, messages are handed to its handlers."""
    made = built(database("intake"), tmp_path)
    yield made
    await made.service.engine.dispose()
