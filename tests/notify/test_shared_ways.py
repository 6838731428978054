"""Whoever reads along on a mailbox or phone that she shares can end that way, and neither see nor change anything."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from lotse_contracts.intake import FurtherPoint
from lotse_contracts.notify import ErasePerson, OptedOut
from lotse_notify.store import people
from tests.notify.carrier import Carrier
from tests.notify.given import READ_URL, House, tell
from tests.notify.mailserver import MailServer
from tests.notify.test_own_links import URL, linked
from tests.notify.ways import MAIL, by_ways, mail, phone

NUMBER = "+4915112345671"
CODE = re.compile(r"https://stop\.example\.org/(?:stop|unsubscribe)/([0-9A-Z]{26})")
FORM = {"way_sms": "off", "first_appointments": "email", "first_checkbacks": "off"}


@pytest.fixture
def house(house_with_bot: House) -> House:
    house_with_bot.now = house_with_bot.service.now()  # the page has the clock of the service
    return house_with_bot


@pytest.fixture
def olena() -> UUID:
    return uuid4()


async def mailed(house: House, mailserver: MailServer, olena: UUID, *ways: FurtherPoint, **order: Any) -> str:
    """What a message says that goes by the first of these ways."""
    await house.hear(by_ways(house, olena, *ways, **order))
    useful_by = house.now + timedelta(days=1)
    asked = tell(olena, "checkback", key=str(uuid4()), arguments={"round": "1"}, useful_by=useful_by)
    await house.hear(linked(house, asked))
    await house.send_all(replace(house.post(mailserver.port), quiet_hours=False))
    body = mailserver.taken[-1].mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def code_in(text: str) -> str:
    found = CODE.search(text)
    assert found is not None
    return found[1]


async def stands(house: House, person_id: UUID) -> tuple[dict[str, str | None], dict[Any, Any], bool]:
    """Her ways, what she chose, and whether she has stopped everything."""
    async with house.unit() as unit:
        person = await people.locked(unit.tx, person_id)
    assert person.contact is not None
    ways: dict[str, str | None] = {point.channel: point.hindrance for point in person.contact.points}
    return ways, dict(person.contact.choices), person.silence.opted_out_at is not None


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/preferences/{}"),
        ("POST", "/preferences/{}"),
        ("POST", "/preferences/{}/telegram"),
        ("GET", "/unsubscribe/{}/checkbacks"),
        ("POST", "/unsubscribe/{}/checkbacks"),
        ("POST", "/unsubscribe/{}/appointments"),
        ("GET", "/stop/{}"),
        ("POST", "/stop/{}"),
    ],
)
async def test_its_link_shows_nothing_and_ends_that_way_alone(
    house: House, mailserver: MailServer, browser: httpx.AsyncClient, olena: UUID, method: str, path: str
) -> None:
    code = code_in(await mailed(house, mailserver, olena, mail(shared=True), phone(value=NUMBER)))
    data = {"accept": "yes"} if path.endswith("telegram") else FORM
    page = await browser.request(method, path.format(code), data=data if method == "POST" else None)
    assert page.status_code == 200
    for word in ("<legend>", "t.me", "preferences", "unsubscribe", "way_"):
        assert word not in page.text
    ended = method == "POST" and not path.endswith("telegram")
    assert await stands(house, olena) == ({"email": "opted_out" if ended else None, "sms": None}, {}, False)


async def test_what_it_ended_it_does_not_take_up_again(
    house: House, mailserver: MailServer, browser: httpx.AsyncClient, olena: UUID
) -> None:
    code = code_in(await mailed(house, mailserver, olena, mail(shared=True), phone(value=NUMBER)))
    await browser.post(f"/stop/{code}")
    house.now += timedelta(minutes=1)
    assert "<form" not in (await browser.get(f"/stop/{code}")).text
    await browser.post(f"/preferences/{code}", data={"way_email": "on"})
    assert (await stands(house, olena))[0] == {"email": "opted_out", "sms": None}
    said = [row["claim_name"] for row in house.rows("outbox") if "opted" in row["claim_name"]]
    assert said == [f"evt.notify.{OptedOut.NAME}"]


async def test_no_link_to_her_own_page_goes_there(house: House, mailserver: MailServer, olena: UUID) -> None:
    text = await mailed(house, mailserver, olena, mail(shared=True))
    assert URL not in text
    assert READ_URL in text
    assert "PIN" in text


async def test_a_link_to_a_way_of_her_own_opens_everything_beside_a_shared_one(
    house: House, mailserver: MailServer, browser: httpx.AsyncClient, olena: UUID
) -> None:
    text = await mailed(house, mailserver, olena, mail(), phone(value=NUMBER, shared=True))
    assert URL in text
    assert "<legend>" in (await browser.get(f"/preferences/{code_in(text)}")).text


async def test_on_a_shared_phone_the_link_ends_sms_alone(
    house: House, mailserver: MailServer, browser: httpx.AsyncClient, olena: UUID
) -> None:
    gate = Carrier()
    await house.hear(by_ways(house, olena, phone(value=NUMBER, shared=True), mail(), languages=("de",)))
    await house.hear(tell(olena, "receipt", useful_by=house.now + timedelta(days=1)))
    await house.send_all(replace(house.post(mailserver.port, more=[gate]), quiet_hours=False))
    (parcel,) = gate.taken
    await browser.post(f"/stop/{code_in(parcel.text)}")
    assert await stands(house, olena) == ({"sms": "opted_out", "email": None}, {}, False)


@pytest.mark.parametrize("gone", ["another", "unsafe", "erased"])
async def test_its_link_is_dead_once_that_way_is_not_hers_any_more(
    house: House, mailserver: MailServer, browser: httpx.AsyncClient, olena: UUID, gone: str
) -> None:
    code = code_in(await mailed(house, mailserver, olena, mail(shared=True), phone(value=NUMBER)))
    if gone == "erased":
        await house.hear(ErasePerson(person_id=olena))
    else:
        now = mail(value="new@example.org") if gone == "another" else mail(safe=False)
        await house.hear(by_ways(house, olena, now, phone(value=NUMBER), version=2))
    assert (await browser.post(f"/stop/{code}")).status_code == 404
    if gone != "erased":
        assert (await stands(house, olena))[0]["email"] == (None if gone == "another" else "unsafe")


async def test_her_own_links_stay_good_when_a_shared_way_is_replaced(
    house: House, mailserver: MailServer, browser: httpx.AsyncClient, olena: UUID
) -> None:
    code = code_in(await mailed(house, mailserver, olena, mail(), phone(value=NUMBER, shared=True)))
    await house.hear(by_ways(house, olena, mail(), version=2))
    assert (await browser.get(f"/preferences/{code}")).status_code == 200


async def test_what_becomes_shared_is_written_anew_without_her_links(
    house: House, mailserver: MailServer, olena: UUID
) -> None:
    assert URL in await mailed(house, mailserver, olena, mail(value=MAIL))
    assert URL not in await mailed(house, mailserver, olena, mail(value=MAIL, shared=True), version=2)


async def test_who_is_being_forgotten_is_changed_by_no_link(
    house: House, mailserver: MailServer, browser: httpx.AsyncClient, olena: UUID
) -> None:
    code = code_in(await mailed(house, mailserver, olena, mail(shared=False)))
    await house.deliver(ErasePerson(person_id=olena))
    assert (await browser.get(f"/stop/{code}")).status_code == 404
    assert (await browser.post(f"/stop/{code}")).status_code == 404
    assert house.rows("person")[0]["opted_out_at"] is None
