"""The two associations as the story meets them: addresses from endpoints.json, tokens as `lotse token` issues them."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from lotse_chassis.identity import Auditor, Staff, issue_auditor_token, issue_token
from lotse_ledger.domain.scopes import READ
from lotse_local import keyring
from lotse_local.demo.frontend import Desk
from lotse_local.layout import AssociationFolder, DataFolder

AUDITOR_LIFETIME = timedelta(days=1)
HTTP_SECONDS = 10.0
AGAIN_SECONDS = 30.0  # as long as a service that was killed may take until it answers again
PAUSE_SECONDS = 0.25
TOO_MANY = 429


class Patient(httpx.AsyncClient):
    """Says it again where nobody answers or too many ask, as each frontend should: a service is started at any time.

    Nothing that the story says by HTTP does harm twice: it reads, and a photo that nobody claims is swept away.
    """

    async def send(self, request: httpx.Request, **how: Any) -> httpx.Response:
        """The answer. Raises httpx.TransportError when there was none for `AGAIN_SECONDS`."""
        last = time.monotonic() + AGAIN_SECONDS
        while True:
            pause = PAUSE_SECONDS
            try:
                answer = await super().send(request, **how)
                if answer.status_code != TOO_MANY or time.monotonic() > last:
                    return answer
                pause = float(answer.headers.get("retry-after", PAUSE_SECONDS))
            except httpx.TransportError:
                if time.monotonic() > last:
                    raise
            await asyncio.sleep(pause)


@dataclass(frozen=True)
class House:
    """One association."""

    place: AssociationFolder
    at: Mapping[str, Any] = field(repr=False)

    @property
    def name(self) -> str:
        """The association's name."""
        return self.place.name

    @property
    def traces(self) -> dict[str, Path]:
        """Where its services write their spans."""
        return {service: Path(path) for service, path in self.at["traces"].items()}

    def desk(self, user: str) -> Desk:
        """Where a frontend connects with its own key."""
        return Desk(self.name, self.at["nats"], user, Path(self.at["credentials"][user]))

    def token(self, actor: str, role: str) -> str:
        """A working day for a member of staff."""
        key = keyring.signing_key(self.place, keyring.TOKEN_KEY)
        return issue_token(Staff(actor, role), key, association=self.name, at=datetime.now(UTC))

    def auditor_token(self, name: str) -> str:
        """A read-only token for the ledger."""
        key, now = keyring.signing_key(self.place, keyring.AUDITOR_KEY), datetime.now(UTC)
        auditor = Auditor(name, frozenset({READ}), now + AUDITOR_LIFETIME)
        return issue_auditor_token(auditor, key, association=self.name, at=now)

    def http(self, service: str, *, token: str = "") -> httpx.AsyncClient:
        """The HTTP face of a service, or the mail catcher's under `mailbox`."""
        url = self.at["mailbox"]["http"] if service == "mailbox" else self.at["http"][service]
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return Patient(base_url=url, headers=headers, timeout=HTTP_SECONDS)

    async def mails(self) -> list[Mapping[str, Any]]:
        """What the mail catcher has, newest first."""
        async with self.http("mailbox") as http:
            found: list[Mapping[str, Any]] = (await http.get("/mails.json")).json()["mails"]
        return found


def house_of(folder: DataFolder, name: str, found: Mapping[str, Any]) -> House:
    """A house from what endpoints.json says."""
    return House(folder.association(name), found["associations"][name])
