"""A person, her browser, and what reaches her: what the tests of her own page stand on."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from lotse_contracts import Message
from lotse_contracts.notify import PageLink, Tell
from lotse_contracts.referral import FixAppointment
from lotse_contracts.sealed import encode, open_sealed, public_bytes
from lotse_referral.domain.own_page import SESSION_LIVES
from lotse_referral.http import own_session
from lotse_referral.store import ownpage
from lotse_referral.store.ownpage import OwnSession, ProvedBy
from tests.kit import ServiceDatabase
from tests.referral.desk import Desk, Person, open_desk

PUBLIC_URL = "https://page.example.org"
AS_OF = date(2026, 11, 22)  # the houses that are referred to are open until the end of that year
NOTIFY = X25519PrivateKey.generate()


@dataclass
class Her:
    """One person at the desk, and one browser that is hers."""

    desk: Desk
    browser: httpx.AsyncClient
    owner_url: str
    person: Person = field(default_factory=lambda: Person(code="work"))

    async def referred(self, service: str = "Jobcenter", **changed: Any) -> list[Message]:
        """She is sent on her way with a card."""
        await self.desk.hears(self.person.accepted())
        candidate = await self.desk.suggested(self.person.concern_id, service)
        return await self.desk.hears(self.person.sent(candidate.service_id, **changed))

    async def comes_in(self, service: str = "Jobcenter") -> str:
        """She is told, opens the link, and is on her page."""
        await self.opens(link_in(await self.referred(service)).url)
        return await self.page()

    async def opens(self, url: str) -> httpx.Response:
        return await self.browser.post(path_of(url))

    async def proves(self, by: ProvedBy, *others: UUID) -> None:
        """A session as code and PIN, or a link, would open it."""
        now = self.desk.service.now()
        session = OwnSession(self.person.person_id, by, now + SESSION_LIVES, "uk", others)
        async with self.desk.service.engine.begin() as tx:
            token = await ownpage.open_session(tx, session, now)
        self.browser.cookies.set("me", token, domain="page.example.org", path="/me")

    async def page(self, **query: str) -> str:
        found = await self.browser.get("/me", params=query)
        assert found.status_code == 200
        return found.text

    def form_token(self) -> str:
        """What stands hidden in every form of her page."""
        return own_session.form_token(self.browser.cookies.get("me") or "")

    async def acts(self, path: str, **form: str) -> httpx.Response:
        """A form of her page, with its token."""
        return await self.browser.post(path, data={"token": self.form_token(), **form})

    async def answers(self, answer: str, referral_id: UUID | None = None) -> httpx.Response:
        return await self.acts(f"/me/referrals/{referral_id or self.person.referral_id}/answer", answer=answer)

    async def is_asked(self) -> list[Message]:
        """Day 3."""
        await self.desk.passes(days=3, minutes=1)
        return await self.desk.fires_timers()

    async def has_appointment(self, *, days: int = 7) -> UUID:
        appointment_id = uuid4()
        starts_at = (self.desk.service.now() + timedelta(days=days)).replace(second=0, microsecond=0)
        order = FixAppointment(
            referral_id=self.person.referral_id,
            appointment_id=appointment_id,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=1),
        )
        await self.desk.hears(order)
        return appointment_id

    async def said(self) -> list[str]:
        """What her taps have staged to be said, by name."""
        return [str(row["claim_name"]) for row in await rows(self.desk, "outbox")]

    def run(self, statement: str) -> None:
        """As the database's owner, who may what the service may not."""
        with psycopg.connect(self.owner_url) as connection:
            connection.execute(statement.encode())

    async def everything(self) -> dict[str, Any]:
        """All rows, those of the chassis too."""
        kept: dict[str, Any] = await self.desk.everything()
        return kept | {table: await rows(self.desk, table) for table in ("link", "outbox", "access_log")}


async def rows(desk: Desk, table: str) -> list[dict[str, Any]]:
    """Of any table, as the database has them."""
    async with desk.service.engine.connect() as tx:
        found = (await tx.exec_driver_sql(f"SELECT * FROM {table}")).mappings().all()
    return sorted((dict(row) for row in found), key=repr)


def link_in(said: Sequence[Message]) -> PageLink:
    """What notify, and nobody else, can read in the one notice."""
    (told,) = [message for message in said if isinstance(message, Tell)]
    assert told.link is not None
    plain = open_sealed(told.link, NOTIFY, type_name=Tell.type_name(), key=str(told.person_id))
    return PageLink.model_validate_json(plain)


def path_of(url: str) -> str:
    assert url.startswith(PUBLIC_URL)
    return url.removeprefix(PUBLIC_URL)


@asynccontextmanager
async def with_browser(desk: Desk, database: ServiceDatabase, folder: Path, **changed: Any) -> AsyncIterator[Her]:
    """On the desk's database, which is empty, with a page on the net and notify's key."""
    keys = {name: X25519PrivateKey.generate() for name in ("auslaenderrat", "plattform")}
    told = {
        "notify_seal_key": encode(public_bytes(NOTIFY)),
        "public_url": PUBLIC_URL,
        "directory_as_of": AS_OF,
        **changed,
    }
    opened = open_desk(desk.association, database, folder, keys, **told)
    opened.now = opened.service.now()
    transport = httpx.ASGITransport(opened.service.http)
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL) as browser:
        her = Her(opened, browser, database.owner_url)
        her.run("DELETE FROM link")
        yield her
    await opened.service.engine.dispose()
