"""A no for good is about the one way that a try went by: it is laid to no other, and her next one is tried."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from lotse_notify.domain.hooks import Received
from lotse_notify.domain.outcome import Outcome
from lotse_notify.domain.prices import Prices
from lotse_notify.providers.provider import Provider
from lotse_notify.providers.routes import Guard, Routes
from lotse_notify.workers.post import Post
from tests.notify.given import House, tell
from tests.notify.mailing import Mailer
from tests.notify.reporting import Desk
from tests.notify.ways import MAIL, by_ways, mail

SECOND = "second@example.org"
TAKEN = Outcome("accepted", "server_took_it")
NO_SUCH_MAILBOX = Outcome("rejected", "recipient_refused", no_way=True)


@pytest.fixture
def olena() -> UUID:
    return uuid4()


def post_by(house: House, *providers: Provider) -> Post:
    """Everything that sending needs, by these providers alone."""

    def seconds() -> float:
        return house.now.timestamp()

    routes = Routes(providers, guard=Guard("local", Prices({})), clock=seconds)
    return replace(house.post(9), routes=routes)


def bounce(number: int, attempt_id: UUID) -> Received:
    return Received("bounce", f"bounce-{number}", attempt_id, None, "refused", "5.1.1", no_way=True)


async def arrive(desk: Desk, received: Received) -> None:
    await desk.inbox.keep(received)
    await desk.apply()


def dead(house: House) -> list[bool]:
    """Of each of her ways in her order."""
    return [row["dead_at"] is not None for row in house.rows("contact_point", "position")]


async def test_a_second_bounce_of_one_mail_kills_no_other_address(house: House, olena: UUID) -> None:
    mailer, desk = Mailer(TAKEN), Desk.of(house)
    await house.hear(by_ways(house, olena, mail(), mail(value=SECOND)))
    await house.hear(tell(olena))
    await house.send_all(post_by(house, mailer))
    (attempt,) = house.rows("send_attempt")
    for number in range(2):
        await arrive(desk, bounce(number, attempt["attempt_id"]))
        assert dead(house) == [True, False]


@pytest.mark.parametrize(("ways", "buried"), [(1, [True]), (2, [False, False])], ids=["only-one", "who-knows"])
async def test_a_try_of_older_code_buries_a_way_only_where_there_is_one(
    house: House, olena: UUID, ways: int, buried: list[bool]
) -> None:
    desk = Desk.of(house)
    await house.hear(by_ways(house, olena, *(mail(), mail(value=SECOND))[:ways]))
    await house.hear(tell(olena))
    await house.send_all(post_by(house, Mailer(TAKEN)))
    house.run("UPDATE send_attempt SET point_id = NULL")
    (attempt,) = house.rows("send_attempt")
    await arrive(desk, bounce(1, attempt["attempt_id"]))
    assert dead(house) == buried


async def test_a_mail_that_one_address_refuses_goes_to_her_next_one(house: House, olena: UUID) -> None:
    mailer = Mailer(NO_SUCH_MAILBOX, TAKEN)
    await house.hear(by_ways(house, olena, mail(), mail(value=SECOND)))
    await house.hear(tell(olena))
    await house.send_all(post_by(house, mailer))
    assert (mailer.addresses, dead(house)) == ([MAIL, SECOND], [True, False])
    assert house.states()["receipt"][0] == "handed_over"


async def test_a_mail_that_comes_back_from_one_address_goes_to_her_next_one(house: House, olena: UUID) -> None:
    mailer, desk = Mailer(TAKEN), Desk.of(house)
    await house.hear(by_ways(house, olena, mail(), mail(value=SECOND)))
    await house.hear(tell(olena))
    await house.send_all(post_by(house, mailer))
    await arrive(desk, bounce(1, house.rows("send_attempt")[0]["attempt_id"]))
    await house.send_all(post_by(house, mailer))
    assert mailer.addresses == [MAIL, SECOND]
    assert [row["state"] for row in house.rows("send_attempt", "started_at")] == ["undelivered", "accepted"]


async def test_each_address_is_tried_once_and_when_all_refuse_it_has_failed(house: House, olena: UUID) -> None:
    mailer = Mailer(NO_SUCH_MAILBOX)
    await house.hear(by_ways(house, olena, mail(), mail(value=SECOND)))
    await house.hear(tell(olena))
    await house.send_all(post_by(house, mailer))
    assert (mailer.addresses, dead(house)) == ([MAIL, SECOND], [True, True])
    assert house.states()["receipt"] == ("failed", "recipient_refused")


async def test_what_is_refused_for_its_content_is_not_taken_to_another_address(house: House, olena: UUID) -> None:
    mailer = Mailer(Outcome("rejected", "content_refused"))
    await house.hear(by_ways(house, olena, mail(), mail(value=SECOND)))
    await house.hear(tell(olena))
    await house.send_all(post_by(house, mailer))
    assert (mailer.addresses, dead(house)) == ([MAIL], [False, False])
    assert house.states()["receipt"] == ("failed", "content_refused")
