"""Sending over real SMTP: each failure ends as what it is, and a doubtful mail is never sent again."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from lotse_contracts.notify import (
    ContactUnreachable,
    CostIncurred,
    MessageFailed,
    MessageSent,
    MessageUnresolved,
)
from lotse_notify.domain.machine import ENDS
from lotse_notify.domain.outcome import SETTLE_SECONDS
from lotse_notify.workers.post import Post
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
    assert house.states() == {"answer_waits": ("handed_over", "server_took_it")}


async def test_one_line_carries_many_mails(house: House, olena: UUID, post: Post, mailserver: MailServer) -> None:
    for number in range(5):
        await house.hear(tell(olena, key=f"k{number}"))
    await house.send_all(post)
    assert len(mailserver.taken) == 5
    assert mailserver.connections == 1


async def test_a_line_that_the_server_has_dropped_is_opened_anew(
    house: House, olena: UUID, post: Post, mailserver: MailServer
) -> None:
    for number in range(3):
        await house.hear(tell(olena, key=f"k{number}"))
        await house.send_all(post)
        mailserver.cut()
    assert len(mailserver.taken) == 3
    assert {row["state"] for row in house.rows("notification")} == {"handed_over"}


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
    assert (state, mailserver.taken, house.said) == ("scheduled", [], [])
    (row,) = house.rows("notification")
    assert row["due_at"] > NOW
    mailserver.does = "take"
    house.now = row["due_at"]
    await house.send_all(post)
    assert len(mailserver.taken) == 1
    assert house.states() == {"receipt": ("handed_over", "server_took_it")}


async def test_a_server_that_is_away_is_tried_until_it_is_of_no_use(house: House, olena: UUID) -> None:
    (port,) = kit.free_ports(1)
    post, tries = house.post(port), 0
    await house.hear(tell(olena))
    while house.states()["receipt"][0] not in ENDS:
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
async def test_what_nobody_knows_is_unresolved_and_goes_again_once_as_the_very_same_mail(
    house: House, olena: UUID, mailserver: MailServer, *, does: Does, arrived: int
) -> None:
    """Source: 4.2, and 8.4 (b): at most two copies, one Message-ID. Trap 19: the same content, byte for byte."""
    post = house.post(mailserver.port, timeout_seconds=0.5)
    mailserver.does = does
    await house.hear(tell(olena))
    await house.send_all(post)
    (fact,) = house.said
    assert isinstance(fact, MessageUnresolved)
    ((state, _),) = house.states().values()
    assert state == "unresolved"
    assert await house.send_all(post) == 0
    mailserver.does = "take"
    house.now = NOW + timedelta(seconds=SETTLE_SECONDS["email"])
    for _ in range(3):
        await house.sweep(post)
        await house.send_all(post)
        house.now += timedelta(hours=1)
    assert len(mailserver.taken) == arrived + 1
    assert len({taken.content for taken in mailserver.taken}) == 1
    assert house.states() == {"receipt": ("handed_over", "server_took_it")}
    assert [row["state"] for row in house.rows("send_attempt", "started_at")] == ["abandoned", "accepted"]


async def test_a_mail_that_is_doubtful_twice_is_presumed_sent_and_never_goes_a_third_time(
    house: House, olena: UUID, mailserver: MailServer
) -> None:
    post = house.post(mailserver.port, timeout_seconds=0.5)
    mailserver.does = "drop_after_dot"
    await house.hear(tell(olena))
    for _ in range(5):
        await house.send_all(post)
        house.now += timedelta(hours=1)
        await house.sweep(post)
    assert len(mailserver.taken) == 2
    assert len({str(taken.mail["Message-ID"]) for taken in mailserver.taken}) == 1
    assert house.states() == {"receipt": ("presumed_sent", "waited_long_enough")}
    await house.hear(tell(olena))
    assert await house.send_all(post) == 0


async def test_another_content_has_another_message_id(house: House, olena: UUID, mailserver: MailServer) -> None:
    """Trap 19: she changed her language between two copies, so a mailbox must not take the second for the first."""
    post = house.post(mailserver.port, timeout_seconds=0.5)
    mailserver.does = "drop_after_dot"
    await house.hear(tell(olena))
    await house.send_all(post)
    mailserver.does = "take"
    await house.hear(house.contact(olena, version=2, languages=("de",)))
    house.now = NOW + timedelta(seconds=SETTLE_SECONDS["email"])
    await house.sweep(post)
    await house.send_all(post)
    first, second = (taken.mail for taken in mailserver.taken)
    assert (first["Content-Language"], second["Content-Language"]) == ("uk", "de")
    assert first["Message-ID"] != second["Message-ID"]


async def test_what_is_kept_to_go_again_is_ciphertext_and_gone_with_the_end(
    house: House, olena: UUID, mailserver: MailServer
) -> None:
    post = house.post(mailserver.port, timeout_seconds=0.5)
    mailserver.does = "drop_after_dot"
    await house.hear(tell(olena))
    await house.send_all(post)
    (row,) = house.rows("notification")
    assert len(row["rendered"]) > 500
    assert ADDRESS.encode() not in row["rendered"]
    assert row["ended_at"] is None
    mailserver.does = "take"
    house.now = NOW + timedelta(seconds=SETTLE_SECONDS["email"])
    await house.sweep(post)
    await house.send_all(post)
    (row,) = house.rows("notification")
    assert (row["rendered"], row["state"]) == (None, "handed_over")


async def test_why_tells_the_whole_way(house: House, olena: UUID, mailserver: MailServer, post: Post) -> None:
    mailserver.does = "busy_recipient"
    await house.hear(tell(olena))
    await house.send_all(post)
    mailserver.does = "take"
    house.now = house.rows("notification")[0]["due_at"]
    await house.send_all(post)
    assert [(row["decision"], row["because"]) for row in house.rows("decision")] == [
        ("ready", "due"),
        ("in_flight", "email"),
        ("scheduled", "recipient_deferred"),
        ("in_flight", "email"),
        ("handed_over", "server_took_it"),
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


async def test_one_that_cannot_be_written_does_not_hold_up_the_rest(
    house: House, olena: UUID, post: Post, mailserver: MailServer
) -> None:
    await house.hear(house.contact(olena, version=2, detail="time_and_place"))
    await house.hear(tell(olena, key="bad"))
    house.run("UPDATE notification SET template = 'appointment', due_at = due_at - interval '1 hour'")
    await house.hear(tell(olena, key="good"))
    await house.send_all(post)
    assert house.states() == {
        "appointment": ("failed", "cannot_be_written"),
        "receipt": ("handed_over", "server_took_it"),
    }
    assert len(mailserver.taken) == 1


async def test_what_only_newer_code_can_say_is_left_for_it(
    house: House, olena: UUID, post: Post, mailserver: MailServer
) -> None:
    await house.hear(tell(olena, key="new"))
    house.run("UPDATE notification SET template = 'of_tomorrow', due_at = due_at - interval '1 hour'")
    await house.hear(tell(olena, key="old"))
    await house.send_all(post)
    await house.hear(house.contact(olena, version=2, safe=False))
    house.now = NOW + timedelta(days=30)
    await house.sweep(post)
    assert house.states() == {"of_tomorrow": ("ready", "due"), "receipt": ("handed_over", "server_took_it")}
