"""The page behind the stop link: no script, four languages, GET changes nothing."""

import re
from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest

from lotse_contracts.notify import OptedOut
from lotse_notify.domain.shipped import shipped_texts
from lotse_notify.domain.texts import LANGUAGES
from tests.notify.given import NOW, PUBLIC_URL, House, tell
from tests.notify.mailserver import MailServer

LINK = re.compile(re.escape(PUBLIC_URL) + r"(/stop/[0-9A-Z]{26})")
WORDS = shipped_texts(drafts_allowed=True).words


@pytest.fixture
async def olena(house: House) -> UUID:
    person_id = uuid4()
    house.now = house.service.now()
    await house.hear(house.contact(person_id, languages=("uk", "de")))
    return person_id


@pytest.fixture
async def path(house: House, olena: UUID, mailserver: MailServer) -> str:
    """The link in a mail that she got."""
    await house.hear(tell(olena, useful_by=house.now + timedelta(days=1)))
    await house.send_all(house.post(mailserver.port, quiet_hours=False))
    body = mailserver.taken[-1].mail.get_body(("plain",))
    assert body is not None
    found = LINK.search(body.get_content())
    assert found is not None
    return found.group(1)


async def test_looking_changes_nothing_and_asks_in_her_language(
    house: House, browser: httpx.AsyncClient, path: str
) -> None:
    await browser.get(path)
    page = await browser.get(path)
    assert page.status_code == 200
    assert '<html lang="uk">' in page.text
    assert WORDS["uk"].page.stop_button in page.text
    assert "<script" not in page.text
    assert house.rows("outbox") == []
    assert house.rows("person")[0]["opted_out_at"] is None


async def test_one_click_stops_and_intake_learns_it_once(
    house: House, olena: UUID, browser: httpx.AsyncClient, path: str
) -> None:
    for _ in range(3):
        page = await browser.post(path, data={"List-Unsubscribe": "One-Click"})
        assert page.status_code == 200
        assert WORDS["uk"].page.stopped in page.text
    (said,) = house.rows("outbox")
    assert said["claim_name"] == f"evt.notify.{OptedOut.NAME}"
    house.now = house.service.now()
    await house.hear(tell(olena, key="later", useful_by=house.now + timedelta(days=1)))
    assert house.rows("notification", "created_at")[-1]["because"] == "opted_out"


async def test_who_has_stopped_is_not_asked_again_in_another_language(browser: httpx.AsyncClient, path: str) -> None:
    await browser.post(path)
    page = await browser.get(path, params={"lang": "ru"})
    assert WORDS["ru"].page.stopped in page.text
    assert "<form" not in page.text


async def test_what_waits_is_suppressed_by_her_stop(
    house: House, olena: UUID, browser: httpx.AsyncClient, path: str
) -> None:
    await house.hear(tell(olena, key="waiting", useful_by=house.now + timedelta(days=1)))
    await browser.post(path)
    waiting = house.rows("notification", "created_at")[-1]
    assert (waiting["state"], waiting["because"]) == ("suppressed", "opted_out")


async def test_after_the_withdrawal_is_recorded_a_new_consent_is_good_again(
    house: House, olena: UUID, browser: httpx.AsyncClient, path: str
) -> None:
    await browser.post(path)
    house.now = house.service.now() + timedelta(seconds=1)
    await house.hear(house.contact(olena, version=2, consented=False))
    house.now += timedelta(seconds=1)
    await house.hear(house.contact(olena, version=3))
    await house.hear(tell(olena, key="again", useful_by=house.now + timedelta(days=1)))
    assert house.rows("notification", "created_at")[-1]["state"] == "ready"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_page_speaks_every_language(browser: httpx.AsyncClient, path: str, language: str) -> None:
    page = await browser.get(path, params={"lang": language})
    assert f'<html lang="{language}">' in page.text
    assert all(f'lang="{other}"' in page.text for other in LANGUAGES)


@pytest.mark.parametrize(("wish", "language"), [("uk-UA,uk;q=0.9", "uk"), ("ru", "ru"), ("fr", "de"), ("en", "en")])
async def test_an_unknown_link_says_so_in_the_readers_language(
    browser: httpx.AsyncClient, wish: str, language: str
) -> None:
    page = await browser.get("/stop/00000000000000000000000000", headers={"Accept-Language": wish})
    assert page.status_code == 404
    assert f'<html lang="{language}">' in page.text


async def test_an_old_link_no_longer_works(house: House, browser: httpx.AsyncClient, path: str) -> None:
    house.run("UPDATE link SET expires_at = %s", NOW - timedelta(days=1))
    page = await browser.post(path)
    assert page.status_code == 410
    assert house.rows("outbox") == []


async def test_nothing_may_be_loaded_framed_or_kept(browser: httpx.AsyncClient, path: str) -> None:
    headers = (await browser.get(path)).headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_without_a_page_of_its_own_an_association_says_where_to_read(
    browser: httpx.AsyncClient, language: str
) -> None:
    page = await browser.get("/read", headers={"Accept-Language": language})
    assert page.status_code == 200
    assert WORDS[language].page.read_how in page.text  # type: ignore[index]
