"""Her own page: opened once by a link, in her language, without a script, and for nobody else."""

import asyncio
import re

import pytest

from lotse_contracts.notify import Tell
from lotse_referral.pages.own_page import LANGUAGES, TEXTS
from tests.referral.desk import only
from tests.referral.her import PUBLIC_URL, Her, link_in, path_of

FOREIGN_LETTERS = {"uk": "ыэёъЫЭЁЪ", "ru": "іїєґІЇЄҐ"}


async def test_the_notice_says_nothing_and_leads_to_her_page(her: Her) -> None:
    told = only(Tell, await her.referred())
    assert (told.template, told.arguments) == ("referral_sent", ())
    assert "page.example.org" not in told.model_dump_json()
    assert re.fullmatch(rf"{PUBLIC_URL}/me/open/[0-9A-Z]{{26}}", link_in([told]).url)


async def test_a_scanner_that_follows_every_link_a_hundred_times_changes_nothing(her: Her) -> None:
    path = path_of(link_in(await her.referred()).url)
    before = await her.everything()
    for _ in range(100):
        assert (await her.browser.get(path)).status_code == 200
        assert (await her.browser.head(path)).status_code == 200
    assert await her.everything() == before
    page = await her.browser.get(path)
    assert 'method="post"' in page.text
    for secret in (her.person.person_id, her.person.referral_id, "Jobcenter"):
        assert str(secret) not in page.text
    assert (await her.browser.post(path)).status_code == 303


async def test_a_link_opens_once_and_then_offers_code_and_pin(her: Her) -> None:
    path = path_of(link_in(await her.referred()).url)
    assert (await her.browser.post(path)).status_code == 303
    her.browser.cookies.clear()
    for again in (await her.browser.post(path), await her.browser.get(path)):
        assert again.status_code == 410
        assert TEXTS["de"]["gone_used"] in again.text
        assert 'action="/me/enter?lang=de"' in again.text
        assert "set-cookie" not in again.headers


async def test_two_taps_at_once_open_it_once(her: Her) -> None:
    path = path_of(link_in(await her.referred()).url)
    codes = [answer.status_code for answer in await asyncio.gather(*(her.browser.post(path) for _ in range(8)))]
    assert sorted(codes) == [303] + [410] * 7
    assert len(await her.desk.rows("own_session")) == 1


async def test_an_expired_link_says_so_and_a_guessed_one_does_not_fit(her: Her) -> None:
    path = path_of(link_in(await her.referred()).url)
    guessed = await her.browser.post(f"/me/open/{'0' * 26}")
    assert (guessed.status_code, TEXTS["de"]["gone_unknown"] in guessed.text) == (404, True)
    her.run("UPDATE link SET expires_at = now() - interval '1 second'")
    late = await her.browser.post(path)
    assert (late.status_code, TEXTS["de"]["gone_used"] in late.text) == (410, True)
    assert await her.desk.rows("own_session") == []


async def test_her_page_says_where_and_what_to_bring_in_her_language(her: Her) -> None:
    page = await her.comes_in()
    assert '<html lang="uk">' in page
    assert "Jobcenter Dresden" in page
    for word in ("state_go", "bring", "address", "languages", "by_link"):
        assert TEXTS["uk"][word] in page
    assert f"<title>{TEXTS['uk']['title']}</title>" in page


@pytest.mark.parametrize("language", LANGUAGES)
async def test_she_may_switch_to_every_language_and_nothing_is_missing(her: Her, language: str) -> None:
    await her.comes_in()
    page = await her.page(lang=language)
    assert f'<html lang="{language}">' in page
    assert TEXTS[language]["state_go"] in page
    assert all(f'hreflang="{other}"' in page for other in LANGUAGES)
    assert TEXTS[language].keys() == TEXTS["de"].keys()
    assert all(word.strip() for word in TEXTS[language].values())
    assert not set(FOREIGN_LETTERS.get(language, "")) & set("".join(TEXTS[language].values()))


@pytest.mark.parametrize(("wish", "language"), [("uk-UA,ru;q=0.9", "uk"), ("ru", "ru"), ("fr", "de"), ("en", "en")])
async def test_before_she_is_known_the_browsers_wish_counts(her: Her, wish: str, language: str) -> None:
    page = await her.browser.get("/me", headers={"Accept-Language": wish})
    assert f'<html lang="{language}">' in page.text


async def test_whoever_looks_over_her_shoulder_or_keeps_the_page_learns_nothing(her: Her) -> None:
    await her.comes_in()
    found = await her.browser.get("/me")
    assert "<script" not in found.text
    assert found.text.count("<title>") == 1
    policy = found.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script-src" not in policy
    assert (found.headers["Cache-Control"], found.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert not re.findall(r"src=|url\(|@import", found.text)


async def test_the_cookie_is_only_for_her_page_and_only_the_hash_is_kept(her: Her) -> None:
    opened = await her.opens(link_in(await her.referred()).url)
    cookie = opened.headers["set-cookie"]
    for part in ("HttpOnly", "SameSite=strict", "Secure", "Path=/me", "Max-Age=1800"):
        assert part.lower() in cookie.lower()
    token = her.browser.cookies["me"]
    (kept,) = await her.desk.rows("own_session")
    assert token not in repr(kept)


async def test_a_session_ends_after_half_an_hour(her: Her) -> None:
    await her.comes_in()
    her.run("UPDATE own_session SET expires_at = now() - interval '1 second'")
    page = await her.page()
    assert TEXTS["de"]["over"] in page
    assert "Jobcenter" not in page


# Code and PIN


async def test_what_cannot_be_a_code_or_a_pin_reads_as_a_wrong_one(her: Her) -> None:
    told = her.desk.service.problems.problem("code_or_pin_wrong").texts["de"]
    for code, pin in (("", ""), ("A" * 25, "1234"), ("A" * 26, "12"), ("A" * 26, "abcd"), ("<b>", "1234")):
        answer = await her.browser.post("/me/enter", data={"code": code, "pin": pin})
        assert (answer.status_code, told in answer.text) == (403, True)
        assert "<b>" not in answer.text


async def test_while_intake_is_away_the_page_says_so(her: Her) -> None:
    answer = await her.browser.post("/me/enter", data={"code": "A" * 26, "pin": "1234"})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "120"
    assert her.desk.service.problems.problem("intake_away").texts["de"] in answer.text
    assert 'action="/me/enter?lang=de"' in answer.text
