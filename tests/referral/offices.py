"""A desk with keys and pages for offices, a browser without JavaScript, and a referral on its way to an office."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from psycopg.rows import dict_row

from lotse_chassis.personkeys import PersonKeys
from lotse_contracts import Message
from lotse_contracts.intake import ContactPoint, PersonFields, ReleaseFields
from lotse_contracts.notify import PageLink, TellService
from lotse_contracts.referral import ForwardFields
from lotse_contracts.sealed import decode, encode, open_sealed, public_bytes, seal
from lotse_referral.app import assembled
from lotse_referral.providers.offices import Offices
from lotse_referral.settings import ReferralSettings
from tests.kit import ServiceDatabase
from tests.referral.desk import Desk, Person, only

BASE = "https://lotse.example.org"
EMAIL = "kontakt@example.org"
CANARY = "Canary-Шевченко"
WHOLE = PersonFields(
    identity={"name": CANARY, "birth_date": "1990-02-03"},
    contact=ContactPoint(kind="sms", value="+491701234567"),
    status={"value": "p24_title"},
    need_summary="sucht <b>eine</b> Wohnung",
)
GROUPS = ("identity", "contact")
TOKEN_KEY = Ed25519PrivateKey.generate()
"""Of the association that issues tokens to its staff."""


class OfficeDesk(Desk):
    """`notify` is the key that mails with links are sealed to."""

    offices: Offices
    notify: X25519PrivateKey
    keys: PersonKeys
    database: ServiceDatabase

    def sealed_to_us(self, order: ReleaseFields, fields: PersonFields = WHOLE) -> ForwardFields:
        """What intake's guard lets out for this order."""
        asked = {group: getattr(fields, group) for group in order.field_groups}
        plain = PersonFields(**asked).model_dump_json(exclude_none=True).encode()
        name = ForwardFields.type_name()
        sealed = seal(plain, decode(order.receiver_key), type_name=name, key=str(order.referral_id))
        return ForwardFields(referral_id=order.referral_id, person_id=order.person_id, fields=sealed)

    def link_in(self, said: list[Message]) -> str:
        """The code of the link that notify is to mail."""
        order = only(TellService, said)
        plain = open_sealed(order.link, self.notify, type_name=TellService.type_name(), key=str(order.person_id))
        return PageLink.model_validate_json(plain).url.rpartition("/")[2]

    def sql(self, statement: str, *given: Any) -> list[dict[str, Any]]:
        """Committed data, read or changed as the owner."""
        with psycopg.connect(self.database.owner_url, row_factory=dict_row) as connection:
            cursor = connection.execute(statement.encode(), given)
            return cursor.fetchall() if cursor.description else []

    def whole_database(self) -> bytes:
        """Every value of every table."""
        tables = self.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        found = []
        for table in tables:
            for row in self.sql(f'SELECT * FROM "{table["tablename"]}"'):
                found += [value if isinstance(value, bytes) else str(value).encode() for value in row.values()]
        return b"|".join(found)

    def row_counts(self) -> dict[str, int]:
        """How many rows each table has, and when rows of links last changed."""
        tables = self.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return {t["tablename"]: self.sql(f'SELECT count(*) AS n FROM "{t["tablename"]}"')[0]["n"] for t in tables}


def open_office_desk(database: ServiceDatabase, folder: Path, **changed: Any) -> OfficeDesk:
    """Referral of one association with everything that offices need; nobody runs it."""
    for name, key in (("seal", X25519PrivateKey.generate().private_bytes_raw()), ("kek", b"k" * 32)):
        (folder / name).write_bytes(key)
    given = {
        "association": "auslaenderrat",
        "database_url": database.url,
        "http_port": -1,
        "public_url": BASE,
        "seal_key_file": folder / "seal",
        "seal_ring_folder": folder / "ring",
        "kek_file": folder / "kek",
        "keys_folder": folder / "keys",
        "token_key": encode(public_bytes(TOKEN_KEY)),
        "letter_address": "Heinrich-Zille-Straße 6 | 01219 Dresden",
        "letter_contact": "+49 351 4363725",
    }
    service, offices = assembled(ReferralSettings(**{**given, **changed}))
    desk = OfficeDesk(service, X25519PrivateKey.generate())
    desk.offices, desk.notify, desk.database = offices, X25519PrivateKey.generate(), database
    desk.keys = PersonKeys(folder / "keys", folder / "kek")
    offices.notify_key.learn(encode(public_bytes(desk.notify)))
    service.now = lambda: desk.now  # type: ignore[method-assign]
    return desk


async def referred(
    desk: OfficeDesk, person: Person, *, mode: str = "link", groups: tuple[str, ...] = GROUPS, **fields: Any
) -> list[Message]:
    """A referral to an office has left; returns what was said on the way, the timers included."""
    service_id = await office_of(desk, person)
    said = await desk.hears(person.consents(recipient=str(service_id), field_groups=groups or ("identity",)))
    sent = person.sent(service_id, mode=mode, field_groups=groups, consent_id=person.consent_id if groups else None)
    said = await desk.hears(sent)
    if groups:
        order = only(ReleaseFields, said)
        said = await desk.hears(desk.sealed_to_us(order, WHOLE.model_copy(update=fields)))
    return said + await desk.fires_timers()


async def office_of(desk: OfficeDesk, person: Person) -> UUID:
    """An office of the directory for her concern, with an address of its own."""
    await desk.hears(person.accepted())
    service_id = (await desk.suggested(person.concern_id, "Jobcenter")).service_id
    desk.sql("UPDATE service SET email = %s WHERE id = %s", EMAIL, service_id)
    return service_id


class Browser:
    """What a person at an office has: it keeps cookies as browsers do, and sends forms as they stand in the page."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def see(self, code: str, **more: Any) -> httpx.Response:
        return await self.client.get(f"/l/{code}", **more)

    async def open(self, code: str, **more: Any) -> httpx.Response:
        return await self.client.post(f"/l/{code}/open", follow_redirects=True, **more)

    async def answer(self, code: str, action: str, given: Mapping[str, Any] | None = None) -> httpx.Response:
        """Send the form of this action with its hidden fields."""
        page = (await self.see(code)).text
        form = {"action": action, "token": hidden(page, "token"), "form": hidden(page, "form"), **(given or {})}
        return await self.client.post(f"/l/{code}/answer", data=form, follow_redirects=True)


def hidden(page: str, name: str) -> str:
    """The value of a hidden field, of whichever form."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    return found.group(1) if found else ""


@asynccontextmanager
async def browser(desk: Desk, **headers: str) -> AsyncIterator[Browser]:
    """A browser of its own, without any cookie yet."""
    transport = httpx.ASGITransport(app=desk.service.http)
    async with httpx.AsyncClient(transport=transport, base_url=BASE, headers=headers) as client:
        yield Browser(client)
