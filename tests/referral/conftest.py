"""Desks of the two associations, each on a fresh database."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from tests.kit import ServiceDatabase
from tests.referral.desk import Desk, open_desk

KEYS = {name: X25519PrivateKey.generate() for name in ("auslaenderrat", "plattform")}


@pytest.fixture
async def desk(database: Callable[[str], ServiceDatabase], tmp_path: Path) -> AsyncIterator[Desk]:
    """The desk of auslaenderrat."""
    opened = open_desk("auslaenderrat", database("referral"), tmp_path, KEYS)
    yield opened
    await opened.service.engine.dispose()


@pytest.fixture
async def desks(
    desk: Desk, database: Callable[[str], ServiceDatabase], tmp_path: Path
) -> AsyncIterator[tuple[Desk, Desk]]:
    """Auslaenderrat and plattform; whoever asks for both carries the transfers between them."""
    partner = open_desk("plattform", database("referral"), tmp_path, KEYS)
    yield desk, partner
    await partner.service.engine.dispose()
