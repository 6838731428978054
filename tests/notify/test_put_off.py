"""One message that cannot be claimed: it alone is put off, the rest is sent, and it ends when its use is over."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from prometheus_client import CollectorRegistry

from lotse_chassis.service import Unit
from lotse_contracts.notify import MessageFailed
from lotse_notify.workers.alone import PUT_OFF
from lotse_notify.workers.post import Post
from lotse_notify.workers.sender import Sender, SendMeters
from tests.notify.given import NOW, House, tell
from tests.notify.mailserver import MailServer

POISON = "UPDATE contact_point SET hours = '[{}]' WHERE person_id = %s"
OLDER = "UPDATE notification SET due_at = due_at - interval '1 hour' WHERE person_id = %s"
HELD = b"SELECT FROM notification WHERE person_id = %s FOR UPDATE"


@pytest.fixture
def post(house: House, mailserver: MailServer) -> Post:
    return house.post(mailserver.port)


async def _somebody(house: House) -> UUID:
    person_id = uuid4()
    await house.hear(house.contact(person_id))
    await house.hear(tell(person_id))
    return person_id


def _state(house: House, person_id: UUID) -> tuple[str, str]:
    (row,) = (row for row in house.rows("notification") if row["person_id"] == person_id)
    return row["state"], row["because"]


async def test_one_that_cannot_even_be_read_is_put_off_and_the_rest_is_sent(
    house: House, post: Post, mailserver: MailServer
) -> None:
    people = [await _somebody(house) for _ in range(4)]
    house.run(POISON, people[0])
    await house.send_all(post)
    assert len(mailserver.taken) == 3
    bad = next(row for row in house.rows("notification") if row["person_id"] == people[0])
    assert (bad["state"], bad["due_at"]) == ("ready", NOW + PUT_OFF)


async def test_the_one_that_fails_is_put_off_and_not_an_older_one(
    house: House, post: Post, mailserver: MailServer
) -> None:
    innocent, bad = await _somebody(house), await _somebody(house)
    house.run(OLDER, innocent)
    house.run(POISON, bad)
    with psycopg.connect(house.database.owner_url) as somebody:
        somebody.execute(HELD, (innocent,))
        failed = 0

        @asynccontextmanager
        async def units() -> AsyncIterator[Unit]:
            nonlocal failed
            try:
                async with house.unit() as unit:
                    yield unit
            except (LookupError, TypeError, ValueError):
                failed += 1
                if failed == 2:  # together, then alone: now somebody lets the older one go
                    somebody.rollback()
                raise

        sender = Sender(units, post, SendMeters(CollectorRegistry()))
        while await sender.take():
            await sender.finish()
    await post.routes.close()
    assert failed == 2
    assert _state(house, innocent) == ("handed_over", "server_took_it")
    assert {row["person_id"]: row["due_at"] for row in house.rows("notification")}[bad] == NOW + PUT_OFF
    assert len(mailserver.taken) == 1


async def test_one_that_cannot_be_read_expires_when_its_use_is_over(
    house: House, post: Post, mailserver: MailServer
) -> None:
    bad = await _somebody(house)
    house.run(POISON, bad)
    await house.send_all(post)
    house.now = NOW + timedelta(days=3)
    await house.send_all(post)
    assert _state(house, bad) == ("expired", "too_late")
    (said,) = house.said
    assert isinstance(said, MessageFailed)
    assert (said.person_id, said.reason, said.channel) == (bad, "too_late", "none")
    assert house.rows("decision")[-1]["decision"] == "expired"
    assert mailserver.taken == []
