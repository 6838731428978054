"""STOP and START by SMS: for everybody on that phone, also after a crash or before we know whose number it is."""

import logging
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from lotse_chassis.faults import Refused
from lotse_contracts.envelope import Message
from lotse_contracts.notify import ErasePerson, OptedIn, OptedOut
from lotse_notify.domain.hooks import InboundSms
from lotse_notify.handlers import inbound
from lotse_notify.handlers.orders import Book
from lotse_notify.providers.pepper import Pepper, read_pepper
from lotse_notify.store import addressindex
from lotse_notify.workers.addressindex import make_whole, write_anew
from tests.notify.carrier import Carrier
from tests.notify.given import NOW, House, tell
from tests.notify.mailserver import MailServer
from tests.notify.ways import MAIL, OTHER_PHONE, PHONE, by_ways, mail, phone

MINUTE = timedelta(minutes=1)


@pytest.fixture
def book(house: House) -> Book:
    """As the house made it: the same keys, and the pepper that follows from the key-encryption key."""
    assert house.service.ring is not None
    return Book(house.service.ring, house.keys, read_pepper(None, b"k" * 32))


async def write(house: House, book: Book, text: str, number: str = PHONE) -> list[Message]:
    """Somebody writes; what was said of it."""
    before = len(house.said)
    async with house.unit() as unit:
        await inbound.listen(unit, InboundSms("kannel", f"mo:{uuid4()}", number, text), book=book)
    return house.said[before:]


def told(house: House) -> list[dict[str, Any]]:
    """Her notifications but the answers to a STOP."""
    return [row for row in house.rows("notification") if row["template"] != "sms_stopped"]


def stops(house: House) -> set[UUID]:
    """Whose STOP is written down and not taken back."""
    return {row["person_id"] for row in house.rows("channel_stop") if row["opted_out_at"] and not row["opted_in_at"]}


async def test_stop_ends_the_sms_and_leaves_the_mail_and_intake_hears_it_once(house: House, book: Book) -> None:
    olena = uuid4()
    await house.hear(by_ways(house, olena, phone(), mail()))
    for _ in range(3):
        await write(house, book, "СТОП")
    assert [fact for fact in house.said if isinstance(fact, OptedOut)] == [
        OptedOut(person_id=olena, channel="sms", scope="channel")
    ]
    await house.hear(tell(olena))
    assert told(house)[0]["plan"] == ["email"]
    (evidence,) = house.rows("own_choice")
    assert (evidence["choice"], evidence["about"], evidence["through"]) == ("stop", "sms", "sms")


async def test_what_waits_goes_by_the_way_that_is_left_or_waits(
    house: House, book: Book, mailserver: MailServer
) -> None:
    olena, oksana = uuid4(), uuid4()
    await house.hear(by_ways(house, olena, phone(), mail()))
    await house.hear(by_ways(house, oksana, phone()))
    for person_id in (olena, oksana):
        await house.hear(tell(person_id, key="waiting"))
    await write(house, book, "Stop.")
    await house.send_all(house.post(mailserver.port))
    assert [taken.mail["To"] for taken in mailserver.taken] == [MAIL]
    waiting = {row["person_id"]: row for row in told(house)}
    assert (waiting[oksana]["state"], waiting[oksana]["because"]) == ("held", "opted_out")


async def test_trap_16_a_stop_from_a_shared_phone_stops_everybody_on_it_and_each_is_recorded(
    house: House, book: Book
) -> None:
    mother, daughter, stranger = uuid4(), uuid4(), uuid4()
    await house.hear(by_ways(house, mother, phone(shared=True)))
    await house.hear(by_ways(house, daughter, mail(), phone(value="0151 1234 5678")))
    await house.hear(by_ways(house, stranger, phone(value=OTHER_PHONE)))
    said = await write(house, book, "Відписатися")
    assert {fact.person_id for fact in said if isinstance(fact, OptedOut)} == {mother, daughter} == stops(house)
    assert {row["person_id"] for row in house.rows("own_choice")} == {mother, daughter}


async def test_start_opens_what_she_ended_and_only_that(house: House, book: Book) -> None:
    olena = uuid4()
    await house.hear(by_ways(house, olena, phone()))
    assert await write(house, book, "START") == [], "nothing was ended"
    await write(house, book, "STOP")
    house.now += MINUTE
    assert await write(house, book, "СТАРТ") == [OptedIn(person_id=olena, channel="sms")]
    await house.hear(tell(olena))
    assert told(house)[0]["plan"] == ["sms"]


