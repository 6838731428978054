"""Telegram: linked by herself, once and within fifteen minutes, neutral whatever she chose, and ended by /stop."""

import asyncio
import json
import logging
import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotse_chassis import links
from lotse_contracts.notify import ErasePerson, OptedIn, OptedOut, SetSwitch, SwitchName
from lotse_notify.domain import choicewords
from lotse_notify.domain.chats import ChatUpdate, read
from lotse_notify.domain.shipped import shipped_texts
from lotse_notify.handlers import chats, choices
from lotse_notify.handlers.orders import STOP_LINK, Book
from lotse_notify.providers.pepper import read_pepper
from lotse_notify.providers.telegram import Bot
from lotse_notify.store import people
from lotse_notify.workers.chats import Listener, run
from tests import kit
from tests.notify.botserver import BotServer
from tests.notify.given import House
from tests.notify.test_preferences import plan
from tests.notify.ways import by_ways, mail

CHAT = 4711_0815
LINK = re.compile(r'href="(https://t\.me/lotse_bot\?start=[0-9A-Z]{26})"')


@pytest.fixture
def house(house_with_bot: House) -> House:
    return house_with_bot


@pytest.fixture
def book(house: House) -> Book:
    assert house.service.ring is not None
    return Book(house.service.ring, house.keys, read_pepper(None, b"k" * 32))


@pytest.fixture
async def olena(house: House) -> UUID:
    person_id = uuid4()
    house.now = house.service.now()
    await house.hear(by_ways(house, person_id, mail(detail="time_and_place")))
    return person_id


async def page_code(house: House, person_id: UUID) -> str:
    async with house.unit() as unit:
        expires_at = house.now + timedelta(days=9)
        return await links.create(unit.tx, purpose=STOP_LINK, subject_id=str(person_id), expires_at=expires_at)


async def token_from(browser: httpx.AsyncClient, code: str) -> str:
    page = await browser.post(f"/preferences/{code}/telegram", data={"accept": "yes"})
    found = LINK.search(page.text)
    assert found is not None
    return parse_qs(urlsplit(found[1]).query)["start"][0]


def message(text: str, chat: int = CHAT) -> dict[str, Any]:
    return {"update_id": 1, "message": {"text": text, "chat": {"id": chat, "type": "private"}}}


async def write(house: House, book: Book, update: dict[str, Any]) -> str | None:
    """What is answered in the chat."""
    heard = read(update)
    assert heard is not None
    async with house.unit() as unit:
        reply = await chats.hear(unit, heard, book=book)
    return reply[0] if reply else None


async def linked(house: House, book: Book, browser: httpx.AsyncClient, person_id: UUID) -> None:
    token = await token_from(browser, await page_code(house, person_id))
    assert await write(house, book, message(f"/start {token}")) == "telegram_linked"


async def test_she_links_the_chat_herself_and_it_comes_last_and_says_nothing_more_than_that(
    house: House, olena: UUID, book: Book, browser: httpx.AsyncClient
) -> None:
    await linked(house, book, browser, olena)
    assert house.said[-1:] == [OptedIn(person_id=olena, channel="telegram")]
    assert await plan(house, olena, "appointments") == (("email", "telegram"), "")
    async with house.unit() as unit:
        person = await people.locked(unit.tx, olena)
    assert person.contact is not None
    point = person.contact.point_on("telegram")
    assert point is not None
    assert point.shown == "neutral"
    sealed = person.address_on("telegram")
    assert sealed is not None
    assert house.keys.decrypt(olena, "contact.address", sealed) == str(CHAT).encode()
    assert str(CHAT) not in str([house.rows(table) for table in ("contact_point", "own_choice", "address_index")])


