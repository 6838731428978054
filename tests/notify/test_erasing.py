"""Forgetting somebody: frozen at once, told where she may be told, waited for only some minutes, and gone for good."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from lotse_chassis.personkeys import KeyDestroyed
from lotse_contracts.envelope import Message
from lotse_contracts.notify import ErasePerson, PersonErased, StopTelling
from lotse_notify.handlers.erasing import LOOK_AGAIN, WAIT_MAX
from lotse_notify.store import people
from lotse_notify.store.people import ERASED
from lotse_notify.workers import outcomes
from lotse_notify.workers.claiming import claim
from tests.notify.given import NOW, House, tell
from tests.notify.mailserver import MailServer
from tests.notify.ways import MAIL, by_ways, mail, phone

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def olena(house: House) -> UUID:
    person_id = uuid4()
    await house.hear(by_ways(house, person_id, mail(), phone()))
    return person_id


async def later(house: House, pause: timedelta = LOOK_AGAIN) -> list[Message]:
    """What the timer says after a pause."""
    house.now += pause
    return await house.fire_due()


def receipt_in(facts: list[Message]) -> dict[str, int]:
    (receipt,) = [fact for fact in facts if isinstance(fact, PersonErased)]
    return {one.store: one.count for one in receipt.counts}


async def test_she_is_told_and_then_everything_goes(house: House, olena: UUID, mailserver: MailServer) -> None:
    await house.hear(tell(olena, key="waiting"))
    assert await house.deliver(ErasePerson(person_id=olena)) == []
    assert house.states()["receipt"] == ("cancelled", "erased")
    assert await later(house) == [], "the farewell has not left"
    await house.send_all(house.post(mailserver.port))
    assert [taken.mail["To"] for taken in mailserver.taken] == [MAIL], "the farewell alone, nothing that waited"
    counts = receipt_in(await later(house))
    assert (counts["contact_point"], counts["notification"], counts["key"], counts["unresolved"]) == (2, 2, 1, 0)
    for table in ERASED:
        assert house.rows(table.name) == [], table.name
    assert str(olena) not in str(house.rows("timer"))
    (row,) = house.rows("person")
    assert {name for name, value in row.items() if value is not None} == {"person_id", "erased_at"}


async def test_who_may_not_be_told_goes_at_once_and_hears_nothing(
    house: House, olena: UUID, mailserver: MailServer
) -> None:
    await house.hear(by_ways(house, olena, mail(), version=2, safe=False))
    assert receipt_in(await house.deliver(ErasePerson(person_id=olena)))["contact"] == 1
    await house.send_all(house.post(mailserver.port))
    assert mailserver.taken == []


async def test_a_farewell_that_would_wait_for_the_morning_is_not_waited_for(
    house: House, olena: UUID, mailserver: MailServer
) -> None:
    house.now = NOW.replace(hour=22)
    assert await house.deliver(ErasePerson(person_id=olena)) == []
    await house.send_all(house.post(mailserver.port))
    assert receipt_in(await later(house))["notification"] == 1
    assert mailserver.taken == []


async def test_while_she_is_being_forgotten_nothing_about_her_changes_anything(house: House, olena: UUID) -> None:
    await house.deliver(ErasePerson(person_id=olena))
    before = {table.name: house.rows(table.name) for table in ERASED}
    late = (by_ways(house, olena, mail(), version=9), tell(olena, key="late"), StopTelling(person_id=olena))
    for message in (*late, ErasePerson(person_id=olena)):
        assert await house.deliver(message) == []
    assert {table.name: house.rows(table.name) for table in ERASED} == before
    async with house.unit() as unit:
        person = await people.locked(unit.tx, olena)
    assert person.erased
    assert person.leaving


async def test_it_is_over_after_some_minutes_whatever_hangs(house: House, olena: UUID) -> None:
    await house.deliver(ErasePerson(person_id=olena))
    minutes = [await later(house, MINUTE) for _ in range(WAIT_MAX // MINUTE)]
    assert [bool(facts) for facts in minutes] == [False] * (len(minutes) - 1) + [True]
    assert receipt_in(minutes[-1])["key"] == 1
    with pytest.raises(KeyDestroyed):
        house.keys.encrypt(olena, "x", b"x")


async def test_what_is_under_way_is_waited_for_and_what_stays_in_doubt_is_counted(
    house: House, olena: UUID, mailserver: MailServer
) -> None:
    await house.hear(by_ways(house, olena, mail(), version=2))
    await house.hear(tell(olena))
    mailserver.does = "silent_after_dot"
    sending = asyncio.create_task(house.send_all(house.post(mailserver.port, timeout_seconds=2.0)))
    await mailserver.waiting.wait()
    assert await house.deliver(ErasePerson(person_id=olena)) == []
    assert await later(house) == [], "it is with the mail server"
    await sending
    counts = receipt_in(await later(house, WAIT_MAX))
    assert (counts["unresolved"], counts["key"]) == (2, 1), "hers and the farewell's"
    assert house.rows("send_attempt") == []


async def test_what_was_refused_for_the_moment_is_not_tried_again(
    house: House, olena: UUID, mailserver: MailServer
) -> None:
    await house.hear(tell(olena))
    mailserver.does = "busy_recipient"
    await house.send_all(house.post(mailserver.port))
    await house.deliver(ErasePerson(person_id=olena))
    mailserver.does = "take"
    house.now += MINUTE
    await house.send_all(house.post(mailserver.port))
    assert len(mailserver.taken) == 1, "the farewell alone"


async def test_ordered_again_it_answers_with_an_empty_receipt(house: House, olena: UUID) -> None:
    await house.hear(ErasePerson(person_id=olena))
    counts = receipt_in(await house.deliver(ErasePerson(person_id=olena)))
    assert set(counts.values()) == {0}
    stranger = receipt_in(await house.deliver(ErasePerson(person_id=uuid4())))
    assert set(stranger.values()) == {0}


async def test_what_a_provider_is_just_being_given_is_waited_for_until_its_lease_is_over(
    house: House, olena: UUID
) -> None:
    await house.hear(tell(olena))
    post = house.post(9, timeout_seconds=10.0)
    (one,) = (await claim(house.unit, post, rows_max=5)).claims
    assert one.provider.lease_seconds > WAIT_MAX.total_seconds(), "a slow mail server is given longer than she waits"
    async with house.unit() as unit:
        assert await outcomes.may_begin(unit, one.attempt, post)
    house.now += timedelta(seconds=1)
    await house.deliver(ErasePerson(person_id=olena))
    assert await later(house, WAIT_MAX + MINUTE / 60) == [], "it may still be taken"
    await house.sweep(post)
    counts = receipt_in(await later(house, timedelta(seconds=one.provider.lease_seconds)))
    assert counts["unresolved"] == 1, "nobody will ever know whether it arrived"
