"""Whoever reads what is not hers any more, or holds her phone, cannot steer how she is told."""

from datetime import time, timedelta
from itertools import permutations
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotse_contracts.intake import SafeHours
from lotse_contracts.notify import OptedIn
from lotse_notify.domain.contact import Point, SafeWindow, with_chat_rules
from lotse_notify.domain.hooks import InboundSms
from lotse_notify.handlers import inbound
from lotse_notify.handlers.orders import Book
from lotse_notify.providers.pepper import read_pepper
from lotse_notify.store import people
from tests.notify.given import House
from tests.notify.test_chats import linked, page_code, token_from
from tests.notify.ways import by_ways, mail, phone

NUMBER = "+4915112345671"
FORENOON = SafeHours(weekdays=(1, 2, 3), starts="10:00", ends="12:00")
EX = "ex.reads@example.org"


@pytest.fixture
def house(house_with_bot: House) -> House:
    house_with_bot.now = house_with_bot.service.now()  # the page has the clock of the service
    return house_with_bot


@pytest.fixture
def book(house: House) -> Book:
    assert house.service.ring is not None
    return Book(house.service.ring, house.keys, read_pepper(None, b"k" * 32))


@pytest.fixture
def olena() -> UUID:
    return uuid4()


async def ways(house: House, person_id: UUID) -> dict[str, str | None]:
    async with house.unit() as unit:
        person = await people.locked(unit.tx, person_id)
    assert person.contact is not None
    return {point.channel: point.hindrance for point in person.contact.points}


async def writes(house: House, book: Book, text: str, number: str = NUMBER) -> None:
    async with house.unit() as unit:
        await inbound.listen(unit, InboundSms("kannel", f"mo:{uuid4()}", number, text), book=book)


async def test_a_link_to_an_address_that_was_replaced_opens_nothing_any_more(
    house: House, browser: httpx.AsyncClient, olena: UUID
) -> None:
    await house.hear(by_ways(house, olena, mail(value=EX)))
    old = await page_code(house, olena)
    await house.hear(by_ways(house, olena, phone(value=NUMBER), version=2, renewed=True))
    for path in (f"/preferences/{old}", f"/stop/{old}", f"/unsubscribe/{old}/checkbacks"):
        assert (await browser.get(path)).status_code == 404
        assert (await browser.post(path, data={"way_sms": "off"})).status_code == 404
    assert await ways(house, olena) == {"sms": None}


async def test_a_code_for_the_bot_that_was_asked_for_before_is_no_longer_good(
    house: House, book: Book, browser: httpx.AsyncClient, olena: UUID
) -> None:
    await house.hear(by_ways(house, olena, mail(value=EX)))
    token = await token_from(browser, await page_code(house, olena))
    await house.hear(by_ways(house, olena, phone(value=NUMBER), version=2))
    assert house.rows("link") == [] or all(row["used_at"] or row["revoked_at"] for row in house.rows("link") if token)
    assert "telegram" not in await ways(house, olena)


async def test_a_chat_goes_with_the_address_whose_message_linked_it(
    house: House, book: Book, browser: httpx.AsyncClient, olena: UUID
) -> None:
    await house.hear(by_ways(house, olena, mail(value=EX)))
    await linked(house, book, browser, olena)
    await house.hear(by_ways(house, olena, phone(value=NUMBER), version=2))
    assert await ways(house, olena) == {"sms": None}


async def test_one_more_address_takes_nothing_back(
    house: House, book: Book, browser: httpx.AsyncClient, olena: UUID
) -> None:
    await house.hear(by_ways(house, olena, mail()))
    code = await page_code(house, olena)
    await linked(house, book, browser, olena)
    await house.hear(by_ways(house, olena, mail(), phone(value=NUMBER), version=2))
    assert (await browser.get(f"/preferences/{code}")).status_code == 200
    assert (await ways(house, olena))["telegram"] is None


@pytest.mark.parametrize("how", [{"safe": False}, {"leave_message": False}])
async def test_a_chat_is_as_careful_as_her_phone(
    house: House, book: Book, browser: httpx.AsyncClient, olena: UUID, how: dict[str, bool]
) -> None:
    await house.hear(by_ways(house, olena, mail(), phone(value=NUMBER)))
    await linked(house, book, browser, olena)
    await house.hear(by_ways(house, olena, mail(), phone(value=NUMBER, **how), version=2))
    assert "telegram" not in await ways(house, olena)
    await linked(house, book, browser, olena)
    assert (await ways(house, olena))["telegram"] in ("unsafe", "no_message_left")