async def test_a_code_is_good_once_and_for_fifteen_minutes(
    house: House, olena: UUID, book: Book, browser: httpx.AsyncClient
) -> None:
    code = await page_code(house, olena)
    first, second = await token_from(browser, code), await token_from(browser, code)
    assert await write(house, book, message(f"/start {first}")) == "telegram_code_gone", "a newer one replaces it"
    assert await write(house, book, message(f"/start {second}")) == "telegram_linked"
    assert await write(house, book, message(f"/start {second}", chat=666)) == "telegram_code_gone"
    third = await token_from(browser, code)
    house.now += timedelta(minutes=16)
    assert await write(house, book, message(f"/start {third}")) == "telegram_code_gone"
    assert await write(house, book, message(f"/start {'0' * 26}")) == "telegram_code_gone"
    assert await write(house, book, message(f"/start {code}")) == "telegram_code_gone", "another purpose"


async def test_the_page_asks_before_it_gives_the_link(house: House, olena: UUID, browser: httpx.AsyncClient) -> None:
    code = await page_code(house, olena)
    page = await browser.get(f"/preferences/{code}", params={"lang": "de"})
    assert "außerhalb der EU" in page.text
    assert "t.me" not in page.text
    assert "t.me" not in (await browser.post(f"/preferences/{code}/telegram", data={})).text
    assert [row for row in house.rows("link") if row["purpose"] == "telegram"] == []


@pytest.mark.parametrize("text", ["/stop", "/STOP", "/stop@lotse_bot", "СТОП", "stop."])
async def test_stop_forgets_the_chat_and_intake_hears_it_once(
    house: House, olena: UUID, book: Book, browser: httpx.AsyncClient, text: str
) -> None:
    await linked(house, book, browser, olena)
    house.now += timedelta(minutes=1)
    assert await write(house, book, message(text)) == "telegram_ended"
    assert await write(house, book, message(text)) == "telegram_ended"
    said = [fact for fact in house.said if isinstance(fact, OptedOut)]
    assert said == [OptedOut(person_id=olena, channel="telegram", scope="channel")]
    assert await plan(house, olena, "appointments") == (("email",), "")
    assert [row["channel"] for row in house.rows("contact_point")] == ["email"]
    assert len(house.rows("address_index")) == 1


async def test_a_blocked_bot_is_her_no(house: House, olena: UUID, book: Book, browser: httpx.AsyncClient) -> None:
    await linked(house, book, browser, olena)
    house.now += timedelta(minutes=1)
    kicked = {"chat": {"id": CHAT}, "new_chat_member": {"status": "kicked"}}
    assert await write(house, book, {"update_id": 2, "my_chat_member": kicked}) is None
    assert [row["through"] for row in house.rows("own_choice") if row["choice"] == "stop"] == ["blocked"]
    house.now += timedelta(minutes=1)
    await linked(house, book, browser, olena)
    assert await plan(house, olena, "appointments") == (("email", "telegram"), ""), "linking again is a new consent"
    house.now += timedelta(minutes=1)
    async with house.unit() as unit:
        person = await people.locked(unit.tx, olena)
        unit.say(*await choices.end_chat(unit.tx, person, house.now, through="blocked"))
    assert await plan(house, olena, "appointments") == (("email",), "")


async def test_a_new_contact_with_her_old_address_leaves_the_chat_that_she_linked(
    house: House, olena: UUID, book: Book, browser: httpx.AsyncClient
) -> None:
    await linked(house, book, browser, olena)
    await house.hear(by_ways(house, olena, mail(), version=2))
    assert await plan(house, olena, "answers") == (("email", "telegram"), "")
    await house.hear(by_ways(house, olena, mail(), version=3, consented=False))
    async with house.unit() as unit:
        person = await people.locked(unit.tx, olena)
    assert person.contact is not None
    assert not person.contact.consented, "what intake ends, ends everything"


async def test_an_unsafe_person_cannot_be_linked_by_whoever_holds_her_code(
    house: House, olena: UUID, book: Book, browser: httpx.AsyncClient
) -> None:
    token = await token_from(browser, await page_code(house, olena))
    await house.hear(by_ways(house, olena, mail(), version=2, safe=False))
    assert await write(house, book, message(f"/start {token}")) == "telegram_code_gone"
    assert [row["channel"] for row in house.rows("contact_point")] == ["email"]


