"""The ledger with its HTTP face, and auditors with and without a token."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import httpx
import pytest

from lotse_chassis.identity import Auditor, issue_auditor_token
from lotse_chassis.service import Service
from lotse_ledger.app import build
from lotse_ledger.handlers.orders import take
from lotse_ledger.http.access import SCOPE
from lotse_ledger.settings import LedgerSettings
from lotse_local import keyring
from lotse_local.layout import AssociationFolder
from tests import kit
from tests.ledger import given

Database = Callable[[str], kit.ServiceDatabase]


@pytest.fixture
async def ledger(database: Database) -> kit.ServiceDatabase:
    """The public facts, and a demonstration grant with plan, vouchers and drawdown."""
    found = database("ledger")
    async with given.transaction(found) as tx:
        await given.load_facts(tx)
        house = given.house(checkpoint_entries=4)
        await take(given.award(), given.context(), tx, house=house)
        await take(given.plan(), given.context(), tx, house=house)
        await take(given.voucher(), given.context(), tx, house=house)
        await take(given.voucher(line="fees", amount=6_500_00), given.context(), tx, house=house)
        await take(given.drawdown(), given.context(), tx, house=house)
    return found


@pytest.fixture
async def service(ledger: kit.ServiceDatabase, place: AssociationFolder) -> AsyncIterator[Service]:
    """The ledger with its HTTP face; the broker has no part in these tests."""
    found = build(
        LedgerSettings.from_env(
            {
                "LOTSE_ASSOCIATION": kit.ASSOCIATION,
                "LOTSE_DATABASE_URL": ledger.url,
                "LOTSE_AUDITOR_KEY": keyring.public_signing_key(place, keyring.AUDITOR_KEY),
            }
        )
    )
    yield found
    await found.engine.dispose()


@pytest.fixture
async def anybody(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    """A client without a token."""
    transport = httpx.ASGITransport(app=service.http)
    async with httpx.AsyncClient(transport=transport, base_url="http://ledger") as client:
        yield client


@pytest.fixture
def token(place: AssociationFolder, service: Service) -> Callable[..., str]:
    """`token("ledger:read", …)` is one that this association's auditor key signed."""

    def issue(
        *scopes: str,
        key: str = keyring.AUDITOR_KEY,
        association: str = kit.ASSOCIATION,
        days: int = 30,
        ago: int = 0,
        token_id: str = "",
        seal_key: bytes = b"",
    ) -> str:
        at = service.now() - timedelta(days=ago)
        given = frozenset(scopes or {SCOPE})
        auditor = Auditor("sozialamt-1", given, at + timedelta(days=days), token_id, seal_key)
        return issue_auditor_token(auditor, keyring.signing_key(place, key), association=association, at=at)

    return issue


@pytest.fixture
def auditor(anybody: httpx.AsyncClient, token: Callable[..., str]) -> httpx.AsyncClient:
    """A client with a token."""
    anybody.headers["authorization"] = f"Bearer {token()}"
    return anybody
