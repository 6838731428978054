"""An address that intake names again is the way that it was: what comes back from there is about it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from lotse_notify.domain.hooks import Received
from lotse_notify.domain.outcome import Outcome
from lotse_notify.domain.prices import Prices
from lotse_notify.providers.routes import Guard, Routes
from lotse_notify.workers.post import Post
from tests.notify.carrier import Carrier
from tests.notify.given import House, tell
from tests.notify.mailing import Mailer
from tests.notify.reporting import Desk
from tests.notify.ways import by_ways, mail, phone

YES = Outcome("accepted", "taken")


@pytest.fixture
def mailer() -> Mailer:
    return Mailer(YES)


@pytest.fixture
def sms() -> Carrier:
    return Carrier(YES)


@pytest.fixture
def post(house: House, mailer: Mailer, sms: Carrier) -> Post:
    return replace(house.post(1), routes=Routes([mailer, sms], guard=Guard("local", Prices({})), clock=house._seconds))


async def mailed(house: House, post: Post) -> UUID:
    """Somebody with a mailbox and a phone has a mail."""
    person_id = uuid4()
    await house.hear(by_ways(house, person_id, mail(), phone()))
    await house.hear(tell(person_id))
    await house.send_all(post)
    house.now += timedelta(hours=1)
    return person_id


async def comes_back(house: House, post: Post) -> None:
    (sent,), desk = house.rows("send_attempt"), Desk.of(house)
    await desk.inbox.keep(Received("smtp", "bounce", sent["attempt_id"], None, "refused", "5.1.1", no_way=True))
    await desk.apply()
    await house.send_all(post)


def dead(house: House) -> list[bool]:
    return [row["dead_at"] is not None for row in house.rows("contact_point", "position")]


@pytest.mark.parametrize(
    "changed", [{"languages": ("de",)}, {"stopped": ("telegram",)}], ids=lambda one: next(iter(one))
)
async def test_another_change_of_her_contact_does_not_hide_that_an_address_is_dead(
    house: House, post: Post, mailer: Mailer, sms: Carrier, changed: dict[str, Any]
) -> None:
    person_id = await mailed(house, post)
    await house.hear(by_ways(house, person_id, phone(), mail(), version=2, **changed))
    await comes_back(house, post)
    assert (len(mailer.taken), len(sms.taken)) == (1, 1), "not once more to the same mailbox"
    assert dead(house) == [False, True]


async def test_what_a_counsellor_writes_down_again_is_another_way(
    house: House, post: Post, mailer: Mailer, sms: Carrier
) -> None:
    person_id = await mailed(house, post)
    await house.hear(by_ways(house, person_id, mail(), version=2, renewed=True))
    await comes_back(house, post)
    assert (len(mailer.taken), len(sms.taken)) == (2, 0)
    assert dead(house) == [False]


async def test_an_address_that_is_named_twice_is_dead_both_times(house: House, post: Post) -> None:
    person_id = await mailed(house, post)
    await comes_back(house, post)
    await house.hear(by_ways(house, person_id, mail(), phone(), mail(shared=True), version=2))
    assert dead(house) == [True, False, True]
    await house.hear(by_ways(house, person_id, mail(), version=3))
    assert dead(house) == [True]
