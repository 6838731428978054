"""Desks of the two associations on databases that keep the directory and are emptied of everything else."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from tests.kit import Postgres, ServiceDatabase
from tests.referral.desk import KEPT_TABLES, Desk, open_desk
from tests.referral.her import Her, with_browser
from tests.referral.offices import OfficeDesk, open_office_desk

KEYS = {name: X25519PrivateKey.generate() for name in ("auslaenderrat", "plattform")}
EMPTIED = ", ".join((*KEPT_TABLES, "timer", "outbox", "access_log"))


@pytest.fixture(scope="session")
def both_databases(postgres: Postgres) -> Iterator[tuple[ServiceDatabase, ServiceDatabase]]:
    """One for each association; a database of one's own for each test would take longer than the tests."""
    made = postgres.database("referral"), postgres.database("referral")
    yield made
    for one in made:
        postgres.drop(one)


@pytest.fixture
async def desk(both_databases: tuple[ServiceDatabase, ServiceDatabase], tmp_path: Path) -> AsyncIterator[Desk]:
    """The desk of auslaenderrat."""
    opened = fresh_desk("auslaenderrat", both_databases[0], tmp_path)
    yield opened
    await opened.service.engine.dispose()


@pytest.fixture
async def desks(
    desk: Desk, both_databases: tuple[ServiceDatabase, ServiceDatabase], tmp_path: Path
) -> AsyncIterator[tuple[Desk, Desk]]:
    """Auslaenderrat and plattform; whoever asks for both carries the transfers between them."""
    partner = fresh_desk("plattform", both_databases[1], tmp_path)
    yield desk, partner
    await partner.service.engine.dispose()


def fresh_desk(association: str, database: ServiceDatabase, folder: Path, **changed: Any) -> Desk:
    with psycopg.connect(database.owner_url) as connection:
        connection.execute(f"TRUNCATE {EMPTIED}".encode())
    return open_desk(association, database, folder, KEYS, **changed)


@pytest.fixture(scope="session")
def office_database(postgres: Postgres) -> Iterator[ServiceDatabase]:
    """Apart from the others, since offices get addresses in its directory."""
    made = postgres.database("referral")
    yield made
    postgres.drop(made)


@pytest.fixture
async def office_desk(office_database: ServiceDatabase, tmp_path: Path) -> AsyncIterator[OfficeDesk]:
    """A desk that speaks to offices, with keys and a sealing ring."""
    with psycopg.connect(office_database.owner_url) as connection:
        connection.execute(f"TRUNCATE {EMPTIED} CASCADE".encode())
    opened = open_office_desk(office_database, tmp_path)
    yield opened
    await opened.service.engine.dispose()


@pytest.fixture
async def her(
    desk: Desk, both_databases: tuple[ServiceDatabase, ServiceDatabase], tmp_path: Path
) -> AsyncIterator[Her]:
    """Somebody with a browser, at the desk of auslaenderrat."""
    async with with_browser(desk, both_databases[0], tmp_path, own_page_tries_per_minute=600.0) as opened:
        yield opened


@pytest.fixture
async def slow(
    desk: Desk, both_databases: tuple[ServiceDatabase, ServiceDatabase], tmp_path: Path
) -> AsyncIterator[Her]:
    """The same with as few tries a minute as anybody has."""
    async with with_browser(desk, both_databases[0], tmp_path) as opened:
        yield opened
