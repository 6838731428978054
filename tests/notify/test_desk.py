"""What staff ask about messages is answered in words, and what they say about one is done once and written down."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import pairwise
from uuid import UUID, uuid4

import pytest

from lotse_chassis.faults import Refused
from lotse_contracts.notify import (
    AskNotices,
    AskUnresolved,
    AskWhy,
    ErasePerson,
    MessageDelivered,
    NoticesAnswer,
    ResolveNotice,
    Step,
    TryAgain,
    UnresolvedAnswer,
    WhyAnswer,
)
from lotse_contracts.values import COUNSELLORS, RecipientLanguage
from lotse_notify.workers.post import Post
from tests.notify.given import ADDRESS, House, tell
from tests.notify.mailserver import Does, MailServer

Said = Callable[..., Awaitable[UUID]]


@pytest.fixture
def post(house: House, mailserver: MailServer) -> Post:
    return house.post(mailserver.port)


@pytest.fixture
def olena() -> UUID:
    return uuid4()


@pytest.fixture
def said(house: House, mailserver: MailServer, post: Post, olena: UUID) -> Said:
    """Tell her something while the mail server does this."""

    async def said(does: Does = "take", key: str = "k1") -> UUID:
        mailserver.does = does
        await house.hear(house.contact(olena))
        await house.hear(tell(olena, key=key))
        await house.send_all(post)
        mailserver.does = "take"
        row = house.rows("notification", "created_at DESC")[0]
        return UUID(str(row["notification_id"]))

    return said


async def why(house: House, person_id: UUID, notification_id: UUID, language: RecipientLanguage = "de") -> WhyAnswer:
    answer = await house.ask(AskWhy(person_id=person_id, notification_id=notification_id, language=language))
    assert isinstance(answer, WhyAnswer)
    return answer


def told(steps: tuple[Step, ...]) -> list[tuple[str, str, str | None]]:
    return [(step.kind, step.code, step.because) for step in steps]


async def test_the_story_of_a_mail_is_told(house: House, olena: UUID, said: Said) -> None:
    await house.hear(tell(olena))
    notification_id = await said()
    answer = await why(house, olena, notification_id)
    assert sorted(told(answer.steps)) == [  # on a clock that stands still; tests of the timeline know the order
        ("attempt", "accepted", "server_took_it"),
        ("attempt", "submitting", None),
        ("decision", "handed_over", "server_took_it"),
        ("decision", "held", "no_contact"),
        ("decision", "ignored", "already_told"),
        ("decision", "in_flight", "email"),
        ("decision", "ready", "due"),
    ]
    assert all(one.at <= other.at for one, other in pairwise(answer.steps))
    assert answer.notice is not None
    assert answer.notice.text == "An den Anbieter übergeben: der Mailserver hat sie angenommen"
    waited = "Zurückgehalten: es gibt noch keinen Kontakt (bis 28.11.2026 10:00)"
    assert waited in [step.text for step in answer.steps], "until when it waited, though it waits no longer"
    assert {step.provider for step in answer.steps if step.kind == "attempt"} == {"smtp"}


async def test_it_is_told_in_four_languages(house: House, olena: UUID, said: Said) -> None:
    notification_id = await said()
    texts = [
        tuple(step.text for step in (await why(house, olena, notification_id, language)).steps)
        for language in ("uk", "ru", "de", "en")
    ]
    assert len(set(texts)) == 4
    assert "Передано провайдеру: поштовий сервер прийняв" in texts[0]
    assert "Передано провайдеру: почтовый сервер принял" in texts[1]


async def test_what_waits_says_until_when(house: House, olena: UUID) -> None:
    await house.hear(tell(olena))
    answer = await house.ask(AskWhy(person_id=olena, dedupe_key="k1"))
    assert isinstance(answer, WhyAnswer)
    assert answer.notice is not None
    assert answer.notice.due_at == answer.steps[-1].until
    assert answer.notice.text == "Zurückgehalten: es gibt noch keinen Kontakt (bis 28.11.2026 10:00)"


async def test_a_key_and_an_id_tell_the_same_and_one_of_them_is_needed(house: House, olena: UUID, said: Said) -> None:
    notification_id = await said()
    by_key = await house.ask(AskWhy(person_id=olena, dedupe_key="k1"))
    assert by_key == await why(house, olena, notification_id)
    with pytest.raises(Refused) as fault:
        await house.ask(AskWhy(person_id=olena))
    assert fault.value.code == "which_notice"


async def test_a_key_that_was_closed_before_anybody_asked_has_a_story_too(house: House, olena: UUID) -> None:
    await house.hear(tell(olena, key="new", supersedes="old"))
    await house.hear(tell(olena, key="old"))
    answer = await house.ask(AskWhy(person_id=olena, dedupe_key="old"))
    assert isinstance(answer, WhyAnswer)
    assert told(answer.steps) == [("decision", "cancelled", "superseded")]
    assert answer.steps[0].text == "Zurückgenommen: eine neuere Nachricht tritt an ihre Stelle"


async def test_nobody_elses_message_is_shown_under_her_id(house: House, olena: UUID, said: Said) -> None:
    notification_id = await said()
    stranger = uuid4()
    assert await why(house, stranger, notification_id) == WhyAnswer(decisions=())
    assert await house.ask(AskNotices(person_id=stranger)) == NoticesAnswer(notices=())
    for order in (
        ResolveNotice(person_id=stranger, notification_id=notification_id, found="arrived"),
        TryAgain(person_id=stranger, notification_id=notification_id),
    ):
        with pytest.raises(Refused):
            await house.hear(order)


async def test_her_messages_are_listed_newest_first_and_the_look_is_written_down(
    house: House, olena: UUID, said: Said
) -> None:
    await said(key="k1")
    house.now += timedelta(minutes=5)
    await said("refuse_recipient", key="k2")
    answer = await house.ask(AskNotices(person_id=olena, language="en"))
    assert isinstance(answer, NoticesAnswer)
    assert [(one.template, one.category, one.state) for one in answer.notices] == [
        ("receipt", "answers", "failed"),
        ("receipt", "answers", "handed_over"),
    ]
    assert answer.notices[0].text == "Was not delivered: there is no such address or number"
    assert ADDRESS not in answer.model_dump_json()
    (row,) = house.rows("access_log")
    assert (row["action"], row["object_kind"], row["object_id"], row["purpose"]) == (
        "read",
        "person",
        str(olena),
        "notices",
    )
    one = await house.ask(AskNotices(person_id=olena, limit=1))
    assert isinstance(one, NoticesAnswer)
    assert one.notices == (answer.notices[0].model_copy(update={"text": one.notices[0].text}),)


async def test_a_look_at_why_is_written_down(house: House, olena: UUID, said: Said) -> None:
    notification_id = await said()
    answer = await why(house, olena, notification_id)
    (row,) = house.rows("access_log")
    looked = (row["actor"], row["action"], row["object_kind"], row["object_id"], row["purpose"])
    assert looked == ("desk-1", "read", "notification", str(notification_id), "why")
    again = await why(house, olena, notification_id)
    assert again.steps == answer.steps, "a look is no part of the story"


async def test_what_is_in_doubt_is_listed_and_resolved_once(house: House, olena: UUID, said: Said) -> None:
    notification_id = await said("drop_after_dot")
    answer = await house.ask(AskUnresolved(language="en"))
    assert isinstance(answer, UnresolvedAnswer)
    (doubt,) = answer.doubts
    assert (doubt.notice.notification_id, doubt.channel, doubt.provider) == (notification_id, "email", "smtp")
    assert doubt.notice.text.startswith("Nobody knows whether it has left: ")
    order = ResolveNotice(person_id=olena, notification_id=notification_id, found="arrived")
    assert [type(fact) for fact in await house.hear(order)] == [MessageDelivered]
    assert await house.ask(AskUnresolved()) == UnresolvedAnswer(doubts=())
    with pytest.raises(Refused) as fault:
        await house.hear(order)
    assert fault.value.code == "nothing_in_doubt"
    steps = (await why(house, olena, notification_id)).steps
    assert "Vom Team geklärt: angekommen" in [step.text for step in steps if step.kind == "staff"]
    assert "desk-1" not in str(steps), "who looked it up is in the access log, and nobody is measured by it"


async def test_of_many_in_doubt_the_oldest_come_first_and_the_rest_is_said(
    house: House, mailserver: MailServer, post: Post
) -> None:
    mailserver.does = "drop_after_dot"
    for _ in range(3):
        person_id = uuid4()
        await house.hear(house.contact(person_id))
        await house.hear(tell(person_id))
        await house.send_all(post)
        house.now += timedelta(seconds=1)
    answer = await house.ask(AskUnresolved(limit=2))
    assert isinstance(answer, UnresolvedAnswer)
    assert answer.more
    assert [one.since for one in answer.doubts] == sorted(one.since for one in answer.doubts)
    looked = [(row["actor"], row["action"], row["object_id"], row["purpose"]) for row in house.rows("access_log", "id")]
    assert looked == [("desk-1", "read", str(one.notice.person_id), "unresolved") for one in answer.doubts]


async def test_what_staff_leave_is_never_sent_again(
    house: House, olena: UUID, said: Said, mailserver: MailServer, post: Post
) -> None:
    notification_id = await said("drop_after_dot")
    await house.hear(ResolveNotice(person_id=olena, notification_id=notification_id, found="leave"))
    assert house.states()["receipt"][0] == "presumed_sent"
    house.now += timedelta(days=2)
    await house.sweep(post)
    assert await house.send_all(post) == 0
    assert len(mailserver.taken) == 1
    with pytest.raises(Refused):
        await house.hear(TryAgain(person_id=olena, notification_id=notification_id))


async def test_what_failed_goes_again_when_its_cause_is_mended(
    house: House, olena: UUID, said: Said, mailserver: MailServer, post: Post
) -> None:
    notification_id = await said("refuse_content")
    before = {row["attempt_id"] for row in house.rows("send_attempt")}
    house.now += timedelta(minutes=1)
    await house.hear(TryAgain(person_id=olena, notification_id=notification_id))
    assert await house.send_all(post) == 1
    assert house.states()["receipt"] == ("handed_over", "server_took_it")
    (row,) = house.rows("notification")
    assert UUID(str(row["notification_id"])) == notification_id
    assert len({row["attempt_id"] for row in house.rows("send_attempt")} - before) == 1
    texts = [step.text for step in (await why(house, olena, notification_id)).steps]
    assert "Vom Team noch einmal in Auftrag gegeben" in texts


@pytest.mark.parametrize("does", ["take", "drop_after_dot"])
async def test_what_left_or_may_have_left_cannot_be_replayed(
    house: House, olena: UUID, said: Said, mailserver: MailServer, post: Post, does: Does
) -> None:
    """Rule 6: a replay begins at the policy, and no provider is spoken to."""
    notification_id = await said(does)
    with pytest.raises(Refused) as fault:
        await house.hear(TryAgain(person_id=olena, notification_id=notification_id))
    assert fault.value.code == "nothing_to_try_again"
    assert await house.send_all(post) == 0
    assert len(mailserver.taken) == 1


async def test_what_is_of_no_use_any_more_is_not_replayed(house: House, olena: UUID, said: Said) -> None:
    notification_id = await said("refuse_content")
    house.now += timedelta(days=4)
    with pytest.raises(Refused):
        await house.hear(TryAgain(person_id=olena, notification_id=notification_id))


async def test_a_replay_asks_the_policy_and_so_her_stop_holds(
    house: House, olena: UUID, said: Said, mailserver: MailServer, post: Post
) -> None:
    notification_id = await said("refuse_content")
    await house.hear(house.contact(olena, version=2, safe=False))
    await house.hear(TryAgain(person_id=olena, notification_id=notification_id))
    assert await house.send_all(post) == 1
    assert house.states()["receipt"] == ("held", "unsafe")
    assert mailserver.taken == []


async def test_a_tell_said_again_from_the_dead_letters_sends_nothing_twice(
    house: House, olena: UUID, said: Said, mailserver: MailServer, post: Post
) -> None:
    """Rule 6: the claim is forgotten by a replay, the key is not."""
    await said()
    await house.hear(tell(olena))
    assert await house.send_all(post) == 0
    assert len(mailserver.taken) == 1


async def test_the_erased_have_no_story(house: House, olena: UUID, said: Said) -> None:
    notification_id = await said("drop_after_dot")
    await house.hear(ErasePerson(person_id=olena))
    assert await why(house, olena, notification_id) == WhyAnswer(decisions=())
    assert await house.ask(AskUnresolved()) == UnresolvedAnswer(doubts=())
    with pytest.raises(Refused):
        await house.hear(ResolveNotice(person_id=olena, notification_id=notification_id, found="absent"))


def test_only_counsellors_and_coordinators_may() -> None:
    for message in (AskWhy, AskNotices, AskUnresolved, ResolveNotice, TryAgain):
        assert message.ROLES == COUNSELLORS
