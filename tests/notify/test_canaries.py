"""Trap 25: whatever goes well or wrong, no log, metric, span, fact, dead letter or table holds anything of hers."""

import json
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from lotse_chassis import links
from lotse_contracts.envelope import Message, envelope_of, subject_for, to_json
from lotse_contracts.intake import ContactPoint, FurtherPoint
from lotse_contracts.notify import ChangeContact, ContactContent, PageLink, Tell
from lotse_contracts.sealed import public_bytes, seal
from lotse_local.mailbox_folder import MailFolder
from lotse_local.mailbox_pages import server_of
from lotse_local.mailbox_sms import SmsGate
from lotse_notify.domain.callbacks import callback_token
from tests import kit
from tests.chaos.processes import Running, running
from tests.notify.botserver import BotServer
from tests.notify.given import Databases
from tests.notify.mailserver import MailServer

NAME, MAIL_WORD, LINK_WORD, FREE_WORD = "Canaryname", "canarymail", "canarylink", "canarytext"
PHONE, CHAT, BOT_TOKEN = "+4915199887766", 7_766_554_433, "998877:canarytoken"
CANARIES = (NAME, MAIL_WORD, LINK_WORD, FREE_WORD, "99887766", str(CHAT), "canarytoken")
SECRET = b"callback-secret-of-tests"
STOP_CODE = links.code_of(secrets.randbits(128))
SEEN_SECONDS = 40.0


@contextmanager
def caught(folder: Path) -> Iterator[tuple[MailFolder, str]]:
    """The catcher of SMS; the address of its `sendsms`."""
    kept = MailFolder(folder)
    gate = SmsGate(kept)
    server = server_of(kept, 0, gate)
    Thread(target=server.serve_forever, daemon=True).start()
    yield kept, f"http://127.0.0.1:{server.server_address[1]}/cgi-bin/sendsms"
    server.shutdown()
    server.server_close()
    gate.close()


@pytest.fixture
async def bot() -> AsyncIterator[BotServer]:
    async with BotServer() as server:
        yield server


@pytest.fixture
def notify(
    database: Databases, broker: kit.Broker, mailserver: MailServer, bot: BotServer, tmp_path: Path
) -> Iterator[Running]:
    token, secret = tmp_path / "token", tmp_path / "secret"
    token.write_text(BOT_TOKEN)
    secret.write_bytes(SECRET)
    changed = {
        "smtp_port": str(mailserver.port),
        "drafts_allowed": "true",
        "retry_seconds": "0.1",
        "log_level": "debug",
    }
    changed |= {
        "smtp_timeout_seconds": "0.5",
        "quiet_hours": "false",
        "recipients": "local",
        "sms_providers": "kannel",
        "sms_sender": "Nachricht",
    }
    changed |= {"telegram_url": bot.url, "telegram_token_file": str(token), "telegram_bot": "lotse_bot"}
    changed |= {"callback_secret_file": str(secret), "traces_file": str(tmp_path / "spans.jsonl")}
    with caught(tmp_path / "caught") as (_, url):
        process = database("notify")
        with running("notify", process, broker, kannel_url=url, **changed) as started:
            started.changed["LOTSE_CALLBACK_URL"] = f"http://127.0.0.1:{started.port}"
            yield started


async def test_trap_25_nothing_of_hers_shows_whatever_happens(
    notify: Running, broker: kit.Broker, mailserver: MailServer, bot: BotServer, tmp_path: Path
) -> None:
    notify.start()
    await notify.ready()
    await everything_happens(notify, broker, mailserver, bot)
    dead = await kit.eventually(lambda: stored(broker, "DEAD"), SEEN_SECONDS)
    facts = await stored(broker, "EVENTS")
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{notify.port}") as client:
        metrics = (await client.get("/metrics")).text
    notify.stop()
    places = {
        "log": notify.text(),
        "metrics": metrics,
        "spans": (tmp_path / "spans.jsonl").read_text(),
        "facts": str(facts),
        "dead": str(dead),
        "tables": tables(notify.database.owner_url),
    }
    assert len(places["log"]) > 1_000, "an empty log proves nothing"
    assert "notify.tell" in places["spans"]
    assert {"message-sent", "opted-out", "opted-in"} <= {subject.split(".")[4] for subject, _, _ in facts}
    assert "contact_malformed" in places["dead"]
    found = {(place, canary) for place, text in places.items() for canary in CANARIES if canary in text}
    assert found == set()


async def everything_happens(notify: Running, broker: kit.Broker, mailserver: MailServer, bot: BotServer) -> None:
    """A mail and an SMS leave, one is refused with her address in the answer, one is doubted; she writes back by SMS,
    to the bot, and on her page with a form full of her words; a contact comes that cannot be read."""
    olena, oksana, other = uuid4(), uuid4(), uuid4()
    key = public_bytes(X25519PrivateKey.from_private_bytes(broker.place.key("notify.seal").read_bytes()))
    async with broker.connected("intake") as intake:

        async def say(message: Message) -> None:
            envelope = envelope_of(message, id=uuid4(), association=kit.ASSOCIATION, sender="intake", time=now())
            headers = {"Nats-Msg-Id": str(envelope.id)}
            await intake.jetstream().publish(subject_for(message, kit.ASSOCIATION), to_json(envelope), headers=headers)

        await say(contact(olena, key, ContactPoint(kind="email", value=f"{MAIL_WORD}@example.org", more=(SMS,))))
        await say(contact(oksana, key, ContactPoint(kind="sms", value=PHONE, shared=True)))
        await say(unreadable(other, key))
        await say(told(olena, "receipt", key))
        await say(told(oksana, "answer_waits", key))
        await kit.eventually(lambda: mailserver.taken and states(notify, oksana) & {"delivered"}, SEEN_SECONDS)
        for number, does in enumerate(("refuse_recipient", "refuse_content", "silent_after_dot")):
            mailserver.does = does  # type: ignore[assignment]
            await say(told(olena, "answer_waits", key, number=number))
            await kit.eventually(partial(has_ended, notify, olena, number + 2), SEEN_SECONDS)
            await say(
                contact(olena, key, ContactPoint(kind="email", value=f"{MAIL_WORD}{number}@example.org"), number + 2)
            )
            await kit.eventually(partial(is_kept, notify, olena, number + 2), SEEN_SECONDS)  # links go with an address
        await she_writes(notify, olena, bot)


