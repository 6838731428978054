"""What somebody publishes or signs counts with the very next message, without a restart, and what is frozen stays."""

from datetime import timedelta
from uuid import uuid4

from lotse_notify.domain.shipped import shipped_texts
from lotse_notify.domain.templates import NOTICES
from lotse_notify.domain.texts import document_of, source_of
from lotse_notify.handlers import publishing
from lotse_notify.store.library import Library
from lotse_notify.workers.textmeters import not_sent
from tests.notify.given import House, tell
from tests.notify.mailserver import MailServer

OLD, NEW = "Your message has reached us.", "We have your message."


def library(*, drafts_allowed: bool = True) -> Library:
    return Library(shipped_texts(drafts_allowed=drafts_allowed))


async def publish(house: House) -> None:
    """New English words of the receipt, by two people."""
    source = source_of(shipped_texts(drafts_allowed=True).document("receipt"))
    async with house.unit() as unit:
        await publishing.propose(unit, document_of(source.replace(OLD, NEW)), library(), actor="anna")
        version = await publishing.found(unit.tx, "receipt")
        await publishing.publish(unit, version, library(), actor="boris", drafts_allowed=True)


async def test_the_next_message_says_it(house: House, mailserver: MailServer) -> None:
    post, person_id = house.post(mailserver.port), uuid4()
    await house.hear(house.contact(person_id, languages=("en",)))
    for number in (1, 2):
        await house.hear(tell(person_id, key=f"k{number}"))
        await house.send_all(post)
        await publish(house) if number == 1 else None
    said = [str(taken.mail.get_body(("plain",)).get_content()) for taken in mailserver.taken]  # type: ignore[union-attr]
    assert [OLD in one for one in said] == [True, False]
    assert [NEW in one for one in said] == [False, True]
    versions = [row["text_version"] for row in house.rows("notification", "created_at")]
    assert [one.split("-")[1] for one in versions] == ["1.1", "2.1"]


async def test_a_second_try_sends_the_very_words_of_the_first(house: House, mailserver: MailServer) -> None:
    """Trap 19: under the same Message-ID there are never other words."""
    post, person_id = house.post(mailserver.port), uuid4()
    await house.hear(house.contact(person_id, languages=("en",)))
    await house.hear(tell(person_id))
    mailserver.does = "busy_content"
    await house.send_all(post)
    await publish(house)
    mailserver.does = "take"
    house.now += timedelta(hours=2)
    await house.send_all(post)
    (taken,) = mailserver.taken
    body = taken.mail.get_body(("plain",))
    assert body is not None
    assert OLD in str(body.get_content())


async def test_somebody_reads_ukrainian_from_the_signature_on(house: House, mailserver: MailServer) -> None:
    shelf = library(drafts_allowed=False)
    async with house.unit() as unit:
        texts = await shelf.current(unit.tx)
    assert texts.language_for(("uk",), "receipt") == "de"
    assert not_sent(shelf, "uk") == len(NOTICES)
    async with house.unit() as unit:
        for name in ("frame", "receipt"):
            version = await publishing.found(unit.tx, name)
            await publishing.sign(unit, version, "uk", speaker="Oksana", actor="desk-1")
    async with house.unit() as unit:
        texts = await shelf.current(unit.tx)
    assert texts.language_for(("uk",), "receipt") == "uk"
    assert not_sent(shelf, "uk") == len(NOTICES) - 1


async def test_how_many_notices_are_not_sent_is_counted_by_language(house: House) -> None:
    sample = house.service.meters.registry.get_sample_value
    for language in ("uk", "ru", "de", "en"):
        assert sample("lotse_notify_texts_not_sent", {"language": language}) == 0
