"""A year of an association's books with keys and evidence, its pages read once, and a browser that is signed in."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import httpx
import pytest

from lotse_chassis.service import Service
from lotse_ledger.app import build
from lotse_ledger.settings import LedgerSettings
from lotse_local.layout import AssociationFolder
from tests import kit
from tests.ledger import audited
from tests.ledger.walking import read_all, settings_of


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the association keeps its keys and its evidence."""
    found = tmp_path_factory.mktemp("audited")
    audited.keys_in(found)
    return found


@pytest.fixture(scope="session")
def year(postgres: kit.Postgres, folder: Path) -> Iterator[kit.ServiceDatabase]:
    """The demonstration year that auditors find; nothing here writes to it but the use of tokens."""
    found = postgres.database("ledger")
    asyncio.run(audited.fill(found, folder))
    yield found
    postgres.drop(found)


@pytest.fixture
def ledger(year: kit.ServiceDatabase) -> kit.ServiceDatabase:
    """The books of every test here."""
    return year


@pytest.fixture
async def service(ledger: kit.ServiceDatabase, place: AssociationFolder, folder: Path) -> AsyncIterator[Service]:
    """The ledger with its HTTP face, its evidence and the key that signs its log."""
    found = build(LedgerSettings.from_env(settings_of(ledger, place, folder)))
    yield found
    await found.engine.dispose()


@pytest.fixture(scope="session")
def every_page(year: kit.ServiceDatabase, place: AssociationFolder, folder: Path) -> dict[str, httpx.Response]:
    """Every page and file that an auditor reaches who opens vouchers, by its address; each read once."""
    return asyncio.run(read_all(settings_of(year, place, folder), place, "ledger:read", "vouchers"))


@pytest.fixture(scope="session")
def html(every_page: dict[str, httpx.Response]) -> dict[str, str]:
    """Those that are pages, by address."""
    return {
        address: answer.text
        for address, answer in every_page.items()
        if answer.headers["content-type"].startswith("text/html") and "/files/" not in address
    }


@pytest.fixture
async def signed_in(anybody: httpx.AsyncClient, token: Callable[..., str]) -> httpx.AsyncClient:
    """A browser that came through the form, with a token that opens vouchers."""
    found = await anybody.post("/login?lang=de", data={"token": token("ledger:read", "vouchers")})
    assert found.status_code == httpx.codes.SEE_OTHER
    assert found.headers["location"] == "./?lang=de"
    return anybody
