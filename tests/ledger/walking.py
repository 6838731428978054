"""An auditor who reads every page: the service's settings, and the way from link to link."""

from collections import deque
from datetime import timedelta
from pathlib import Path
from urllib.parse import urljoin

import httpx

from lotse_chassis.identity import Auditor, issue_auditor_token
from lotse_ledger.app import build
from lotse_ledger.settings import LedgerSettings
from lotse_local import keyring
from lotse_local.layout import AssociationFolder
from tests import kit
from tests.ledger import audited
from tests.ledger.outline import Outline

PAGES_WALKED_MAX = 600
SAMPLE = "/page/sample?n=4&nonce=Elbe&method=stratified"


def settings_of(ledger: kit.ServiceDatabase, place: AssociationFolder, folder: Path, **changed: str) -> dict[str, str]:
    key = keyring.public_signing_key(place, keyring.AUDITOR_KEY)
    return {**audited.settings_for(ledger, folder), "LOTSE_AUDITOR_KEY": key, **changed}


async def read_all(settings: dict[str, str], place: AssociationFolder, *scopes: str) -> dict[str, httpx.Response]:
    service = build(LedgerSettings.from_env(settings))
    at = service.now()
    auditor = Auditor("sozialamt-1", frozenset(scopes), at + timedelta(days=1))
    key = keyring.signing_key(place, keyring.AUDITOR_KEY)
    token = issue_auditor_token(auditor, key, association=kit.ASSOCIATION, at=at)
    transport = httpx.ASGITransport(app=service.http)
    headers = {"authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://ledger", headers=headers) as client:
        found = await walked(client, "/?lang=de", f"{SAMPLE}&lang=de", "/page/entries?lang=de&cursor=3")
    await service.engine.dispose()
    return found


async def walked(client: httpx.AsyncClient, *first: str) -> dict[str, httpx.Response]:
    """Every page that can be reached from these, and every file, by following links as a reader does."""
    found: dict[str, httpx.Response] = {}
    ahead = deque(first)
    while ahead and len(found) < PAGES_WALKED_MAX:
        address = ahead.popleft().partition("#")[0]
        if address in found:
            continue
        found[address] = answer = await client.get(address)
        if answer.headers.get("content-type", "").startswith("text/html") and "attachment" not in str(answer.headers):
            links = [urljoin(address, link) for link in Outline(answer.text).links]
            ahead.extend(link for link in links if link.startswith("/"))
    return found