async def test_start_brings_back_no_consent_that_intake_does_not_hold(house: House, book: Book) -> None:
    olena = uuid4()
    await house.hear(by_ways(house, olena, phone()))
    await write(house, book, "STOP")
    house.now += MINUTE
    await house.hear(by_ways(house, olena, phone(), version=2, consented=False))
    house.now += MINUTE
    await write(house, book, "START")
    await house.hear(tell(olena))
    assert told(house)[0]["because"] == "not_consented"


async def test_trap_14_a_stop_is_answered_once_by_the_way_that_it_ended(house: House, book: Book) -> None:
    olena, oksana = uuid4(), uuid4()
    for person_id in (olena, oksana):
        await house.hear(by_ways(house, person_id, phone(), languages=("de",)))
    await house.hear(tell(olena, key="waiting"))
    carrier = Carrier()
    for _ in range(3):
        await write(house, book, "STOP")
        await house.send_all(house.post(1, more=[carrier]))
        house.now += MINUTE
    (sent,) = carrier.taken
    assert (sent.address, "START" in sent.text, sent.segments) == (PHONE, True, 1)
    await write(house, book, "START")
    await house.send_all(house.post(1, more=[carrier]))
    assert len(carrier.taken) == 2, "what waited for her, and no other answer"


async def test_trap_14_nobody_else_may_speak_past_a_stop(house: House, book: Book) -> None:
    olena = uuid4()
    await house.hear(by_ways(house, olena, phone()))
    await write(house, book, "STOP")
    with pytest.raises(Refused) as refused:
        await house.hear(tell(olena, "sms_stopped"))
    assert refused.value.code == "wrong_arguments"


async def test_an_answer_to_stop_waits_for_nobody_who_has_said_start_again(house: House, book: Book) -> None:
    await house.hear(by_ways(house, uuid4(), phone()))
    await write(house, book, "STOP")
    house.now += MINUTE
    await write(house, book, "START")
    carrier = Carrier()
    await house.send_all(house.post(1, more=[carrier]))
    assert carrier.taken == []


async def test_trap_14_what_is_no_word_changes_nothing(house: House, book: Book) -> None:
    await house.hear(by_ways(house, uuid4(), phone()))
    for text in ("Stop by at 5?", "Дякую!", "cancel", ""):
        assert await write(house, book, text) == []
    assert stops(house) == set()
    assert house.rows("own_choice") == []


async def test_a_stop_before_we_know_whose_number_it_is_holds_for_a_contact_that_was_said_before_it(
    house: House, book: Book
) -> None:
    early, later = uuid4(), uuid4()
    await write(house, book, "STOP")
    await house.hear(by_ways(house, early, phone()), at=NOW - MINUTE)
    await house.hear(by_ways(house, later, phone(), renewed=True), at=NOW + MINUTE)
    assert stops(house) == {early}, "who told a counsellor after the STOP has consented"
    async with house.unit() as unit:
        assert await addressindex.prune(unit.tx, NOW + addressindex.NUMBER_STOP_KEPT + MINUTE) == 1


async def test_a_number_that_she_gave_up_stops_her_no_more(house: House, book: Book) -> None:
    olena = uuid4()
    await house.hear(by_ways(house, olena, phone()))
    await house.hear(by_ways(house, olena, phone(value=OTHER_PHONE), version=2))
    assert await write(house, book, "STOP") == []


async def test_after_a_crash_everybody_is_found_one_by_one_and_the_index_is_made_again(
    house: House, book: Book
) -> None:
    many = [uuid4() for _ in range(7)]
    for person_id in many:
        await house.hear(by_ways(house, person_id, phone(), mail()))
    assert await make_whole(house.unit, book)
    assert not await make_whole(house.unit, book)
    digests = {bytes(row["digest"]) for row in house.rows("address_index")}
    house.run("TRUNCATE address_index, address_index_mark")  # what PostgreSQL does with an unlogged table
    assert len(await write(house, book, "STOP")) == len(many)
    assert await make_whole(house.unit, book)
    assert {bytes(row["digest"]) for row in house.rows("address_index")} == digests
    house.now += MINUTE
    assert len(await write(house, book, "START")) == len(many)


async def test_with_another_pepper_the_index_is_made_again_and_until_then_nobody_is_missed(
    house: House, book: Book
) -> None:
    olena = uuid4()
    await house.hear(by_ways(house, olena, phone()))
    await make_whole(house.unit, book)
    other = Book(book.ring, book.keys, Pepper(b"p" * 32))
    assert len(await write(house, other, "STOP")) == 1
    assert await make_whole(house.unit, other)
    house.now += MINUTE
    assert len(await write(house, other, "START")) == 1


