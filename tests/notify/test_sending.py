"""Sending over real SMTP: each failure ends as what it is, and a doubtful mail is never sent again."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from prometheus_client import CollectorRegistry

from lotse_contracts.notify import (
    ContactUnreachable,
    CostIncurred,
    ErasePerson,
    MessageFailed,
    MessageSent,
    MessageUnresolved,
    StopTelling,
)
from lotse_notify.domain.outcome import Outcome
from lotse_notify.providers.smtp import SmtpLine
from lotse_notify.workers import outcomes, sender
from lotse_notify.workers.claiming import Claim, Post, claim
from tests import kit
from tests.notify.given import ADDRESS, NAME, NOW, READ_URL, House, tell
from tests.notify.mailserver import Does, MailServer

LEASE = timedelta(seconds=24)


@pytest.fixture
async def olena(house: House) -> UUID:
    person_id = uuid4()
    await house.hear(house.contact(person_id))
    return person_id


@pytest.fixture
def post(house: House, mailserver: MailServer) -> Post:
    return house.post(mailserver.port)


async def test_a_mail_arrives_in_her_language_and_gives_nothing_away(
    house: House, olena: UUID, post: Post, mailserver: MailServer
) -> None:
    await house.hear(tell(olena, "answer_waits"))
    await house.send_all(post)
    (taken,) = mailserver.taken
    mail = taken.mail
    body = mail.get_body(("plain",))
    assert body is not None
    assert taken.recipient == ADDRESS
    assert mail["Subject"] == "У вас є повідомлення"
    assert "На вас чекає повідомлення." in body.get_content()
    assert READ_URL in body.get_content()
    for word in ("Lotse", "Ausländerrat", "auslaenderrat", *NAME.split()):
        assert word not in str(mail)
    (fact,) = house.said
    assert isinstance(fact, MessageSent)
    assert (fact.person_id, fact.channel, fact.language) == (olena, "email", "uk")
    assert house.states() == {"answer_waits": ("sent", "server_took_it")}


async def test_one_line_carries_many_mails(house: House, olena: UUID, post: Post, mailserver: MailServer) -> None:
    for number in range(5):
        await house.hear(tell(olena, key=f"k{number}"))
    await house.send_all(post)
    assert len(mailserver.taken) == 5
    assert mailserver.connections == 1


async def test_a_line_that_the_server_has_dropped_is_opened_anew(
    house: House, olena: UUID, post: Post, mailserver: MailServer
) -> None:
    line, meters = SmtpLine(post.server), sender.SendMeters(CollectorRegistry())
    for number in range(3):
        await house.hear(tell(olena, key=f"k{number}"))
        await sender.send_next(house.unit, post, line, meters)
        mailserver.cut()
    await line.close()
    assert len(mailserver.taken) == 3
    assert {row["state"] for row in house.rows("notification")} == {"sent"}


PASSING: list[Does] = [
    "busy_at_greeting",
    "refuse_sender",
    "busy_recipient",
    "busy_content",
    "drop_at_sender",
    "drop_at_recipient",
    "silent_at_recipient",
]


@pytest.mark.parametrize("does", PASSING)
async def test_a_definite_no_that_may_pass_is_tried_again_later(
    house: House, olena: UUID, mailserver: MailServer, does: Does
) -> None:
    post = house.post(mailserver.port, timeout_seconds=0.5)
    mailserver.does = does
    await house.hear(tell(olena))
    assert await house.send_all(post) == 1
    ((state, _),) = house.states().values()
    assert (state, mailserver.taken, house.said) == ("queued", [], [])
    (row,) = house.rows("notification")
    assert row["due_at"] > NOW
    mailserver.does = "take"
    house.now = row["due_at"]
    await house.send_all(post)
    assert len(mailserver.taken) == 1
    assert house.states() == {"receipt": ("sent", "server_took_it")}


async def test_a_server_that_is_away_is_tried_until_it_is_of_no_use(house: House, olena: UUID) -> None:
    (port,) = kit.free_ports(1)
    post, tries = house.post(port), 0
    await house.hear(tell(olena))
    while house.states()["receipt"][0] == "queued":
        tries += await house.send_all(post)
        await house.sweep(post)
        house.now = house.rows("notification")[0]["due_at"]
    assert house.states() == {"receipt": ("expired", "too_late")}
    assert tries > 50  # three days, pauses of at most an hour
    (fact,) = house.said
    assert isinstance(fact, MessageFailed)


@pytest.mark.parametrize(
    ("does", "reason", "unreachable"),
    [("refuse_recipient", "recipient_refused", True), ("refuse_content", "content_refused", False)],
)
async def test_a_definite_no_for_good_is_not_tried_again(
    house: House, olena: UUID, mailserver: MailServer, post: Post, *, does: Does, reason: str, unreachable: bool
) -> None:
    mailserver.does = does
    await house.hear(tell(olena))
    await house.send_all(post)
    failed = house.said[0]
    assert isinstance(failed, MessageFailed)
    assert failed.reason == reason
    assert house.said[1:] == ([ContactUnreachable(person_id=olena, reason=reason)] if unreachable else [])
    mailserver.does = "take"
    house.now = NOW + timedelta(days=1)
    assert await house.send_all(post) == 0
    assert mailserver.taken == []


@pytest.mark.parametrize(("does", "arrived"), [("drop_after_dot", 1), ("silent_after_dot", 1), ("drop_in_content", 0)])
async def test_what_nobody_knows_is_unresolved_and_never_sent_again(
    house: House, olena: UUID, mailserver: MailServer, *, does: Does, arrived: int
) -> None:
    post = house.post(mailserver.port, timeout_seconds=0.5)
    mailserver.does = does
    await house.hear(tell(olena))
    await house.send_all(post)
    (fact,) = house.said
    assert isinstance(fact, MessageUnresolved)
    ((state, _),) = house.states().values()
    assert state == "unresolved"
    mailserver.does = "take"
    for days in range(1, 5):
        house.now = NOW + timedelta(days=days)
        await house.sweep(post)
        assert await house.send_all(post) == 0
    assert len(mailserver.taken) == arrived
    await house.hear(tell(olena))
    assert await house.send_all(post) == 0


async def test_each_try_of_a_notification_has_the_same_message_id(
    house: House, olena: UUID, mailserver: MailServer, post: Post
) -> None:
    await house.hear(tell(olena))
    first = await claim(house.unit, post)
    assert isinstance(first, Claim)
    house.now = NOW + LEASE
    await house.sweep(post)
    await house.send_all(post)
    (taken,) = mailserver.taken
    wanted = f"Message-ID: {taken.mail['Message-ID']}".encode()
    assert wanted in first.mail.content
    assert str(first.submission.notification.notification_id) not in taken.mail["Message-ID"]


async def test_a_worker_that_died_before_the_content_is_followed_by_another(
    house: House, olena: UUID, mailserver: MailServer, post: Post
) -> None:
    await house.hear(tell(olena))
    assert isinstance(await claim(house.unit, post), Claim)
    assert await house.send_all(post) == 0
    house.now = NOW + LEASE
    await house.sweep(post)
    await house.send_all(post)
    assert len(mailserver.taken) == 1
    assert house.states() == {"receipt": ("sent", "server_took_it")}


async def test_a_worker_that_died_after_the_content_began_leaves_it_unresolved(
    house: House, olena: UUID, mailserver: MailServer, post: Post
) -> None:
    await house.hear(tell(olena))
    claimed = await claim(house.unit, post)
    assert isinstance(claimed, Claim)
    async with house.unit() as unit:
        assert await outcomes.may_begin(unit, claimed.submission)
    house.now = NOW + LEASE
    await house.sweep(post)
    assert await house.send_all(post) == 0
    assert house.states() == {"receipt": ("unresolved", "worker_lost")}
    assert [type(fact) for fact in house.said] == [MessageUnresolved]


async def test_a_paused_worker_cannot_begin_after_its_lease(
    house: House, olena: UUID, mailserver: MailServer, post: Post
) -> None:
    await house.hear(tell(olena))
    paused = await claim(house.unit, post)
    assert isinstance(paused, Claim)
    house.now = NOW + LEASE
    await house.sweep(post)
    await house.send_all(post)
    async with house.unit() as unit:
        assert not await outcomes.may_begin(unit, paused.submission)
    async with house.unit() as unit:
        await outcomes.write(unit, paused.submission, Outcome("refused", "recipient_refused"), retry_seconds=30)
    assert house.states() == {"receipt": ("sent", "server_took_it")}


async def test_a_late_yes_turns_unresolved_into_sent(house: House, olena: UUID, post: Post) -> None:
    await house.hear(tell(olena))
    slow = await claim(house.unit, post)
    assert isinstance(slow, Claim)
    async with house.unit() as unit:
        await outcomes.may_begin(unit, slow.submission)
    house.now = NOW + LEASE
    await house.sweep(post)
    async with house.unit() as unit:
        await outcomes.write(unit, slow.submission, Outcome("accepted", "server_took_it"), retry_seconds=30)
    assert house.states() == {"receipt": ("sent", "server_took_it")}
    assert [type(fact) for fact in house.said] == [MessageUnresolved, MessageSent]


async def test_the_database_itself_refuses_a_second_copy(house: House, olena: UUID, post: Post) -> None:
    await house.hear(tell(olena))
    await house.send_all(post)
    (row,) = house.rows("submission")
    with pytest.raises(psycopg.errors.UniqueViolation):
        house.run(
            "INSERT INTO submission (submission_id, notification_id, person_id, provider, contact_version, state,"
            " stage, lease_until, started_at) VALUES (%s, %s, %s, 'smtp', 1, 'submitting', 'envelope', now(), now())",
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
    assert len(house.rows("submission")) == 10


@pytest.mark.parametrize("change", [{"safe": False}, {"consented": False}])
async def test_a_change_of_heart_before_the_content_stops_it(
    house: House, olena: UUID, post: Post, mailserver: MailServer, change: dict[str, bool]
) -> None:
    await house.hear(tell(olena))
    claimed = await claim(house.unit, post)
    assert isinstance(claimed, Claim)
    await house.hear(house.contact(olena, version=2, **change))
    outcome = await _hand_over(house, post, claimed)
    assert outcome.ending == "withdrawn"
    assert mailserver.taken == []
    assert house.states()["receipt"][0] == "parked"


async def test_a_new_address_before_the_content_is_the_one_that_is_used(
    house: House, olena: UUID, post: Post, mailserver: MailServer
) -> None:
    await house.hear(tell(olena))
    claimed = await claim(house.unit, post)
    assert isinstance(claimed, Claim)
    await house.hear(house.contact(olena, version=2, value="new@example.org"))
    await _hand_over(house, post, claimed)
    await house.send_all(post)
    assert [taken.recipient for taken in mailserver.taken] == ["new@example.org"]


@pytest.mark.parametrize("order", [StopTelling, ErasePerson])
async def test_a_stop_or_an_erasure_before_the_content_stops_it(
    house: House, olena: UUID, post: Post, mailserver: MailServer, order: type[StopTelling | ErasePerson]
) -> None:
    await house.hear(tell(olena))
    claimed = await claim(house.unit, post)
    assert isinstance(claimed, Claim)
    house.now = NOW + timedelta(minutes=1)
    await house.hear(order(person_id=olena))
    await _hand_over(house, post, claimed)
    assert mailserver.taken == []
    assert await house.send_all(post) == 0


async def test_why_tells_the_whole_way(house: House, olena: UUID, mailserver: MailServer, post: Post) -> None:
    mailserver.does = "busy_recipient"
    await house.hear(tell(olena))
    await house.send_all(post)
    mailserver.does = "take"
    house.now = house.rows("notification")[0]["due_at"]
    await house.send_all(post)
    assert [(row["decision"], row["because"]) for row in house.rows("decision")] == [
        ("queued", "due"),
        ("sending", "due"),
        ("queued", "recipient_deferred"),
        ("sending", "due"),
        ("sent", "server_took_it"),
    ]


async def test_a_day_of_messages_costs_what_it_costs(house: House, olena: UUID, post: Post) -> None:
    for number in range(3):
        await house.hear(tell(olena, key=f"k{number}"))
    await house.send_all(post)
    house.said.clear()
    assert await house.fire_due() == []
    house.now = NOW + timedelta(days=1)
    assert await house.fire_due() == [CostIncurred(provider="smtp", day="2026-11-25", messages=3, amount_e4=0)]
    assert await house.fire_due() == []


async def _hand_over(house: House, post: Post, claimed: Claim) -> Outcome:
    """What the worker does after its claim."""
    line = SmtpLine(post.server)

    async def may_begin() -> bool:
        async with house.unit() as unit:
            return await outcomes.may_begin(unit, claimed.submission)

    outcome = await line.hand_over(claimed.mail, may_begin)
    async with house.unit() as unit:
        await outcomes.write(unit, claimed.submission, outcome, retry_seconds=post.retry_seconds)
    await line.close()
    return outcome
