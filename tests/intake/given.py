"""What the tests of intake stand on: the service as it is built, a real database, orders as frontends make them."""

import hashlib
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4

import httpx
import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from lotse_chassis import links
from lotse_chassis.context import Context
from lotse_chassis.identity import Staff, issue_token
from lotse_chassis.personkeys import PersonKeys
from lotse_chassis.service import Service
from lotse_contracts import intake, notify
from lotse_contracts.envelope import Message, Question, Sealed, subject_of, template_of
from lotse_contracts.intake import ContactPoint, EnquiryContent, PersonFields, SubmitEnquiry
from lotse_contracts.sealed import encode, open_sealed, public_bytes, seal
from lotse_intake.app import build
from lotse_intake.settings import IntakeSettings
from tests import kit

PARTNER = "plattform"
PIN = "48151623"
NAME = "Олена Канарейченко"
MAIL = "olena.kanarejka@example.org"
TEXT = "Мені прийшов лист, я його не розумію. Canary-7319"
CANARIES = (NAME, MAIL, TEXT, "Канарейченко", "kanarejka", "Canary-7319", PIN)
"""What must never be found in the clear: not in the database, not in a log."""

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migration' ORDER BY 1"

M = TypeVar("M", bound=Message)


@dataclass
class Intake:
    """The built service; messages are handed to its handlers in a transaction, as the chassis does."""

    service: Service
    database: kit.ServiceDatabase
    settings: IntakeSettings
    partner: X25519PrivateKey
    notify: X25519PrivateKey
    token_key: Ed25519PrivateKey
    now: datetime = field(default_factory=lambda: datetime(2026, 11, 25, 10, 0, tzinfo=UTC))

    @property
    def keys(self) -> PersonKeys:
        assert self.settings.keys_folder
        assert self.settings.kek_file
        return PersonKeys(self.settings.keys_folder, self.settings.kek_file)

    @property
    def seal_key(self) -> bytes:
        assert self.service.seal_key
        return public_bytes(self.service.seal_key)

    def context(self, *, actor: str | None = None, id: UUID | None = None, time: datetime | None = None) -> Context:
        own = id or uuid4()
        return Context(
            id=own,
            now=self.now,
            time=time or self.now,
            association=kit.ASSOCIATION,
            sender="desk" if actor else "web",
            sender_association=kit.ASSOCIATION,
            correlation=own,
            actor=actor,
            role=role_of(actor),
        )

    async def hear(
        self, message: Message, *, actor: str | None = "w-1", id: UUID | None = None, time: datetime | None = None
    ) -> list[Message]:
        """Handled and committed; returns what is said. `time`: when it was sent, if not just now."""
        heard = self.service.heard[template_of(subject_of(type(message), "x", "k", "y"))]
        context = self.context(actor=actor, id=id, time=time)
        async with self.service.engine.begin() as tx:
            said = list((await heard.handler([(message, context)], tx))[0])
            await self.service.stage(tx, context, said)
        return said

    async def lose(self, message: Message) -> None:
        """Handled, and then the process dies before the commit."""
        heard = self.service.heard[template_of(subject_of(type(message), "x", "k", "y"))]
        async with self.service.engine.connect() as tx:
            await heard.handler([(message, self.context())], tx)
            await tx.rollback()

    async def ask(self, question: Question, *, actor: str | None = "w-1") -> Any:
        """Answered as the chassis answers."""
        async with self.service.engine.begin() as tx:
            return await self.service.answerers[type(question)](question, self.context(actor=actor), tx)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Committed data, read as the owner."""
        with psycopg.connect(self.database.owner_url) as connection:
            return connection.execute(statement.encode()).fetchall()

    def execute(self, statement: str) -> None:
        """Committed as the owner, where a test needs what no order makes."""
        with psycopg.connect(self.database.owner_url) as connection:
            connection.execute(statement.encode())

    def counts(self) -> dict[str, int]:
        """How many rows each table has."""
        tables = [name for (name,) in self.rows(TABLES)]
        union = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for name in tables)
        return dict(self.rows(union))

    def whole_database(self) -> bytes:
        """Every value of every table, as text and as bytes."""
        found = []
        with psycopg.connect(self.database.owner_url) as connection:
            for (name,) in connection.execute(TABLES.encode()).fetchall():
                for row in connection.execute(f"SELECT * FROM {name}".encode()).fetchall():
                    found += [value if isinstance(value, bytes) else str(value).encode() for value in row]
        return b"|".join(found)

    @asynccontextmanager
    async def http(self, address: str = "198.51.100.7") -> AsyncIterator[httpx.AsyncClient]:
        """The public face, called in this process from an address."""
        transport = httpx.ASGITransport(app=self.service.http, client=(address, 4000))
        async with httpx.AsyncClient(transport=transport, base_url="http://intake") as client:
            yield client

    def token(self, role: str = "counsellor", actor: str = "w-1") -> str:
        at = self.service.now()
        return issue_token(
            Staff(actor, role), self.token_key, association=kit.ASSOCIATION, at=at, lifetime=timedelta(hours=1)
        )


DEFENDED = (
    "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgname LIKE '%append_only' AND NOT tgisinternal"
)


def role_of(actor: str | None) -> str | None:
    """Coordinators are those whose pseudonym says so."""
    if actor is None:
        return None
    return "coordinator" if actor.startswith("co-") else "counsellor"


def empty(database: kit.ServiceDatabase) -> None:
    """Empty every table; the triggers that defend some of them are the owner's to lift."""
    with psycopg.connect(database.owner_url) as connection:
        defended = connection.execute(DEFENDED.encode()).fetchall()
        for table, trigger in defended:
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}".encode())
        tables = ", ".join(name for (name,) in connection.execute(TABLES.encode()).fetchall())
        connection.execute(f"TRUNCATE {tables}".encode())
        for table, trigger in defended:
            connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER {trigger}".encode())


