"""The page on which she chooses how she is told: GET changes nothing, four languages, nothing lost in silence."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from lotse_chassis import links
from lotse_contracts.notify import ChangeContact, OptedIn, OptedOut
from lotse_contracts.values import RecipientLanguage
from lotse_notify.domain import choicewords
from lotse_notify.domain.channels import MAY_BE_OFF, plan_of
from lotse_notify.domain.texts import LANGUAGES
from lotse_notify.handlers.orders import STOP_LINK
from lotse_notify.store import people
from tests.notify.given import House, tell
from tests.notify.mailserver import MailServer
from tests.notify.ways import MAIL, PHONE, by_ways, mail, phone

WORDS = choicewords.shipped()
UNSUBSCRIBE = re.compile(r"<https://stop\.example\.org(/unsubscribe/[0-9A-Z]{26}/[a-z]+)>")


@pytest.fixture
async def olena(house: House) -> UUID:
    person_id = uuid4()
    house.now = house.service.now()
    await house.hear(by_ways(house, person_id, mail(), phone()))
    return person_id


@pytest.fixture
async def code(house: House, olena: UUID) -> str:
    async with house.unit() as unit:
        expires_at = house.now + timedelta(days=90)
        return await links.create(unit.tx, purpose=STOP_LINK, subject_id=str(olena), expires_at=expires_at)


def facts(house: House) -> list[str]:
    return [row["claim_name"] for row in house.rows("outbox", "staged_at") if "opted" in row["claim_name"]]


def everything(house: House) -> list[Any]:
    return [house.rows(table) for table in ("preference", "channel_stop", "own_choice", "outbox", "person", "link")]


async def plan(house: House, person_id: UUID, category: Any) -> tuple[tuple[str, ...], str]:
    async with house.unit() as unit:
        person = await people.locked(unit.tx, person_id)
    assert person.contact is not None
    found = plan_of(person.contact, category)
    return found.channels, found.because


async def test_looking_changes_nothing_and_speaks_her_language(
    house: House, browser: httpx.AsyncClient, code: str
) -> None:
    before = everything(house)
    for path in (f"/preferences/{code}", f"/unsubscribe/{code}/checkbacks", f"/stop/{code}"):
        page = await browser.get(path)
        assert page.status_code == 200
        assert '<html lang="uk">' in page.text
        assert "<script" not in page.text
        assert MAIL not in page.text
        assert PHONE.lstrip("+") not in page.text
    assert everything(house) == before


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_language_is_whole(browser: httpx.AsyncClient, code: str, language: RecipientLanguage) -> None:
    page = await browser.get(f"/preferences/{code}", params={"lang": language})
    assert f'<html lang="{language}">' in page.text
    for word in ("title", "intro", "ways", "way_email", "way_sms", "topics", "topic_checkbacks", "topic_off", "save"):
        assert WORDS[language][word] in page.text


async def test_what_she_chooses_comes_first_and_may_be_taken_back(
    house: House, olena: UUID, browser: httpx.AsyncClient, code: str
) -> None:
    page = await browser.post(f"/preferences/{code}", data={"first_appointments": "sms", "first_checkbacks": "off"})
    assert WORDS["uk"]["saved"] in page.text
    assert await plan(house, olena, "appointments") == (("sms", "email"), "")
    assert await plan(house, olena, "answers") == (("email", "sms"), "")
    assert await plan(house, olena, "checkbacks") == ((), "category_off")
    await browser.post(f"/preferences/{code}", data={"first_appointments": "own", "first_checkbacks": "own"})
    assert await plan(house, olena, "appointments") == (("email", "sms"), "")
    assert await plan(house, olena, "checkbacks") == (("email", "sms"), "")
    said = [(row["choice"], row["about"], row["through"]) for row in house.rows("own_choice")]
    assert said[:2] == [("sms", "appointments", "page"), ("off", "checkbacks", "page")]
    assert facts(house) == []


async def test_she_ends_one_way_and_takes_it_up_again(
    house: House, olena: UUID, browser: httpx.AsyncClient, code: str
) -> None:
    for _ in range(2):
        await browser.post(f"/preferences/{code}", data={"way_email": "off", "way_sms": "on"})
    assert await plan(house, olena, "answers") == (("sms",), "")
    assert facts(house) == [f"evt.notify.{OptedOut.NAME}"]
    await browser.post(f"/preferences/{code}", data={"way_email": "on", "way_sms": "on"})
    assert await plan(house, olena, "answers") == (("email", "sms"), "")
    assert facts(house) == [f"evt.notify.{OptedOut.NAME}", f"evt.notify.{OptedIn.NAME}"]


async def test_trap_17_what_she_cannot_do_without_has_no_off(
    house: House, olena: UUID, browser: httpx.AsyncClient, code: str
) -> None:
    page = await browser.get(f"/preferences/{code}")
    assert re.findall(r'name="first_(\w+)" value="off"', page.text) == sorted(MAY_BE_OFF)
    forged = {f"first_{one}": "off" for one in ("appointments", "answers", "privacy")} | {"first_groups": "<b>"}
    await browser.post(f"/preferences/{code}", data=forged)
    assert house.rows("preference") == []
    assert await plan(house, olena, "appointments") == (("email", "sms"), "")


async def test_trap_17_one_click_ends_the_topic_alone_by_post_without_cookie_or_redirect(
    house: House, olena: UUID, browser: httpx.AsyncClient, mailserver: MailServer
) -> None:
    arguments = {"round": "1"}
    await house.hear(tell(olena, "checkback", arguments=arguments, useful_by=house.now + timedelta(days=1)))
    await house.hear(tell(olena, "receipt", key="k2", useful_by=house.now + timedelta(days=1)))
    await house.send_all(replace(house.post(mailserver.port), quiet_hours=False))
    (header,) = [taken.mail["List-Unsubscribe"] for taken in mailserver.taken if taken.mail["List-Unsubscribe"]]
    (own,) = [taken.mail for taken in mailserver.taken if taken.mail["List-Unsubscribe"]]
    assert own["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    found = UNSUBSCRIBE.fullmatch(header)
    assert found is not None
    before = everything(house)
    await browser.get(found[1])
    assert everything(house) == before, "scanners follow every link"
    for _ in range(2):
        page = await browser.post(found[1], data={"List-Unsubscribe": "One-Click"})
        assert (page.status_code, page.headers.get("set-cookie"), page.history) == (200, None, [])
    assert await plan(house, olena, "checkbacks") == ((), "category_off")
    assert await plan(house, olena, "appointments") == (("email", "sms"), "")
    (evidence,) = house.rows("own_choice")
    assert (evidence["choice"], evidence["about"], evidence["through"]) == ("off", "checkbacks", "one_click")


async def test_one_click_on_what_has_no_end_of_its_own_ends_everything(
    house: House, olena: UUID, browser: httpx.AsyncClient, code: str
) -> None:
    page = await browser.post(f"/unsubscribe/{code}/appointments", data={"List-Unsubscribe": "One-Click"})
    assert page.status_code == 200
    assert facts(house) == [f"evt.notify.{OptedOut.NAME}"]
    assert house.rows("person")[0]["opted_out_at"] is not None


@pytest.mark.parametrize("order", [{"safe": False}, {"consented": False}])
async def test_where_nothing_may_be_pushed_the_page_shows_nothing_and_opens_nothing(
    house: House, olena: UUID, browser: httpx.AsyncClient, code: str, order: dict[str, bool]
) -> None:
    said: ChangeContact = by_ways(house, olena, mail(), phone(), version=2, **order)
    await house.hear(said)
    page = await browser.get(f"/preferences/{code}")
    assert WORDS["uk"]["way_sms"] not in page.text
    await browser.post(f"/preferences/{code}", data={"way_email": "on", "first_answers": "sms"})
    assert (house.rows("preference"), house.rows("own_choice")) == ([], [])
    assert facts(house) == [f"evt.notify.{OptedOut.NAME}"], "the page asked only whether to stop, and so it is"


@pytest.mark.parametrize("path", ["/preferences/{}", "/unsubscribe/{}/checkbacks", "/preferences/{}/telegram"])
async def test_an_unknown_or_old_link_says_so(house: House, browser: httpx.AsyncClient, code: str, path: str) -> None:
    assert (await browser.post(path.format("0" * 26))).status_code == 404
    house.run("UPDATE link SET expires_at = now() - interval '1 day'")
    assert (await browser.post(path.format(code))).status_code == 410
    assert house.rows("own_choice") == []


async def test_a_form_that_the_page_cannot_send_is_refused(browser: httpx.AsyncClient, code: str) -> None:
    too_long = await browser.post(f"/preferences/{code}", content=b"a" * 10_000)
    too_many = await browser.post(f"/preferences/{code}", content=b"&".join([b"a=b"] * 100))
    assert (too_long.status_code, too_many.status_code) == (413, 413)
    assert (await browser.post(f"/preferences/{code}", content=b"\xff\xfe=%zz")).status_code == 200


async def test_nothing_is_offered_of_telegram_where_it_is_off(browser: httpx.AsyncClient, code: str) -> None:
    assert "elegram" not in (await browser.get(f"/preferences/{code}")).text
    page = await browser.post(f"/preferences/{code}/telegram", data={"accept": "yes"})
    assert "t.me" not in page.text


async def test_after_an_erasure_the_link_opens_nothing(
    house: House, olena: UUID, browser: httpx.AsyncClient, code: str
) -> None:
    house.run("UPDATE person SET erased_at = now()")
    assert (await browser.get(f"/preferences/{code}")).status_code == 404


def test_the_words_are_checked_like_those_of_a_message() -> None:
    broken = {language: dict(words) for language, words in WORDS.items()}
    broken["uk"]["title"] = "Як вам писать ы"
    with pytest.raises(choicewords.WordsInvalid, match="uk: title"):
        choicewords.checked(broken)
    del broken["uk"]["title"]
    with pytest.raises(choicewords.WordsInvalid, match="uk: missing title"):
        choicewords.checked(broken)
    told = {language: dict(words) for language, words in WORDS.items()}
    told["de"]["intro"] = "Das Jobcenter schreibt"
    with pytest.raises(choicewords.WordsInvalid, match="de: intro"):
        choicewords.checked(told)
