"""A bounce's whole way: notify, a real Postfix, the server that refuses, Postfix again, and home to the bounce port."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from prometheus_client import CollectorRegistry

from lotse_contracts.notify import ContactUnreachable, MessageFailed, MessageSent
from lotse_notify.domain.prices import Prices
from lotse_notify.providers.routes import Guard, Routes
from lotse_notify.providers.smtp import Server
from lotse_notify.providers.smtp_pool import SmtpPool
from lotse_notify.settings import Bounces
from lotse_notify.workers.bouncing import Door, Listener
from lotse_notify.workers.post import Post
from lotse_notify.workers.receiving import Inbox, ReceiptMeters
from tests import kit
from tests.notify.given import Databases, House, house_on, tell
from tests.notify.mailserver import Does, MailServer
from tests.notify.reporting import Desk
from tests.peers.postfix import Postfix

DOMAIN = "bounce.example.net"
LIFETIME_SECONDS = 2


@pytest.fixture
async def house(database: Databases, tmp_path: Path) -> AsyncIterator[House]:
    built = house_on(database("notify"), tmp_path)
    built.now = built.service.now()
    yield built
    await built.service.engine.dispose()


@pytest.fixture
async def theirs() -> AsyncIterator[MailServer]:
    """The mail server of the person."""
    server = MailServer()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def desk(house: House) -> Desk:
    return Desk(house, Inbox(house.unit, ReceiptMeters(CollectorRegistry())))


@pytest.fixture(params=["lmtp", "smtp"])
def protocol(request: pytest.FixtureRequest) -> Bounces:
    chosen: Bounces = request.param
    return chosen


@pytest.fixture
async def post(house: House, desk: Desk, theirs: MailServer, protocol: Bounces) -> AsyncIterator[Post]:
    """Through a real Postfix, which hands what comes back to the bounce port."""
    listener = Listener(Door(desk.inbox, DOMAIN, protocol), protocol)
    await listener.start("127.0.0.1", 0)
    by_lmtp = (DOMAIN,) if protocol == "lmtp" else ()
    postfix = Postfix({"example.org": theirs.port, DOMAIN: listener.port}, by_lmtp, LIFETIME_SECONDS)
    try:
        await postfix.start()
        server = Server("127.0.0.1", postfix.port, "auto", DOMAIN, 5.0)
        pool = SmtpPool(server, lines=1, bounce_domain=DOMAIN, reports_read=True)
        yield replace(house.post(postfix.port), routes=Routes([pool], guard=Guard("local", Prices({}))))
    finally:
        postfix.remove()
        await listener.stop()


async def test_a_bounce_comes_home(house: House, desk: Desk, post: Post, theirs: MailServer) -> None:
    theirs.does = "refuse_recipient"
    await _told(house, post)
    assert desk.state() == ("accepted", "awaiting_receipt")
    await _arrived(house, desk)
    assert desk.state() == ("undelivered", "failed")
    assert [type(fact) for fact in house.said] == [MessageSent, MessageFailed, ContactUnreachable]


@pytest.mark.parametrize(("does", "end"), [("take", "awaiting_receipt"), ("busy_recipient", "failed")])
async def test_what_was_taken_waits_and_what_was_put_off_too_long_fails(
    house: House, desk: Desk, post: Post, theirs: MailServer, does: Does, end: str
) -> None:
    theirs.does = does
    await _told(house, post)
    await _arrived(house, desk)
    assert desk.state()[1] == end
    assert not [fact for fact in house.said if isinstance(fact, ContactUnreachable)]


async def _told(house: House, post: Post) -> None:
    person_id = uuid4()
    await house.hear(house.contact(person_id))
    await house.hear(tell(person_id, useful_by=house.now.replace(year=house.now.year + 1)))
    await house.send_all(replace(post, quiet_hours=False))


async def _arrived(house: House, desk: Desk) -> None:
    await kit.eventually(lambda: house.rows("receipt"))
    await desk.apply()
