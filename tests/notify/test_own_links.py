"""A notice may lead to her own page: by a link that only the mail and her key ever hold."""

import logging
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from lotse_chassis.faults import Refused
from lotse_contracts.envelope import Sealed
from lotse_contracts.notify import ErasePerson, PageLink, StopTelling, Tell
from lotse_contracts.sealed import public_bytes, seal
from lotse_notify.workers.post import Post
from tests.notify.given import READ_URL, House, tell
from tests.notify.mailserver import MailServer

CANARY = "CANARYCANARYCANARYCANARY42"
URL = f"https://page.example.org/me/open/{CANARY}"


@pytest.fixture
async def olena(house: House) -> UUID:
    person_id = uuid4()
    await house.hear(house.contact(person_id))
    return person_id


@pytest.fixture
def post(house: House, mailserver: MailServer) -> Post:
    return house.post(mailserver.port)


def linked(house: House, order: Tell, *, key: str | None = None, plain: bytes | None = None) -> Tell:
    assert house.service.seal_key is not None
    plaintext = plain or PageLink(url=URL, answer_url=f"{URL}/answer").model_dump_json().encode()
    public = public_bytes(house.service.seal_key)
    sealed = seal(plaintext, public, type_name=Tell.type_name(), key=key or str(order.person_id))
    return order.model_copy(update={"link": sealed})


def question(person_id: UUID, key: str = "k1") -> Tell:
    return tell(person_id, "checkback", key=key, arguments={"round": "1"})


async def test_the_mail_leads_to_her_page_in_both_of_its_parts_and_asks_for_no_code(
    house: House, olena: UUID, post: Post, mailserver: MailServer
) -> None:
    await house.hear(linked(house, question(olena)))
    await house.send_all(post)
    mail = mailserver.taken[-1].mail
    for kind in ("plain", "html"):
        body = mail.get_body((kind,))
        assert body is not None
        assert URL in body.get_content()
        assert READ_URL not in body.get_content()
        assert "PIN" not in body.get_content()
    assert mail["Subject"] == "У вас є повідомлення"


async def test_without_a_link_she_reads_by_code_and_pin(
    house: House, olena: UUID, post: Post, mailserver: MailServer
) -> None:
    await house.hear(question(olena))
    await house.send_all(post)
    body = mailserver.taken[-1].mail.get_body(("plain",))
    assert body is not None
    assert READ_URL in body.get_content()
    assert "PIN" in body.get_content()


async def test_the_link_lies_under_her_key_and_goes_when_it_has_been_sent(
    house: House, olena: UUID, post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await house.hear(linked(house, question(olena)))
    (row,) = house.rows("notification")
    assert row["link"] is not None
    for table in ("notification", "told", "decision", "outbox"):
        assert CANARY not in repr(house.rows(table))
        assert CANARY.encode() not in repr(house.rows(table)).encode()
    await house.send_all(post)
    (row,) = house.rows("notification")
    assert (row["state"], row["link"]) == ("handed_over", None)
    assert CANARY not in caplog.text


async def test_a_refusal_that_may_pass_keeps_the_link_for_the_next_try(
    house: House, olena: UUID, post: Post, mailserver: MailServer
) -> None:
    mailserver.does = "busy_recipient"
    await house.hear(linked(house, question(olena)))
    await house.send_all(post)
    assert house.rows("notification")[0]["link"] is not None
    mailserver.does = "take"
    house.now += timedelta(hours=2)
    await house.send_all(post)
    body = mailserver.taken[-1].mail.get_body(("plain",))
    assert body is not None
    assert URL in body.get_content()


async def test_what_is_stopped_superseded_late_or_erased_forgets_its_link(house: House, post: Post) -> None:
    for number in range(3):
        person_id = uuid4()
        await house.hear(house.contact(person_id, safe=False))
        await house.hear(linked(house, question(person_id)))
        waiting = [row for row in house.rows("notification") if row["person_id"] == person_id]
        assert (waiting[0]["because"], waiting[0]["link"] is None) == ("unsafe", False)
        if number == 0:
            await house.hear(StopTelling(person_id=person_id, dedupe_key="k1"))
        elif number == 1:
            later = question(person_id, "k2").model_copy(update={"supersedes": "k1"})
            await house.hear(later)
        else:
            await house.hear(ErasePerson(person_id=person_id))
        assert not [row for row in house.rows("notification") if row["person_id"] == person_id and row["link"]]
    person_id = uuid4()
    await house.hear(house.contact(person_id, safe=False))
    await house.hear(linked(house, question(person_id)))
    house.now += timedelta(days=4)
    await house.send_all(post)
    assert not [row for row in house.rows("notification") if row["link"]]


async def test_an_unsafe_contact_gets_no_link_either(house: House, post: Post, mailserver: MailServer) -> None:
    person_id = uuid4()
    await house.hear(house.contact(person_id, safe=False))
    await house.hear(linked(house, question(person_id)))
    await house.send_all(post)
    assert mailserver.taken == []


async def test_a_link_may_come_before_her_contact(house: House, post: Post, mailserver: MailServer) -> None:
    person_id = uuid4()
    await house.hear(linked(house, question(person_id)))
    await house.hear(house.contact(person_id))
    await house.send_all(post)
    body = mailserver.taken[-1].mail.get_body(("plain",))
    assert body is not None
    assert URL in body.get_content()


async def test_a_link_that_is_for_somebody_else_or_none_is_refused_without_a_word_of_it(
    house: House, olena: UUID
) -> None:
    with pytest.raises(Refused) as unreadable:
        await house.hear(linked(house, question(olena), key=str(uuid4())))
    assert (unreadable.value.code, unreadable.value.fields) == ("link_unreadable", ("link",))
    for plain in (b"{}", b'{"url": "javascript:alert(1)"}', b'{"url": "https://a b"}', b'{"url": "https://a\\n"}'):
        with pytest.raises(Refused) as malformed:
            await house.hear(linked(house, question(olena), plain=plain))
        assert malformed.value.code == "link_malformed"
        assert "alert" not in repr(malformed.value)
    broken = question(olena).model_copy(update={"link": Sealed(kid="k", enc="AA", ciphertext="AA")})
    with pytest.raises(Refused, match="link_unreadable"):
        await house.hear(broken)
    assert house.rows("notification") == []


async def test_a_link_that_cannot_be_read_any_more_holds_up_nothing(
    house: House, olena: UUID, post: Post, mailserver: MailServer
) -> None:
    await house.hear(linked(house, question(olena)))
    house.run("UPDATE notification SET link = '\\x01'::bytea || repeat('x', 40)::bytea")
    await house.send_all(post)
    body = mailserver.taken[-1].mail.get_body(("plain",))
    assert body is not None
    assert READ_URL in body.get_content()


async def test_late_for_an_erased_person_nothing_is_kept(house: House, olena: UUID) -> None:
    await house.hear(ErasePerson(person_id=olena))
    assert await house.hear(linked(house, question(olena))) == []
    assert house.rows("notification") == []
    assert not house.keys.holds(olena)
