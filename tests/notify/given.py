"""What the tests of notify stand on: a real service's table of handlers, a clock that is set, sealed contacts."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from uuid import UUID, uuid4

import psycopg
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from prometheus_client import CollectorRegistry
from psycopg.rows import dict_row

from lotse_chassis.context import Context
from lotse_chassis.personkeys import PersonKeys
from lotse_chassis.service import Service, Unit
from lotse_chassis.timers import Timer
from lotse_contracts.envelope import Answer, Message, Question, subject_of, template_of
from lotse_contracts.intake import ContactPoint, FurtherPoint
from lotse_contracts.notify import ChangeContact, ContactContent, ErasePerson, Tell, TemplateArgument
from lotse_contracts.sealed import public_bytes, seal
from lotse_contracts.values import ContactKind, Detail, RecipientLanguage, TemplateName
from lotse_notify.app import build
from lotse_notify.domain.caps import Caps
from lotse_notify.domain.mail import Sender
from lotse_notify.domain.prices import Prices
from lotse_notify.domain.shipped import shipped_texts
from lotse_notify.providers.provider import Provider
from lotse_notify.providers.routes import Guard, Routes
from lotse_notify.providers.smtp import Server
from lotse_notify.providers.smtp_pool import SmtpPool
from lotse_notify.settings import NotifySettings
from lotse_notify.store.library import Library
from lotse_notify.workers import sender
from lotse_notify.workers.post import Post
from lotse_notify.workers.sweeping import sweep
from tests import kit

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
ADDRESS = "canary.olena@example.org"
NAME = "Canary Шевченко"
READ_URL = "https://read.example.org/"
PUBLIC_URL = "https://stop.example.org"


@dataclass
class House:
    """Notify on a real database, without a broker: handlers are called, what they say is kept."""

    service: Service
    database: kit.ServiceDatabase
    keys: PersonKeys
    now: datetime = NOW
    said: list[Message] = field(default_factory=list)

    def context(self, at: datetime | None = None) -> Context:
        """`at` is the time of the envelope."""
        own = uuid4()
        here = self.service.association
        return Context(own, self.now, at or self.now, here, "intake", here, own, "desk-1")

    async def hear(self, message: Message, at: datetime | None = None) -> list[Message]:
        """One delivery in one transaction; returns what followed. An erasure is followed to its end, as if nobody
        carried her farewell."""
        facts = await self.deliver(message, at)
        if isinstance(message, ErasePerson) and not facts:
            self.run("UPDATE person SET leaving_until = %s WHERE person_id = %s", self.now, message.person_id)
            self.run("UPDATE timer SET due_at = %s WHERE kind = 'leaving'", self.now)
            facts = await self.fire_due()
        return facts

    async def deliver(self, message: Message, at: datetime | None = None) -> list[Message]:
        """One delivery in one transaction and nothing more."""
        heard = self.service.heard[template_of(subject_of(type(message), "x", "k", "y"))]
        async with self.service.engine.begin() as tx:
            (followed,) = await heard.handler([(message, self.context(at))], tx)
        facts = list(followed)
        self.said += facts
        return facts

    async def ask(self, question: Question) -> Answer:
        async with self.service.engine.begin() as tx:
            return await self.service.answerers[type(question)](question, self.context(), tx)

    async def fire_due(self) -> list[Message]:
        """Every timer that is due on the clock of this house, oldest first."""
        facts: list[Message] = []
        due = [row for row in self.rows("timer", "due_at") if row["due_at"] <= self.now]
        for row in due:
            fired = Timer(row["kind"], row["key"], row["due_at"], row["payload"], row["id"])
            async with self.service.engine.begin() as tx:
                facts += await self.service.timer_handlers[fired.kind](fired, self.context(), tx)
            self.run("DELETE FROM timer WHERE id = %s", fired.id)
        self.said += facts
        return facts

    @asynccontextmanager
    async def unit(self) -> AsyncIterator[Unit]:
        """A transaction on the clock of this house."""
        said: list[Message] = []
        async with self.service.engine.begin() as tx:
            yield Unit(tx, self.context(), said)
        self.said += said

    def post(
        self,
        port: int,
        *,
        timeout_seconds: float = 2.0,
        more: Sequence[Provider] = (),
        quiet_hours: bool = True,
    ) -> Post:
        """One line to the mail server, so that mails leave one after the other; `more` are providers beside it."""
        server = Server("127.0.0.1", port, "auto", "post.example.org", timeout_seconds)
        guard = Guard("local", Prices({}))
        return Post(
            library=Library(shipped_texts(drafts_allowed=True)),
            sender=Sender("message@post.example.org", "Nachricht"),
            read_url=READ_URL,
            public_url=PUBLIC_URL,
            keys=self.keys,
            server=server,
            routes=Routes([SmtpPool(server, lines=1), *more], guard=guard, clock=self._seconds),
            retry_seconds=30.0,
            quiet_hours=quiet_hours,
            caps=Caps(to_person=1_000, identical=1_000),
        )

    def _seconds(self) -> float:
        return self.now.timestamp()

    async def send_all(self, post: Post, *, most: int = 50) -> int:
        """Send until nothing is due; how many were taken up."""
        sending, taken = sender.Sender(self.unit, post, sender.SendMeters(CollectorRegistry())), 0
        try:
            for _ in range(most):
                if not (seen := await sending.take()):
                    return taken
                taken += seen
                await sending.finish()
        finally:
            await post.routes.close()
        raise AssertionError("there is no end of it")

    async def sweep(self, post: Post) -> None:
        await sweep(self.unit, post)

    def rows(self, table: str, order: str = "1") -> list[dict[str, Any]]:
        with psycopg.connect(self.database.owner_url, row_factory=dict_row) as connection:
            return connection.execute(f"SELECT * FROM {table} ORDER BY {order}".encode()).fetchall()

    def run(self, statement: str, *values: object) -> None:
        with psycopg.connect(self.database.owner_url) as connection:
            connection.execute(statement.encode(), values)

    def states(self) -> dict[str, tuple[str, str]]:
        """State and reason of each notification by the name of its template."""
        return {row["template"]: (row["state"], row["because"]) for row in self.rows("notification", "created_at")}

    def contact(self, person_id: UUID, **how: Any) -> ChangeContact:
        """An order as intake gives it; `how` as in `contact_order`."""
        assert self.service.seal_key is not None
        return contact_order(person_id, public_bytes(self.service.seal_key), **how)


def contact_order(
    person_id: UUID,
    public_key: bytes,
    *,
    version: int = 1,
    kind: ContactKind = "email",
    value: str = ADDRESS,
    languages: Sequence[RecipientLanguage] = ("uk",),
    consented: bool = True,
    safe: bool = True,
    detail: Detail = "neutral",
    more: Sequence[tuple[Literal["email", "sms"], str]] = (),
) -> ChangeContact:
    """A contact sealed to notify, with a name that notify has no use for."""
    further = tuple(FurtherPoint(kind=way, value=where, detail=detail) for way, where in more)
    point = ContactPoint(kind=kind, value=value if kind != "none" else "", detail=detail, more=further)
    content = ContactContent(contact=point, name=NAME).model_dump_json().encode()
    sealed = seal(content, public_key, type_name=ChangeContact.type_name(), key=str(person_id))
    return ChangeContact(
        person_id=person_id,
        version=version,
        languages=tuple(languages),
        consented=consented,
        safe=safe,
        contact=sealed,
    )


def tell(
    person_id: UUID,
    template: TemplateName = "receipt",
    *,
    key: str = "k1",
    supersedes: str | None = None,
    useful_by: datetime = NOW + timedelta(days=3),
    arguments: dict[str, str] | None = None,
) -> Tell:
    """An order to tell her something."""
    given = tuple(TemplateArgument(name=name, value=value) for name, value in (arguments or {}).items())
    return Tell(
        person_id=person_id,
        template=template,
        arguments=given,
        useful_by=useful_by,
        dedupe_key=key,
        supersedes=supersedes,
    )


def house_on(database: kit.ServiceDatabase, folder: Path, **more: Any) -> House:
    """A house with keys of its own, kept in the folder; `more` are settings."""
    seal_file, kek_file, keys_folder = folder / "seal.key", folder / "kek", folder / "keys"
    seal_file.write_bytes(X25519PrivateKey.generate().private_bytes_raw())
    if not kek_file.exists():
        kek_file.write_bytes(b"k" * 32)
    given: dict[str, Any] = {
        "association": "auslaenderrat",
        "database_url": database.url,
        "http_port": -1,
        "public_url": PUBLIC_URL,
        "read_url": READ_URL,
        "seal_key_file": seal_file,
        "kek_file": kek_file,
        "keys_folder": keys_folder,
        "mail_from": "message@post.example.org",
        "mail_from_name": "Nachricht",
        "drafts_allowed": True,
    }
    return House(build(NotifySettings(**given | more)), database, PersonKeys(keys_folder, kek_file.read_bytes()))


Databases = Callable[[str], kit.ServiceDatabase]