async def she_writes(notify: Running, olena: UUID, bot: BotServer) -> None:
    """To every face that listens."""
    with psycopg.connect(notify.database.owner_url) as connection:
        columns = "code_sha256, purpose, subject_id, expires_at"
        row = (links.digest_of(STOP_CODE), str(olena), now() + timedelta(days=1))
        connection.execute(f"INSERT INTO link ({columns}) VALUES (%s, 'stop', %s, %s)".encode(), row)
    hook = f"/cb/kannel/{callback_token(SECRET, 'kannel')}?id=mo-{{}}"
    form = {"way_email": "on", "first_answers": FREE_WORD, FREE_WORD: PHONE}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{notify.port}") as client:
        for number, text in enumerate((FREE_WORD, "СТОП", "START")):
            headers = {"X-Kannel-From": PHONE, "Content-Type": "text/plain; charset=UTF-8"}
            assert (await client.post(hook.format(number), content=text.encode(), headers=headers)).is_success
        assert (await client.post(f"/preferences/{STOP_CODE}", data=form)).is_success
        assert (await client.get(f"/preferences/{FREE_WORD}")).status_code == httpx.codes.NOT_FOUND
        assert (await client.get(f"/nowhere/{FREE_WORD}")).status_code == httpx.codes.NOT_FOUND
        assert (await client.post(f"/cb/kannel/{FREE_WORD}", content=FREE_WORD)).status_code == httpx.codes.NOT_FOUND
        page = await client.post(f"/preferences/{STOP_CODE}/telegram", data={"accept": "yes"})
    token = page.text.partition("?start=")[2][:26]
    chat = {"id": CHAT, "type": "private", "first_name": NAME}
    bot.updates = [
        {"update_id": number, "message": {"text": text, "chat": chat}}
        for number, text in enumerate((FREE_WORD, f"/start {token}", "/stop"), 1)
    ]
    await kit.eventually(lambda: len(bot.said) == 2, SEEN_SECONDS)


SMS = FurtherPoint(kind="sms", value=PHONE)


def now() -> datetime:
    return datetime.now(UTC)


def contact(person_id: UUID, key: bytes, point: ContactPoint, version: int = 1) -> ChangeContact:
    content = ContactContent(contact=point, name=f"{NAME} Шевченко").model_dump_json().encode()
    return sealed(person_id, key, content, version)


def unreadable(person_id: UUID, key: bytes) -> ChangeContact:
    """What was sealed is no contact, but full of hers."""
    return sealed(
        person_id, key, json.dumps({"contact": {"kind": MAIL_WORD, "value": PHONE}, "name": NAME}).encode(), 1
    )


def sealed(person_id: UUID, key: bytes, content: bytes, version: int) -> ChangeContact:
    said = seal(content, key, type_name=ChangeContact.type_name(), key=str(person_id))
    return ChangeContact(person_id=person_id, version=version, languages=("uk",), consented=True, contact=said)


def told(person_id: UUID, template: Any, key: bytes, *, number: int = 0) -> Tell:
    link = PageLink(url=f"https://read.example.org/{LINK_WORD}").model_dump_json().encode()
    return Tell(
        person_id=person_id,
        template=template,
        useful_by=now() + timedelta(hours=2),
        dedupe_key=f"{template}-{number}",
        link=seal(link, key, type_name=Tell.type_name(), key=str(person_id)),
    )


def states(notify: Running, person_id: UUID) -> set[str]:
    with psycopg.connect(notify.database.owner_url) as connection:
        rows = connection.execute("SELECT state FROM notification WHERE person_id = %s", (person_id,))
        return {row[0] for row in rows}


def has_ended(notify: Running, person_id: UUID, wanted: int) -> bool:
    """Whether of so many notifications something is known, be it a doubt."""
    with psycopg.connect(notify.database.owner_url) as connection:
        known = "ended_at IS NOT NULL OR state = 'unresolved'"
        statement = f"SELECT count(*) FROM notification WHERE person_id = %s AND ({known})".encode()
        row = connection.execute(statement, (person_id,)).fetchone()
        return row is not None and int(row[0]) >= wanted


def is_kept(notify: Running, person_id: UUID, version: int) -> bool:
    """Whether this contact has been taken up."""
    with psycopg.connect(notify.database.owner_url) as connection:
        statement = "SELECT 1 FROM contact WHERE person_id = %s AND version = %s"
        return connection.execute(statement, (person_id, version)).fetchone() is not None


async def stored(broker: kit.Broker, stream: str) -> list[tuple[str, object, bytes]]:
    """Everything in this stream."""
    async with broker.connected("ops") as ops:
        js = ops.jetstream()
        count = (await js.stream_info(stream)).state.messages
        found = [await js.get_msg(stream, seq) for seq in range(1, count + 1)]
    return [(one.subject or "", one.headers, one.data or b"") for one in found]


def tables(url: str) -> str:
    """Every value of every table, bytes as they are stored."""
    with psycopg.connect(url) as connection:
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        return str([connection.execute(f'SELECT * FROM "{name}"'.encode()).fetchall() for (name,) in names])
