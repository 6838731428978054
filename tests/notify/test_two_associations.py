"""Trap 29: somebody known to two associations is two contacts; neither learns of the other, and neither ends the other.

Each has its own broker, database and keys; here they have one thing in common, her phone and her mailbox.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest

from lotse_chassis import links
from lotse_chassis.service import Service
from lotse_contracts.envelope import Message, envelope_of, subject_for, to_json
from lotse_contracts.notify import ErasePerson
from lotse_contracts.sealed import public_bytes
from lotse_notify.app import build
from lotse_notify.domain.callbacks import callback_token
from lotse_notify.handlers.orders import STOP_LINK
from tests import kit
from tests.notify.gateway import HttpGateway
from tests.notify.given import ADDRESS, Databases, contact_order, tell
from tests.notify.mailserver import MailServer
from tests.notify.test_service import USEFUL

NUMBER = "+4915112345678"


@dataclass
class Side:
    """One association: notify with all that is its own, her id there, and who carries its messages."""

    name: str
    broker: kit.Broker
    database: kit.ServiceDatabase
    service: Service
    gateway: HttpGateway
    mails: MailServer
    person_id: UUID = field(default_factory=uuid4)

    async def hear(self, *messages: Message) -> None:
        """As its intake says it."""
        async with self.broker.connected("intake") as intake:
            for one in messages:
                given = envelope_of(one, id=uuid4(), association=self.name, sender="intake", time=self.service.now())
                headers = {"Nats-Msg-Id": str(given.id)}
                await intake.jetstream().publish(subject_for(one, self.name), to_json(given), headers=headers)

    async def knows(self) -> None:
        """Her phone, then her mailbox."""
        assert self.service.seal_key is not None
        public_key, more = public_bytes(self.service.seal_key), [("email", ADDRESS)]
        await self.hear(contact_order(self.person_id, public_key, kind="sms", value=NUMBER, more=more))  # type: ignore[arg-type]

    async def tells(self, key: str) -> None:
        await self.hear(tell(self.person_id, "answer_waits", key=key, useful_by=self.service.now() + USEFUL))

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database.owner_url) as connection:
            return connection.execute(statement.encode()).fetchall()

    def token(self) -> str:
        file = self.service.settings.callback_secret_file  # type: ignore[attr-defined]
        return callback_token(file.read_bytes(), "kannel")

    @asynccontextmanager
    async def browser(self) -> AsyncIterator[httpx.AsyncClient]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.service.http), base_url="http://n") as client:
            yield client

    async def hears_by_sms(self, text: str, *, token: str) -> int:
        """What its gateway reports of somebody who wrote."""
        head = {"x-kannel-from": NUMBER, "content-type": "text/plain; charset=UTF-8"}
        async with self.browser() as browser:
            path = f"/cb/kannel/{token}"
            return (await browser.post(path, params={"id": "1"}, content=text.encode(), headers=head)).status_code


Sides = tuple[Side, Side]


@pytest.fixture
async def sides(database: Databases) -> AsyncIterator[Sides]:
    async with AsyncExitStack() as running:
        first = await running.enter_async_context(_side("auslaenderrat", "493511111", database))
        yield first, await running.enter_async_context(_side("plattform", "493512222", database))


@asynccontextmanager
async def _side(name: str, number: str, database: Databases) -> AsyncIterator[Side]:
    folder, gateway, mails = kit.new_folder(), HttpGateway(), MailServer()
    broker = kit.start_broker(kit.new_association(folder, name), folder / "broker")
    try:
        await broker.provision()
        await gateway.start()
        await mails.start()
        gateway.say(202, b"0: Accepted for delivery")
        on = database("notify")
        service = build(kit.settings_for("notify", on, broker, **_own(name, number, gateway, mails)))
        async with service.running():
            await service.ready()
            yield Side(name, broker, on, service, gateway, mails)
    finally:
        broker.stop()
        await gateway.stop()
        await mails.stop()
        kit.remove(folder)


def _own(name: str, number: str, gateway: HttpGateway, mails: MailServer) -> dict[str, Any]:
    """Senders and carriers of its own, beside the keys that each association has."""
    sms = {"sms_providers": "kannel", "sms_sender": number, "kannel_url": f"{gateway.url}/cgi-bin/sendsms"}
    return sms | {"mail_from": f"post@{name}.example.org", "smtp_port": mails.port, "quiet_hours": False}


async def _told(sides: Sides, key: str, *left: tuple[int, int]) -> None:
    """Both tell her something; so many have then left, SMS and mails, from the one and from the other."""
    for side in sides:
        await side.tells(key)
    await kit.eventually(lambda: [(len(one.gateway.calls), len(one.mails.taken)) for one in sides] == [*left])


async def test_each_tells_her_as_itself_and_a_stop_to_one_leaves_the_other_as_it_is(sides: Sides) -> None:
    one, other = sides
    for side in sides:
        await side.knows()
    await _told(sides, "same-key", (1, 0), (1, 0))
    senders = [side.gateway.calls[0].headers["x-kannel-from"] for side in sides]
    assert senders == ["493511111", "493512222"], "she can tell who writes, and answers to whom she means"
    assert await one.hears_by_sms("СТОП", token=one.token()) == 200
    await kit.eventually(lambda: _stopped(one) == [("sms", one.person_id)])
    await _told(sides, "another", (2, 1), (2, 0))  # with the answer to her STOP
    assert str(one.mails.taken[0].mail["From"]) == "post@auslaenderrat.example.org"
    assert _stopped(other) == []
    assert other.rows("SELECT 1 FROM own_choice UNION ALL SELECT 1 FROM number_stop") == []
    assert not other.rows("SELECT 1 FROM outbox WHERE subject LIKE '%opted-out%'")
    await one.hear(ErasePerson(person_id=one.person_id))
    await kit.eventually(lambda: one.rows("SELECT 1 FROM contact") == [], 20)
    await other.tells("after")
    await kit.eventually(lambda: len(other.gateway.calls) == 3)


async def test_neither_can_find_her_in_what_the_other_has_or_speak_for_it(sides: Sides) -> None:
    one, other = sides
    for side in sides:
        await side.knows()
    await _told(sides, "same-key", (1, 0), (1, 0))
    digests = [{bytes(row[0]) for row in side.rows("SELECT digest FROM address_index")} for side in sides]
    assert len(digests[0]) == len(digests[1]) == 2
    assert digests[0].isdisjoint(digests[1]), "the same number and mailbox, under peppers of their own"
    assert await other.hears_by_sms("STOP", token=one.token()) == 404
    async with one.service.unit() as unit:
        until = one.service.now() + USEFUL
        code = await links.create(unit.tx, purpose=STOP_LINK, subject_id=str(one.person_id), expires_at=until)
    assert [await _status(side, f"/stop/{code}") for side in sides] == [200, 404]
    assert one.service.seal_key is not None
    foreign = contact_order(other.person_id, public_bytes(one.service.seal_key), version=2, value="x@example.org")
    await other.hear(foreign)
    await kit.eventually(lambda: other.rows("SELECT code FROM refusal") == [("contact_unreadable",)])
    assert other.rows("SELECT version FROM contact") == [(1,)], "sealed to somebody else, and not read"


def _stopped(side: Side) -> list[tuple[Any, ...]]:
    return side.rows("SELECT channel, person_id FROM channel_stop WHERE opted_out_at IS NOT NULL")


async def _status(side: Side, path: str) -> int:
    async with side.browser() as browser:
        return (await browser.get(path)).status_code
