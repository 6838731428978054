"""Loads of real orders and facts for each service, and what must be true of its database afterwards."""

import secrets
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from nats.aio.client import Client

from lotse_chassis.identity import Staff, issue_token
from lotse_contracts import Message, envelope_of, intake, ledger, notify, subject_for, to_json
from lotse_contracts.answers import TOKEN_HEADER
from lotse_contracts.sealed import public_bytes, seal
from lotse_local import keyring
from tests import kit


@dataclass(frozen=True)
class Load:
    """What is published as whom, and how often each message's effect must be found in the database."""

    user: str
    messages: Sequence[tuple[UUID, Message]]
    effects: str
    said: str
    effects_expected: int
    said_expected: int


def envelope_ids(load: Load) -> set[UUID]:
    return {own for own, _ in load.messages}


async def publish(broker: kit.Broker, client: Client, load: Load, *, sender_time: datetime | None = None) -> None:
    """Publish each once, under its own id, as the load's user."""
    headers = {}
    if load.user == "desk":
        headers[TOKEN_HEADER] = token(broker, "treasurer")
    for own, message in load.messages:
        envelope = envelope_of(
            message,
            id=own,
            association=kit.ASSOCIATION,
            sender=load.user,
            time=sender_time or datetime.now(UTC),
        )
        subject = subject_for(message, kit.ASSOCIATION)
        await client.jetstream().publish(
            subject, to_json(envelope), headers={"Nats-Msg-Id": secrets.token_hex(8), **headers}
        )


def token(broker: kit.Broker, role: str, at: datetime | None = None) -> str:
    """A staff token as `lotse token` issues it."""
    key = Ed25519PrivateKey.from_private_bytes(broker.place.key(keyring.TOKEN_KEY).read_bytes())
    return issue_token(
        Staff("k1", role), key, association=broker.association, at=at or datetime.now(UTC), lifetime=timedelta(hours=8)
    )


def seal_key(broker: kit.Broker, service: str) -> bytes:
    """The public key that content for a service is sealed to."""
    return public_bytes(X25519PrivateKey.from_private_bytes(broker.place.key(f"{service}.seal").read_bytes()))


def enquiry(broker: kit.Broker, *, frontend: str = "bot") -> intake.SubmitEnquiry:
    own = uuid4()
    content = intake.EnquiryContent(
        text="Прошу допомоги з житлом",
        name="Олена Шевченко",
        contact=intake.ContactPoint(kind="email", value="olena@example.org"),
        pin="4711",
    )
    return intake.SubmitEnquiry(
        frontend=frontend,
        enquiry_id=own,
        receipt_sha256=sha256(secrets.token_bytes(16)).hexdigest(),
        channel="bot",
        language="uk",
        codes=("housing",),
        content=seal(
            content.model_dump_json().encode(),
            seal_key(broker, "intake"),
            type_name=intake.SubmitEnquiry.type_name(),
            key=str(own),
        ),
        consent_to_contact=True,
        notice_version="2026-11",
    )


def intake_load(broker: kit.Broker, count: int) -> Load:
    messages = [(uuid4(), enquiry(broker)) for _ in range(count)]
    return Load("bot", messages, "SELECT enquiry_id FROM enquiry", "intake.enquiry-received.v1", count, count)


def referral_load(broker: kit.Broker, count: int) -> Load:
    messages = [
        (
            uuid4(),
            intake.ConcernAccepted(
                concern_id=uuid4(),
                case_id=uuid4(),
                person_id=uuid4(),
                version=1,
                code="housing",
                urgency="normal",
                language="uk",
            ),
        )
        for _ in range(count)
    ]
    return Load("intake", messages, "SELECT concern_id FROM concern", "referral.services-proposed.v1", count, count)


def notify_load(broker: kit.Broker, count: int) -> Load:
    """Half are notices to people whose contact never came: they are parked; half are erasures, each with a receipt."""
    told: list[tuple[UUID, Message]] = [
        (
            uuid4(),
            notify.Tell(
                person_id=uuid4(),
                template="receipt",
                arguments=(),
                useful_by=datetime.now(UTC) + timedelta(days=2),
                dedupe_key=uuid4().hex,
            ),
        )
        for _ in range(count // 2)
    ]
    erased = [(uuid4(), notify.ErasePerson(person_id=uuid4())) for _ in range(count - count // 2)]
    messages = [*told, *erased]
    said = "notify.person-erased.v1"
    return Load("intake", messages, "SELECT person_id FROM notification", said, len(told), len(erased))


def ledger_load(broker: kit.Broker, count: int) -> Load:
    messages = [
        (
            uuid4(),
            ledger.FileApplication(
                grant_id=uuid4(),
                application_id=uuid4(),
                state="applied",
                applicant="auslaenderrat",
                amount=100_00,
                budget_year=2026,
                valid_on="2026-02-01",
                standing="demo",
            ),
        )
        for _ in range(count)
    ]
    return Load("desk", messages, "SELECT 1 WHERE false", "ledger.entry-recorded.v1", 0, count)


LOADS: dict[str, Callable[[kit.Broker, int], Load]] = {
    "intake": intake_load,
    "referral": referral_load,
    "notify": notify_load,
    "ledger": ledger_load,
}


def rows(database: kit.ServiceDatabase, statement: str) -> list[tuple[Any, ...]]:
    """Committed rows, read as the owner."""
    with psycopg.connect(database.owner_url) as connection:
        return connection.execute(statement.encode()).fetchall()


def settled(database: kit.ServiceDatabase, load: Load) -> bool:
    """Whether every message of the load is claimed and everything said is sent."""
    claimed = {row[0] for row in rows(database, "SELECT message_id FROM inbox")}
    waiting = rows(database, "SELECT count(*) FROM outbox WHERE sent_at IS NULL")[0][0]
    return envelope_ids(load) <= claimed and waiting == 0


def staged(database: kit.ServiceDatabase, type_name: str) -> int:
    """How many facts of a type were said."""
    name = "evt." + type_name.rsplit(".v", 1)[0]
    return int(rows(database, f"SELECT count(*) FROM outbox WHERE claim_name = '{name}'")[0][0])


async def stream_ids(broker: kit.Broker, stream: str, type_name: str) -> Counter[str]:
    """How often each envelope id of a type is in a stream."""
    found: Counter[str] = Counter()
    async with broker.connected("ops") as client:
        js = client.jetstream()
        info = await js.stream_info(stream)
        for sequence in range(info.state.first_seq or 1, (info.state.last_seq or 0) + 1):
            raw = await js.get_msg(stream, sequence)
            if type_name.replace(".v1", "") in (raw.subject or ""):
                found[(raw.headers or {}).get("Nats-Msg-Id", "?")] += 1
    return found


async def assert_once(broker: kit.Broker, database: kit.ServiceDatabase, load: Load) -> None:
    """Every message took effect once, and what it led to is in the stream once."""
    found = [row[0] for row in rows(database, load.effects)]
    assert len(found) == len(set(found)) == load.effects_expected
    assert staged(database, load.said) == load.said_expected
    said = await stream_ids(broker, "EVENTS", load.said)
    assert len(said) == load.said_expected
    assert set(said.values()) == {1}


async def dead(broker: kit.Broker) -> list[dict[str, str]]:
    """The headers of all dead letters."""
    async with broker.connected("ops") as client:
        js = client.jetstream()
        info = await js.stream_info("DEAD")
        return [
            dict((await js.get_msg("DEAD", sequence)).headers or {})
            for sequence in range(info.state.first_seq or 1, (info.state.last_seq or 0) + 1)
        ]
