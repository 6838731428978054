"""The preview of all texts: in four languages, at their longest, drafts marked, with what they cost; it only reads."""

import re
from typing import cast

import httpx
import pytest

from lotse_contracts.values import RecipientLanguage
from lotse_notify.domain.prices import prices_of
from lotse_notify.domain.shipped import shipped_texts
from lotse_notify.domain.templates import LANGUAGES, NOTICES
from lotse_notify.handlers import publishing
from lotse_notify.http import templates
from lotse_notify.http.preview_words import PREVIEW_WORDS
from lotse_notify.store.library import Library
from tests.notify.given import House

WORDS = shipped_texts(drafts_allowed=True).words


async def test_the_first_page_names_the_languages_and_their_drafts(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/templates", headers={"Accept-Language": "en"})
    assert page.status_code == 200
    assert page.text.count(f"Drafts: {len(NOTICES)} of {len(NOTICES)}") == 2
    assert page.text.count(PREVIEW_WORDS["en"]["no_drafts"]) == 2
    for language in LANGUAGES:
        assert f'href="templates/{language}?lang=en"' in page.text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_page_shows_every_text_as_mail_as_sms_and_for_a_messenger(
    browser: httpx.AsyncClient, language: RecipientLanguage
) -> None:
    page = await browser.get(f"/templates/{language}")
    assert page.status_code == 200
    for name, notice in WORDS[language].notices.items():
        assert f'id="{name}"' in page.text
        assert notice.neutral.paragraphs[0].partition("{")[0].replace("'", "&#39;") in page.text
    sizes = re.findall(r"(GSM-7|UCS-2), \d+ \w+, SMS-Teile: (\d)", page.text)
    assert len(sizes) > len(NOTICES)
    assert {encoding for encoding, _ in sizes} == {"UCS-2" if language in ("uk", "ru") else "GSM-7"}
    assert {int(parts) for _, parts in sizes} <= {1, 2}
    assert (PREVIEW_WORDS["de"]["draft"] in page.text) == (language in ("uk", "ru"))
    assert "<script" not in page.text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_whoever_looks_reads_what_stands_around_in_her_own_language(
    browser: httpx.AsyncClient, language: RecipientLanguage
) -> None:
    page = await browser.get("/templates/de", params={"lang": language}, headers={"Accept-Language": "en"})
    assert f'<html lang="{language}">' in page.text
    assert PREVIEW_WORDS[language]["title"] in page.text
    assert '<p class="bubble" lang="de">' in page.text


def test_all_four_languages_say_everything_around_the_texts() -> None:
    assert len({frozenset(words) for words in PREVIEW_WORDS.values()}) == 1
    for words in PREVIEW_WORDS.values():
        assert words["drafts"].format(count=1, all=2) != words["drafts"]
        assert words["size"].format(encoding="GSM-7", units=3, segments=1) != words["size"]


async def test_the_html_part_is_shown_in_a_sandbox(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/templates/ru/appointment_moved", params={"detail": "time_and_place"})
    assert "sandbox" in page.headers["Content-Security-Policy"]
    assert '<html lang="ru">' in page.text
    assert "Новое время" in page.text
    missing = await browser.get("/templates/xx/appointment_moved")
    assert missing.status_code == 422
    assert cast("dict[str, object]", missing.json())["fields"] == ["language"]


async def test_prices_are_shown_where_somebody_named_them(house: House) -> None:
    prices = prices_of("seven=750 kannel+380=900")
    house.service.http.include_router(
        templates.routes(house.unit, Library(shipped_texts(drafts_allowed=True)), prices), prefix="/priced"
    )
    transport = httpx.ASGITransport(house.service.http)
    async with httpx.AsyncClient(transport=transport, base_url="http://notify") as client:
        page = await client.get("/priced/templates/uk")
    assert "seven 0.1500 EUR" in page.text
    assert "kannel" not in page.text


async def test_what_was_published_or_signed_is_shown_at_once_and_looking_changes_nothing(
    house: House, browser: httpx.AsyncClient
) -> None:
    before = [house.rows(table) for table in ("template_version", "template_signature", "template_publication")]
    for path in ("/templates", "/templates/uk", "/templates/uk/receipt"):
        await browser.get(path)
    after = [house.rows(table) for table in ("template_version", "template_signature", "template_publication")]
    assert before == after
    async with house.unit() as unit:
        for name in ("frame", "receipt"):
            version = await publishing.found(unit.tx, name)
            await publishing.sign(unit, version, "uk", speaker="Oksana", actor="desk-1")
    page = await browser.get("/templates/uk", headers={"Accept-Language": "en"})
    assert page.text.count(PREVIEW_WORDS["en"]["draft"]) == len(NOTICES) - 1
    assert "Oksana" not in page.text
