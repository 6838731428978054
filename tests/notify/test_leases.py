"""Who holds a message, and until when: a dead, paused or overtaken worker never makes a second copy or a wrong one."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest

from lotse_contracts.notify import ErasePerson, MessageSent, MessageUnresolved, StopTelling
from lotse_notify.domain.outcome import Outcome
from lotse_notify.handlers import endings
from lotse_notify.handlers.endings import Answer
from lotse_notify.workers import outcomes
from lotse_notify.workers.claiming import Claim, claim
from lotse_notify.workers.post import Post
from tests.notify.given import NOW, House, tell
from tests.notify.mailserver import MailServer

LEASE = timedelta(minutes=1)


@pytest.fixture
async def olena(house: House) -> UUID:
    person_id = uuid4()
    await house.hear(house.contact(person_id))
    return person_id


@pytest.fixture
def post(house: House, mailserver: MailServer) -> Post:
    return house.post(mailserver.port)


async def test_each_try_of_a_notification_has_the_same_message_id(
    house: House, olena: UUID, mailserver: MailServer, post: Post
) -> None:
    await house.hear(tell(olena))
    first = await _claimed(house, post)
    house.now = NOW + LEASE
    await house.sweep(post)
    await house.send_all(post)
    (taken,) = mailserver.taken
    wanted = f"Message-ID: {taken.mail['Message-ID']}".encode()
    assert first.parcel.mail is not None
    assert wanted in first.parcel.mail.content
    assert str(first.attempt.notification.notification_id) not in taken.mail["Message-ID"]


async def test_a_worker_that_died_before_the_content_is_followed_by_another(
    house: House, olena: UUID, mailserver: MailServer, post: Post
) -> None:
    await house.hear(tell(olena))
    await _claimed(house, post)
    assert await house.send_all(post) == 0
    house.now = NOW + LEASE
    await house.sweep(post)
    await house.send_all(post)
    assert len(mailserver.taken) == 1
    assert house.states() == {"receipt": ("handed_over", "server_took_it")}


async def test_a_worker_that_died_after_the_content_began_leaves_it_unresolved(
    house: House, olena: UUID, mailserver: MailServer, post: Post
) -> None:
    await house.hear(tell(olena))
    claimed = await _claimed(house, post)
    async with house.unit() as unit:
        assert await outcomes.may_begin(unit, claimed.attempt, post)
    house.now = NOW + LEASE
    await house.sweep(post)
    assert await house.send_all(post) == 0
    assert house.states() == {"receipt": ("unresolved", "worker_lost")}
    assert [type(fact) for fact in house.said] == [MessageUnresolved]


async def test_a_paused_worker_cannot_begin_after_its_lease(
    house: House, olena: UUID, mailserver: MailServer, post: Post
) -> None:
    await house.hear(tell(olena))
    paused = await _claimed(house, post)
    house.now = NOW + LEASE
    await house.sweep(post)
    await house.send_all(post)
    async with house.unit() as unit:
        assert not await outcomes.may_begin(unit, paused.attempt, post)
    async with house.unit() as unit:
        await endings.write(unit, [Answer(paused.attempt, Outcome("rejected", "recipient_refused"))], retry_seconds=30)
    assert house.states() == {"receipt": ("handed_over", "server_took_it")}


async def test_a_late_yes_turns_unresolved_into_sent(house: House, olena: UUID, post: Post) -> None:
    await house.hear(tell(olena))
    slow = await _claimed(house, post)
    async with house.unit() as unit:
        assert await outcomes.may_begin(unit, slow.attempt, post)
    house.now = NOW + LEASE
    await house.sweep(post)
    async with house.unit() as unit:
        await endings.write(unit, [Answer(slow.attempt, Outcome("accepted", "server_took_it"))], retry_seconds=30)
    assert house.states() == {"receipt": ("handed_over", "late_evidence")}
    assert [type(fact) for fact in house.said] == [MessageUnresolved, MessageSent]


async def test_the_database_itself_refuses_a_second_copy(house: House, olena: UUID, post: Post) -> None:
    await house.hear(tell(olena))
    await house.send_all(post)
    (row,) = house.rows("send_attempt")
    with pytest.raises(psycopg.errors.UniqueViolation):
        house.run(
            "INSERT INTO send_attempt (attempt_id, notification_id, person_id, channel, provider,"
            " contact_version, state, stage, fence, segments, receipt_rank, lease_until, started_at)"
            " VALUES (%s, %s, %s, 'email', 'smtp', 1, 'submitting', 'envelope', 1, 0, 0, now(), now())",
            uuid4(),
            row["notification_id"],
            olena,
        )


async def test_two_workers_never_take_the_same_one(house: House, post: Post, mailserver: MailServer) -> None:
    for _ in range(10):
        person_id = uuid4()
        await house.hear(house.contact(person_id))
        await house.hear(tell(person_id))
    await asyncio.gather(*(house.send_all(post) for _ in range(3)))
    assert len(mailserver.taken) == 10
    assert len(house.rows("send_attempt")) == 10


@pytest.mark.parametrize("change", [{"safe": False}, {"consented": False}])
async def test_a_change_of_heart_before_the_content_stops_it(
    house: House, olena: UUID, post: Post, mailserver: MailServer, change: dict[str, bool]
) -> None:
    await house.hear(tell(olena))
    claimed = await _claimed(house, post)
    await house.hear(house.contact(olena, version=2, **change))
    outcome = await _hand_over(house, post, claimed)
    assert outcome.ending == "withdrawn"
    assert mailserver.taken == []
    assert house.states()["receipt"][0] == "held"


async def test_a_new_address_before_the_content_is_the_one_that_is_used(
    house: House, olena: UUID, post: Post, mailserver: MailServer
) -> None:
    await house.hear(tell(olena))
    claimed = await _claimed(house, post)
    await house.hear(house.contact(olena, version=2, value="new@example.org"))
    await _hand_over(house, post, claimed)
    await house.send_all(post)
    assert [taken.recipient for taken in mailserver.taken] == ["new@example.org"]


@pytest.mark.parametrize("order", [StopTelling, ErasePerson])
async def test_a_stop_or_an_erasure_before_the_content_stops_it(
    house: House, olena: UUID, post: Post, mailserver: MailServer, order: type[StopTelling | ErasePerson]
) -> None:
    await house.hear(tell(olena))
    claimed = await _claimed(house, post)
    house.now = NOW + timedelta(minutes=1)
    await house.hear(order(person_id=olena))
    await _hand_over(house, post, claimed)
    assert mailserver.taken == []
    await house.send_all(post)
    words = [str(next(taken.mail.iter_parts()).get_content()) for taken in mailserver.taken]
    assert all("видаляємо" in text for text in words), "an erasure says farewell, and nothing else goes"


async def _claimed(house: House, post: Post) -> Claim:
    """The one that is due."""
    claimed = await claim(house.unit, post, rows_max=10)
    (one,) = claimed.claims
    return one


async def _hand_over(house: House, post: Post, claimed: Claim) -> Outcome:
    """What the worker does after its claim."""

    async def may_begin() -> bool:
        async with house.unit() as unit:
            return await outcomes.may_begin(unit, claimed.attempt, post)

    outcome = await claimed.provider.submit(claimed.parcel, may_begin)
    async with house.unit() as unit:
        await endings.write(unit, [Answer(claimed.attempt, outcome)], retry_seconds=post.retry_seconds)
    await post.routes.close()
    return outcome