def built(database: kit.ServiceDatabase, folder: Path, **changed: Any) -> Intake:
    """Intake with keys of its own in a folder."""
    partner, notify_key, token_key = (
        X25519PrivateKey.generate(),
        X25519PrivateKey.generate(),
        Ed25519PrivateKey.generate(),
    )
    for name in ("seal", "sign", "kek"):
        (folder / name).write_bytes(hashlib.sha256(f"{folder}{name}".encode()).digest())
    card = dict.fromkeys(("verify", "intake_seal", "referral_seal", "ledger_seal"), encode(public_bytes(partner)))
    (folder / "partners.json").write_text(json.dumps({PARTNER: card}))
    settings = IntakeSettings(
        association=kit.ASSOCIATION,
        database_url=database.url,
        http_port=-1,
        token_key=encode(public_bytes(token_key)),
        seal_key_file=folder / "seal",
        sign_key_file=folder / "sign",
        partners_file=folder / "partners.json",
        keys_folder=folder / "keys",
        kek_file=folder / "kek",
        attachments_folder=folder / "files",
        **{"notify_seal_key": encode(public_bytes(notify_key)), **changed},
    )
    return Intake(build(settings), database, settings, partner, notify_key, token_key)


def sealed_to(intake_key: bytes, content: Any, message: type[Message], key: str) -> Sealed:
    """As a frontend seals."""
    return seal(content.model_dump_json().encode(), intake_key, type_name=message.type_name(), key=key)


def enquiry(here: Intake, *, code: str = "", **changed: Any) -> SubmitEnquiry:
    """An enquiry with canaries in it; keywords change the order or what is sealed inside."""
    receipt = hashlib.sha256((code or links.new_code()[0]).encode()).hexdigest()
    inside: dict[str, Any] = {"text": TEXT, "name": NAME, "contact": ContactPoint(kind="email", value=MAIL), "pin": PIN}
    inside |= {name: changed.pop(name) for name in list(changed) if name in EnquiryContent.model_fields}
    enquiry_id = changed.pop("enquiry_id", uuid4())
    content = sealed_to(here.seal_key, EnquiryContent(**inside), SubmitEnquiry, str(enquiry_id))
    given: dict[str, Any] = {
        "frontend": "web",
        "enquiry_id": enquiry_id,
        "receipt_sha256": receipt,
        "channel": "web",
        "language": "uk",
        "codes": ("housing",),
        "content": content,
        "consent_to_contact": True,
        "notice_version": "2026-11",
    }
    return SubmitEnquiry(**{**given, **changed})


def only(said: Sequence[Message], kind: type[M]) -> M:
    """The one message of this kind."""
    (found,) = [message for message in said if isinstance(message, kind)]
    return found


def kinds(said: Sequence[Message]) -> list[str]:
    """What was said, by name."""
    return [f"{message.KIND} {message.SERVICE}.{message.NAME}" for message in said]


async def known_person(here: Intake, **changed: Any) -> UUID:
    """Somebody who has asked for help."""
    return only(await here.hear(enquiry(here, **changed), actor=None), intake.PersonRegistered).person_id


def contact_in(here: Intake, change: notify.ChangeContact) -> notify.ContactContent:
    """What notify reads."""
    key = str(change.person_id)
    plaintext = open_sealed(change.contact, here.notify, type_name=notify.ChangeContact.type_name(), key=key)
    return notify.ContactContent.model_validate_json(plaintext)


def registration(here: Intake, person_id: UUID, fields: PersonFields) -> intake.RegisterPerson:
    """A counsellor writes down who she is."""
    sealed = sealed_to(here.seal_key, fields, intake.RegisterPerson, str(person_id))
    return intake.RegisterPerson(person_id=person_id, languages=("uk",), fields=sealed)


Fresh = Callable[..., Intake]