async def test_an_erased_person_leaves_no_digest_not_even_on_a_page(house: House, book: Book) -> None:
    olena, kept = uuid4(), uuid4()
    await house.hear(by_ways(house, olena, phone()))
    await house.hear(by_ways(house, kept, phone(value=OTHER_PHONE)))
    await make_whole(house.unit, book)
    assert await write_anew(house.service.engine, 0) == 0
    await house.hear(ErasePerson(person_id=olena))
    assert await write_anew(house.service.engine, 0) == 1
    assert {row["person_id"] for row in house.rows("address_index")} == {kept}
    assert await write(house, book, "STOP") == []
    house.now += MINUTE
    assert len(await write(house, book, "STOP", OTHER_PHONE)) == 1


async def test_an_erased_person_takes_along_a_stop_from_before_we_knew_her(house: House, book: Book) -> None:
    olena = uuid4()
    await write(house, book, "STOP")
    await house.hear(by_ways(house, olena, phone()), at=NOW - MINUTE)
    assert len(house.rows("number_stop")) == 1
    await house.hear(ErasePerson(person_id=olena))
    assert house.rows("number_stop") == []


async def test_a_stop_holds_for_whoever_an_enquiry_names_with_this_number_afterwards(house: House, book: Book) -> None:
    """Somebody floods a phone by enquiries that name it: its STOP ends them all, the next ones as well."""
    first, second = uuid4(), uuid4()
    await house.hear(by_ways(house, first, phone()))
    await write(house, book, "STOP")
    house.now += MINUTE
    said = await house.hear(by_ways(house, second, phone()))
    assert said == [OptedOut(person_id=second, channel="sms", scope="channel")]
    await house.hear(tell(second))
    assert told(house)[0]["because"] == "opted_out"
    house.now += MINUTE
    assert await house.hear(by_ways(house, second, phone(), version=2, stopped=("sms",))) == [], "said once"
    house.now += MINUTE
    opened = await write(house, book, "START")
    assert {fact.person_id for fact in opened if isinstance(fact, OptedIn)} == {first, second}
    assert house.rows("number_stop") == []


async def test_what_a_counsellor_writes_down_with_her_counts_more_than_an_older_stop(house: House, book: Book) -> None:
    await house.hear(by_ways(house, uuid4(), phone()))
    await write(house, book, "STOP")
    house.now += MINUTE
    olena = uuid4()
    assert await house.hear(by_ways(house, olena, phone(), renewed=True)) == []
    await house.hear(tell(olena))
    assert told(house)[0]["plan"] == ["sms"]


async def test_her_consent_after_a_stop_is_not_ended_by_it_again(house: House, book: Book) -> None:
    olena = uuid4()
    await house.hear(by_ways(house, olena, phone()))
    await write(house, book, "STOP")
    for version, stopped in ((2, ("sms",)), (3, ()), (4, ())):
        house.now += MINUTE
        assert await house.hear(by_ways(house, olena, phone(), version=version, stopped=stopped)) == []
    await house.hear(tell(olena))
    assert told(house)[0]["plan"] == ["sms"]


async def test_start_from_a_shared_phone_leaves_its_stop_for_others(house: House, book: Book) -> None:
    await house.hear(by_ways(house, uuid4(), phone(shared=True)))
    await write(house, book, "STOP")
    house.now += MINUTE
    await write(house, book, "START")
    olena = uuid4()
    await house.hear(by_ways(house, olena, phone()))
    await house.hear(tell(olena))
    assert told(house)[0]["because"] == "opted_out"


async def test_neither_number_nor_text_is_logged(house: House, book: Book, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await house.hear(by_ways(house, uuid4(), phone()))
    await write(house, book, "СТОП")
    await write(house, book, "canary text")
    assert PHONE.lstrip("+")[-8:] not in caplog.text
    assert "canary" not in caplog.text
    assert "СТОП" not in caplog.text
    assert PHONE not in repr(InboundSms("kannel", "mo:1", PHONE, "canary text"))


def test_the_pepper_comes_from_a_file_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "pepper"
    file.write_bytes(b"x" * 32)
    own, derived = read_pepper(file, b"k" * 32), read_pepper(None, b"k" * 32)
    assert own.digest("sms", PHONE) != derived.digest("sms", PHONE)
    assert own.scheme != derived.scheme
    assert own.digest("sms", PHONE) != own.digest("email", PHONE)
