"""Receipts of somebody with two ways: a no opens the next one, a late yes closes it again, a late bounce opens it."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from lotse_contracts.notify import ContactUnreachable, MessageSent
from lotse_notify.domain.hooks import Received, kannel_said
from lotse_notify.domain.outcome import RECEIPT_SECONDS_MAX
from lotse_notify.workers.post import Post
from tests.notify.gateway import HttpGateway
from tests.notify.given import NOW, House, tell
from tests.notify.mailserver import MailServer
from tests.notify.reporting import Desk, kannel_query, sms_post
from tests.notify.ways import by_ways, mail, phone

DELIVERED, FAILED, BUFFERED, REFUSED = 1, 2, 4, 16
UNKNOWN = "?smpp?dlr_err=%03%00%01&"


@pytest.fixture
def desk(house: House) -> Desk:
    return Desk.of(house)


@pytest.fixture
def post(house: House, gateway: HttpGateway, mailserver: MailServer) -> Post:
    return sms_post(house, gateway, port=mailserver.port)


@pytest.fixture
async def olena(house: House) -> UUID:
    person_id = uuid4()
    await house.hear(by_ways(house, person_id, phone(), mail()))
    return person_id


@pytest.fixture
async def sent(house: House, olena: UUID, post: Post, desk: Desk) -> str:
    """The reference of an SMS; a mail may follow it."""
    await house.hear(tell(olena, useful_by=NOW + timedelta(days=9)))
    await house.send_all(post)
    assert desk.state() == ("accepted", "awaiting_receipt")
    return desk.reference()


async def arrive(desk: Desk, reference: str, kind: int, meta: str = "") -> None:
    found = kannel_said(kannel_query(reference, kind, meta=meta))
    assert isinstance(found, Received)
    await desk.inbox.keep(found)
    await desk.apply()


def ended(house: House) -> tuple[str, dict[str, str]]:
    """The notification, and its tries by channel."""
    (state,) = (row["state"] for row in house.rows("notification"))
    return state, {row["channel"]: row["state"] for row in house.rows("send_attempt")}


@pytest.mark.parametrize("days", [1, 9])
async def test_receipts_that_never_come_end_the_wait_at_its_deadline_and_nothing_goes_again(
    house: House, olena: UUID, post: Post, desk: Desk, gateway: HttpGateway, mailserver: MailServer, days: int
) -> None:
    """Trap 2: a gateway that was started anew has forgotten whom it owes a receipt; that is no no, so no mail goes."""
    useful_by = NOW + timedelta(days=days)
    await house.hear(tell(olena, useful_by=useful_by))
    await house.send_all(post)
    deadline = min(NOW + timedelta(seconds=RECEIPT_SECONDS_MAX), useful_by)
    for house.now, state in ((deadline - timedelta(seconds=1), "awaiting_receipt"), (deadline, "handed_over")):
        await house.sweep(post)
        assert await house.send_all(post) == 0
        assert ended(house)[0] == state
    assert ended(house)[1] == {"sms": "receipt_timeout"}
    assert (len(gateway.calls), mailserver.taken) == (1, [])
    assert [type(fact) for fact in house.said] == [MessageSent], "neither a failure nor a call"


async def test_a_no_opens_the_next_way(
    house: House, sent: str, desk: Desk, post: Post, mailserver: MailServer, gateway: HttpGateway
) -> None:
    await arrive(desk, sent, FAILED)
    assert ended(house) == ("ready", {"sms": "undelivered"})
    await house.send_all(post)
    assert ended(house) == ("handed_over", {"sms": "undelivered", "email": "accepted"})
    assert (len(gateway.calls), len(mailserver.taken)) == (1, 1)


async def test_a_yes_that_comes_in_time_closes_it_again(
    house: House, sent: str, desk: Desk, post: Post, mailserver: MailServer
) -> None:
    await arrive(desk, sent, FAILED)
    await arrive(desk, sent, DELIVERED)
    await house.send_all(post)
    assert ended(house) == ("delivered", {"sms": "delivered"})
    assert mailserver.taken == []


async def test_a_yes_that_comes_too_late_is_still_the_truth(
    house: House, sent: str, desk: Desk, post: Post, mailserver: MailServer
) -> None:
    await arrive(desk, sent, FAILED)
    await house.send_all(post)
    await arrive(desk, sent, DELIVERED)
    assert ended(house) == ("delivered", {"sms": "delivered", "email": "accepted"})
    assert len(mailserver.taken) == 1


async def test_a_late_bounce_opens_the_next_way_as_an_early_one_does(
    house: House, sent: str, desk: Desk, post: Post, mailserver: MailServer, gateway: HttpGateway
) -> None:
    await arrive(desk, sent, DELIVERED)
    await arrive(desk, sent, REFUSED)
    assert ended(house) == ("ready", {"sms": "undelivered"})
    await house.send_all(post)
    assert ended(house) == ("handed_over", {"sms": "undelivered", "email": "accepted"})
    assert (len(gateway.calls), len(mailserver.taken)) == (1, 1)


async def test_a_dead_number_leaves_the_other_way_and_intake_hears_nothing_yet(
    house: House, olena: UUID, sent: str, desk: Desk, post: Post, mailserver: MailServer, gateway: HttpGateway
) -> None:
    await arrive(desk, sent, FAILED, UNKNOWN)
    await house.hear(tell(olena, "answer_waits", key="k2"))
    await house.send_all(post)
    assert (len(gateway.calls), len(mailserver.taken)) == (1, 2)
    assert not [fact for fact in house.said if isinstance(fact, ContactUnreachable)]
    dead = {row["channel"]: row["dead_because"] for row in house.rows("contact_point")}
    assert dead == {"sms": "recipient_refused", "email": None}


async def test_what_is_waited_for_by_another_way_is_not_ended_by_the_first(
    house: House, sent: str, desk: Desk, post: Post
) -> None:
    """Both ways report: a second no about the SMS says nothing about the mail that is on its way."""
    await arrive(desk, sent, FAILED)
    await house.send_all(post)
    await arrive(desk, sent, BUFFERED)
    await arrive(desk, sent, REFUSED)
    assert ended(house) == ("handed_over", {"sms": "undelivered", "email": "accepted"})
