"""Notify as a process that is killed while it sends: nothing is lost, nothing sent twice, the doubtful is listed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from lotse_contracts.envelope import Message, envelope_of, subject_for, to_json
from lotse_contracts.sealed import public_bytes
from tests import kit
from tests.chaos.processes import Running, running
from tests.notify.given import ADDRESS, NAME, Databases, contact_order, tell
from tests.notify.mailserver import MailServer

PEOPLE = 8
ANYTIME = {"drafts_allowed": "true", "quiet_hours": "false", "recipients": "local", "smtp_lines": "1"}
"""Texts as they are, to whom nobody can be, at whatever hour the test runs, one after the other."""


@pytest.fixture
def stored(database: Databases) -> kit.ServiceDatabase:
    return database("notify")


@pytest.fixture
def notify(stored: kit.ServiceDatabase, broker: kit.Broker, mailserver: MailServer) -> Iterator[Running]:
    with running("notify", stored, broker, smtp_port=str(mailserver.port), **ANYTIME) as process:
        yield process


async def test_killed_before_the_content_it_is_sent_once_by_the_next(
    notify: Running, stored: kit.ServiceDatabase, broker: kit.Broker, mailserver: MailServer
) -> None:
    mailserver.does = "silent_at_recipient"
    await _started_and_told(notify, broker, [uuid4()])
    await kit.eventually(mailserver.waiting.is_set)
    notify.kill()
    assert _rows(stored, "SELECT state, stage FROM send_attempt") == [("submitting", "envelope")]
    mailserver.does = "take"
    await _restarted(notify, stored)
    await kit.eventually(lambda: _states(stored) == ["handed_over"])
    assert len(mailserver.taken) == 1


async def test_killed_after_the_dot_it_is_unresolved_and_listed(
    notify: Running, stored: kit.ServiceDatabase, broker: kit.Broker, mailserver: MailServer
) -> None:
    mailserver.does = "silent_after_dot"
    await _started_and_told(notify, broker, [uuid4()])
    await kit.eventually(mailserver.waiting.is_set)
    notify.kill()
    mailserver.does = "take"
    await _restarted(notify, stored)
    await kit.eventually(lambda: _states(stored) == ["unresolved"])
    assert _rows(stored, "SELECT count(*) FROM outbox WHERE claim_name LIKE '%message-unresolved'") == [(1,)]
    await _told(broker, [other := uuid4()])
    await kit.eventually(lambda: _states(stored, other) == ["handed_over"])
    assert len(mailserver.taken) == 2


async def test_killed_again_and_again_nobody_is_told_twice_and_nobody_is_forgotten(
    notify: Running, stored: kit.ServiceDatabase, broker: kit.Broker, mailserver: MailServer
) -> None:
    people = [uuid4() for _ in range(PEOPLE)]
    await _started_and_told(notify, broker, people)
    for count in range(1, PEOPLE, 2):
        await kit.eventually(partial(_so_many_or_no_more, stored, mailserver, count))
        notify.kill()
        await _restarted(notify, stored)
    await kit.eventually(lambda: _quiet(_states(stored)))
    copies = [str(taken.mail["Message-ID"]) for taken in mailserver.taken]
    assert len(copies) == len(set(copies)), "somebody was told twice"
    sent = _rows(stored, "SELECT count(*) FROM notification WHERE state = 'handed_over'")[0][0]
    assert sent <= len(copies) <= PEOPLE
    assert _rows(stored, "SELECT count(*) FROM send_attempt WHERE state = 'unknown'") == [(PEOPLE - sent,)]


async def test_no_value_of_a_person_is_in_the_log(
    notify: Running, stored: kit.ServiceDatabase, broker: kit.Broker, mailserver: MailServer
) -> None:
    notify.changed["LOTSE_LOG_LEVEL"] = "debug"
    mailserver.does = "refuse_recipient"
    await _started_and_told(notify, broker, [uuid4()])
    await kit.eventually(lambda: _states(stored) == ["failed"])
    notify.stop()
    text = notify.text()
    assert "recipient_refused" in text
    assert not any(value in text for value in (ADDRESS, ADDRESS.split("@")[0], *NAME.split()))


async def _started_and_told(notify: Running, broker: kit.Broker, people: list[UUID]) -> None:
    await _told(broker, people)
    notify.start()
    await notify.ready()


async def _told(broker: kit.Broker, people: list[UUID]) -> None:
    seal_key = X25519PrivateKey.from_private_bytes(broker.place.key("notify.seal").read_bytes())
    async with broker.connected("intake") as intake:
        for person_id in people:
            now = datetime.now(UTC)
            orders: list[Message] = [
                tell(person_id, "answer_waits", useful_by=now + timedelta(days=1)),
                contact_order(person_id, public_bytes(seal_key)),
            ]
            for order in orders:
                envelope = envelope_of(order, id=uuid4(), association=kit.ASSOCIATION, sender="intake", time=now)
                headers = {"Nats-Msg-Id": str(envelope.id)}
                await intake.jetstream().publish(
                    subject_for(order, kit.ASSOCIATION), to_json(envelope), headers=headers
                )


async def _restarted(notify: Running, stored: kit.ServiceDatabase) -> None:
    """The lease of the dead process has run out."""
    with psycopg.connect(stored.owner_url) as connection:
        connection.execute("UPDATE send_attempt SET lease_until = now() WHERE state = 'submitting'")
    notify.start()
    await notify.ready()


def _so_many_or_no_more(stored: kit.ServiceDatabase, mailserver: MailServer, count: int) -> bool:
    """What a kill cut off in the middle of its content never arrives."""
    return len(mailserver.taken) >= count or _quiet(_states(stored))


def _quiet(states: list[str]) -> bool:
    return len(states) == PEOPLE and set(states) <= {"handed_over", "unresolved"}


def _states(stored: kit.ServiceDatabase, person_id: UUID | None = None) -> list[str]:
    rows = _rows(stored, "SELECT state, person_id FROM notification")
    return [state for state, whose in rows if person_id in (None, whose)]


def _rows(stored: kit.ServiceDatabase, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(stored.owner_url) as connection:
        return connection.execute(query.encode()).fetchall()