async def test_a_chat_keeps_the_safe_hours_of_her_phone(
    house: House, book: Book, browser: httpx.AsyncClient, olena: UUID
) -> None:
    await house.hear(by_ways(house, olena, mail(), phone(value=NUMBER, safe_hours=(FORENOON,))))
    await linked(house, book, browser, olena)
    async with house.unit() as unit:
        person = await people.locked(unit.tx, olena)
    assert person.contact is not None
    chat = person.contact.point_on("telegram")
    assert chat is not None
    assert [(one.starts, one.ends) for one in chat.hours] == [(time(10), time(12))]


WINDOWS = st.tuples(st.sets(st.integers(1, 7), min_size=1), st.integers(0, 22), st.integers(1, 8)).map(
    lambda one: SafeWindow(frozenset(one[0]), time(one[1]), time(min(23, one[1] + one[2])))
)
HOURS = st.lists(WINDOWS, max_size=3).map(tuple)


@given(HOURS, HOURS, st.integers(1, 7), st.integers(0, 23))
def test_a_chat_is_never_used_at_an_hour_at_which_another_way_is_not_safe(
    some: tuple[SafeWindow, ...], others: tuple[SafeWindow, ...], day: int, hour: int
) -> None:
    def safe(hours: tuple[SafeWindow, ...]) -> bool:
        return not hours or any(day in one.weekdays and one.starts <= time(hour, 30) < one.ends for one in hours)

    for first, second in permutations((some, others)):
        points = (
            Point(UUID(int=1), "sms", hours=first),
            Point(UUID(int=2), "email", hours=second),
            Point(UUID(int=3), "telegram"),
        )
        chat = with_chat_rules(points)[2]
        assert (chat.hindrance is None and safe(chat.hours)) <= (safe(first) and safe(second))


@pytest.mark.parametrize("shared", [False, True])
async def test_start_by_sms_undoes_no_stop_of_her_page(
    house: House, book: Book, browser: httpx.AsyncClient, olena: UUID, shared: bool
) -> None:
    await house.hear(by_ways(house, olena, mail(), phone(value=NUMBER, shared=shared)))
    await browser.post(f"/preferences/{await page_code(house, olena)}", data={"way_sms": "off"})
    house.now += timedelta(minutes=1)
    await writes(house, book, "START")
    assert (await ways(house, olena))["sms"] == "opted_out"
    assert not any(isinstance(fact, OptedIn) for fact in house.said)


async def test_start_by_sms_undoes_no_stop_that_a_counsellor_wrote_down(house: House, book: Book, olena: UUID) -> None:
    await house.hear(by_ways(house, olena, mail(), phone(value=NUMBER), stopped=("sms",)))
    house.now += timedelta(minutes=1)
    await writes(house, book, "START")
    assert (await ways(house, olena))["sms"] == "opted_out"


@pytest.mark.parametrize(("shared", "after"), [(False, None), (True, "opted_out")])
async def test_start_by_sms_undoes_a_stop_by_sms_on_a_phone_of_her_own(
    house: House, book: Book, olena: UUID, shared: bool, after: str | None
) -> None:
    await house.hear(by_ways(house, olena, mail(), phone(value=NUMBER, shared=shared)))
    await writes(house, book, "STOP")
    assert (await ways(house, olena))["sms"] == "opted_out"
    house.now += timedelta(minutes=1)
    await writes(house, book, "START")
    assert (await ways(house, olena))["sms"] == after


@pytest.mark.parametrize("path", ["/preferences/{}", "/unsubscribe/{}/checkbacks"])
async def test_the_page_of_somebody_unsafe_stops_all_and_shows_nothing(
    house: House, browser: httpx.AsyncClient, olena: UUID, path: str
) -> None:
    await house.hear(by_ways(house, olena, mail(), safe=False))
    url = path.format(await page_code(house, olena))
    assert "<legend>" not in (await browser.get(url)).text
    answer = await browser.post(url, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert "<legend>" not in answer.text
    async with house.unit() as unit:
        person = await people.locked(unit.tx, olena)
    assert person.silence.opted_out_at is not None


async def test_on_a_shared_phone_nobody_is_told_how_to_undo_a_stop(house: House, book: Book, olena: UUID) -> None:
    await house.hear(by_ways(house, olena, phone(value=NUMBER, shared=True)))
    await writes(house, book, "STOP")
    assert house.rows("notification") == []