async def test_an_erasure_takes_the_chat_and_the_code(
    house: House, olena: UUID, book: Book, browser: httpx.AsyncClient
) -> None:
    await linked(house, book, browser, olena)
    await token_from(browser, await page_code(house, olena))
    await house.hear(ErasePerson(person_id=olena))
    for table in ("contact_point", "own_choice", "address_index", "link"):
        assert house.rows(table) == []
    assert await write(house, book, message("/stop")) == "telegram_ended"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["update_id", "message", "chat", "id", "text", "my_chat_member"]), inner)
        ),
        max_leaves=12,
    )
)
def test_no_update_breaks_it(update: Any) -> None:
    if isinstance(update, dict):
        found = read(update)
        assert found is None or found.said in ("link", "stop", "blocked", "nothing")


def test_a_group_is_none_of_ours_and_nothing_shows_in_a_repr() -> None:
    group = {"update_id": 3, "message": {"text": "/stop", "chat": {"id": CHAT, "type": "group"}}}
    assert read(group) == ChatUpdate(3, "nothing")
    shown = repr(read(message(f"/start {'A' * 26}")))
    assert str(CHAT) not in shown
    assert "AAAA" not in shown


async def answers(house: House, book: Book, *updates: dict[str, Any]) -> list[bytes]:
    """What a listener says while it hears these."""
    async with BotServer() as server:
        server.updates = list(updates)
        bot = Bot(url=server.url, token="123456:canary-token", timeout_seconds=2.0)
        listener = Listener(bot, house.unit, book, shipped_texts(drafts_allowed=True), choicewords.shipped())
        stopping = asyncio.Event()
        working = asyncio.create_task(run(stopping, listener=listener))
        await kit.eventually(lambda: server.confirmed > updates[-1]["update_id"], 20)
        stopping.set()
        await asyncio.wait_for(working, 10)
    return server.said


@pytest.mark.parametrize("name", ["all", "telegram"])
async def test_while_it_is_held_back_the_bot_hears_a_stop_and_answers_nothing(
    house: House, olena: UUID, book: Book, browser: httpx.AsyncClient, name: SwitchName
) -> None:
    await linked(house, book, browser, olena)
    await house.hear(SetSwitch(name=name, on=False))
    assert await answers(house, book, message("/stop")) == []
    assert [row["channel"] for row in house.rows("contact_point")] == ["email"]
    await house.hear(SetSwitch(name=name, on=True))
    assert len(await answers(house, book, message("/stop"))) == 1


async def test_nobody_makes_the_bot_deaf_by_writing_much(
    house: House, olena: UUID, book: Book, browser: httpx.AsyncClient
) -> None:
    """Each letter is six characters in Telegram's answer."""
    await linked(house, book, browser, olena)
    long = [message("Ж" * 4096, chat=7) | {"update_id": number} for number in range(1, 30)]
    assert len(await answers(house, book, *long, message("/stop") | {"update_id": 30})) == 1
    assert [row["channel"] for row in house.rows("contact_point")] == ["email"]


async def test_the_bot_is_asked_and_answers_and_its_token_is_nowhere_logged(
    house: House, olena: UUID, book: Book, browser: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token = await token_from(browser, await page_code(house, olena))
    async with BotServer() as server:
        server.updates = [message(f"/start {token}"), {"update_id": 2, "message": {"text": "hello"}}]
        bot = Bot(url=server.url, token="123456:canary-token", timeout_seconds=2.0)
        words = choicewords.shipped()
        listener = Listener(bot, house.unit, book, shipped_texts(drafts_allowed=True), words)
        stopping = asyncio.Event()
        working = asyncio.create_task(run(stopping, listener=listener))
        await kit.eventually(lambda: server.said and server.confirmed == 3, 20)
        stopping.set()
        await asyncio.wait_for(working, 10)
    assert json.loads(server.said[0])["text"] == words["uk"]["telegram_linked"]
    assert await plan(house, olena, "answers") == (("email", "telegram"), "")
    assert "canary-token" not in caplog.text
    assert str(CHAT) not in caplog.text
