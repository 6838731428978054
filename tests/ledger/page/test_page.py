"""The auditor's pages: signed in by a form, no script, usable by everybody, no link that leads nowhere."""

import asyncio
import itertools
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pytest

from lotse_ledger.app import build
from lotse_ledger.http.access import COOKIE
from lotse_ledger.http.page import FILES, PAGES
from lotse_ledger.pages.texts import TEXTS
from lotse_ledger.settings import LedgerSettings
from lotse_local import keyring
from lotse_local.layout import AssociationFolder
from tests import kit
from tests.ledger import audited
from tests.ledger.outline import Outline, text_of
from tests.ledger.walking import PAGES_WALKED_MAX, read_all, settings_of

Database = Callable[[str], kit.ServiceDatabase]


async def test_a_browser_signs_in_by_a_form_and_gets_a_strict_cookie(
    anybody: httpx.AsyncClient,
    token: Callable[..., str],
) -> None:
    form = await anybody.get("/")
    assert form.status_code == httpx.codes.OK
    assert "Anmelden" in form.text
    assert "50.000,00" not in form.text
    answer = await anybody.post("/login", data={"token": token()})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert token() not in answer.headers["location"]
    assert "50.000,00" in (await anybody.get("/")).text


async def test_a_false_token_is_refused_in_words(anybody: httpx.AsyncClient, token: Callable[..., str]) -> None:
    for false in ("", "x", token(days=2, ago=3)):
        answer = await anybody.post("/login?lang=en", data={"token": false})
        assert answer.status_code == httpx.codes.UNAUTHORIZED
        assert 'role="alert"' in answer.text
        assert "set-cookie" not in answer.headers
    assert (await anybody.post("/login", content=b"token=" + b"x" * 10_000)).status_code == httpx.codes.UNAUTHORIZED


async def test_a_token_in_an_address_opens_nothing(anybody: httpx.AsyncClient, token: Callable[..., str]) -> None:
    assert "50.000,00" not in (await anybody.get("/", params={"token": token(), COOKIE: token()})).text


async def test_nothing_is_shown_without_a_token(anybody: httpx.AsyncClient) -> None:
    for path in [one for one, _ in (*PAGES, *FILES)]:
        address = path.replace("{grant_id}", str(audited.GRANT)).replace("{log_index}", "12")
        answer = await anybody.get(address.replace("{sha256}", "a" * 64).replace("{rest:path}", "x"))
        assert 'name="token"' in answer.text
        assert "Ausländerrat Dresden e. V., " not in answer.text
    assert 'name="token"' in (await anybody.post("/page/files/bundle.zip")).text


async def test_signing_out_forgets_the_cookie(signed_in: httpx.AsyncClient) -> None:
    await signed_in.post("/logout")
    assert "Anmelden" in (await signed_in.get("/")).text


def test_an_auditor_who_follows_every_link_finds_no_dead_one(every_page: dict[str, httpx.Response]) -> None:
    found = every_page
    assert len(found) < PAGES_WALKED_MAX
    assert {path: answer.status_code for path, answer in found.items() if answer.status_code != 200} == {}
    reached = {path.partition("?")[0] for path in found}
    for path in [one for one, _ in (*PAGES, *FILES) if "{rest" not in one]:
        pattern = re.sub(r"\{[^}]+\}", "[^/]+", path)
        assert any(re.fullmatch(pattern, one) for one in reached), f"no link leads to {path}"
    assert {"/checkpoint", "/policy", "/vkeys", "/proof/12"} <= reached


def test_no_link_of_a_token_of_one_grant_is_dead_either(
    year: kit.ServiceDatabase, place: AssociationFolder, folder: Path
) -> None:
    found = asyncio.run(read_all(settings_of(year, place, folder), place, f"grant:{audited.GRANT}"))
    assert {path: answer.status_code for path, answer in found.items() if answer.status_code != 200} == {}
    assert str(audited.SHARED) not in "".join(path for path in found)
    assert "journal.hledger" not in "".join(found)


def test_every_page_is_built_for_everybody(html: dict[str, str]) -> None:
    assert len(html) > 100
    for address, page in html.items():
        check_built_for_everybody(page, address)


def check_built_for_everybody(page: str, address: str) -> None:
    outline = Outline(page)
    assert not outline.wrong, address
    assert not outline.unclosed, address
    assert outline.of("html")[0]["lang"] == ("en" if "lang=en" in address else "de"), address
    assert text_of(page[page.index("<title>") : page.index("</title>")]), address
    assert outline.of("a")[0] == {"class": "skip", "href": "#content"}, address
    assert [one["id"] for one in outline.of("main")] == ["content"], address
    assert len(outline.of("header")) == len(outline.of("footer")) == 1, address
    assert all(one.get("aria-label") or one.get("aria-labelledby") for one in outline.of("nav")), address
    check_tables(outline, address)
    check_forms(outline, address)
    levels = [int(tag[1]) for tag, _ in outline.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1, address
    assert levels.count(1) == 1, address
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels)), address
    assert not [one for _, one in outline.tags if one.get("tabindex", "0") not in ("0", "-1")], address
    assert all(one.get("role") == "img" and one.get("aria-label") for one in outline.of("svg")), address
    assert len(outline.of("nav")) >= 1, address


def check_tables(outline: Outline, address: str) -> None:
    """Each has a name, cells that say what they head, and a frame that scrolls and takes the keyboard."""
    identifiers = [one["id"] for _, one in outline.tags if "id" in one]
    assert len(identifiers) == len(set(identifiers)), address
    assert all(one.get("scope") in {"col", "row"} for one in outline.of("th")), address
    scrolled = [one for one in outline.of("div") if one.get("class") == "scroll"]
    assert len(scrolled) == len(outline.of("table")), address
    for one in [*scrolled, *outline.of("table", "section", "article")]:
        assert one.get("aria-labelledby") in identifiers or one.get("aria-label"), address
    for one in [one for _, one in outline.tags if "aria-describedby" in one]:
        assert one["aria-describedby"] in identifiers, address
    assert all(one["tabindex"] == "0" for one in scrolled), address


def check_forms(outline: Outline, address: str) -> None:
    """Every field has a label, every form a button."""
    labelled = {one["for"] for one in outline.of("label")}
    fields = [one for one in outline.of("input", "select") if one.get("type") != "hidden"]
    assert {one["id"] for one in fields} <= labelled, address
    assert len(outline.of("button")) == len(outline.of("form")), address


def test_no_page_needs_a_script_a_style_of_its_own_or_anything_from_elsewhere(
    html: dict[str, str], every_page: dict[str, httpx.Response]
) -> None:
    for address, page in html.items():
        outline, headers = Outline(page), every_page[address].headers
        assert not outline.of("script", "style", "img", "iframe"), address
        assert not [one for _, one in outline.tags if "style" in one or any(name.startswith("on") for name in one)]
        style = urljoin(address, outline.of("link")[0]["href"])
        assert (len(outline.of("link")), style) == (1, "/style.css"), address
        assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'"), address
        assert headers["x-content-type-options"] == "nosniff", address
        assert headers["cache-control"] == "no-store", address


async def test_the_style_is_served_as_one(signed_in: httpx.AsyncClient) -> None:
    assert (await signed_in.get("/style.css")).headers["content-type"].startswith("text/css")


def test_the_pages_work_below_a_path_of_a_proxy(html: dict[str, str]) -> None:
    for address, page in html.items():
        outline = Outline(page)
        assert not [link for link in outline.links if link.startswith("/")], address
        assert not [one for one in outline.of("form") if (one["action"] or "").startswith("/")], address


async def test_what_somebody_typed_is_shown_and_never_obeyed(
    html: dict[str, str], signed_in: httpx.AsyncClient
) -> None:
    assert any(audited.REASON in text_of(page) for page in html.values())
    assert any(audited.PAYEE in text_of(page) for page in html.values())
    for address, page in html.items():
        assert audited.REASON not in page, address
        assert audited.PAYEE not in page, address
    typed = '"><script>alert(1)</script>'
    for path in ("/page/sample", "/page/entries", "/page/changes", f"/page/grants/{audited.GRANT}", "/page/x"):
        for name in ("nonce", "kind", "recorded_from", "amount", "line", "valid_to", "lang", "cursor", typed):
            page = (await signed_in.get(path, params={name: typed, "n": "3"})).text
            assert "<script" not in page, (path, name)
            assert page.count("<!doctype html>") == 1, (path, name)


async def test_the_pages_speak_both_languages_in_the_same_words(signed_in: httpx.AsyncClient) -> None:
    german, english = (await signed_in.get("/?lang=de")).text, (await signed_in.get("/?lang=en")).text
    assert "What could the city pay for 2026?" in english
    assert "50,000.00" in english
    assert "50.000,00" in german
    assert TEXTS["de"].keys() == TEXTS["en"].keys()
    assert all(text.strip() for words in TEXTS.values() for text in words.values())
    for name, text in TEXTS["de"].items():
        assert re.findall(r"\{\w+\}", text).sort() == re.findall(r"\{\w+\}", TEXTS["en"][name]).sort(), name


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("de-DE,de;q=0.9,en;q=0.8", "de"),
        ("en-GB,en;q=0.9", "en"),
        ("uk,en;q=0.5,de;q=0.4", "en"),
        ("uk,ru", "de"),
        ("", "de"),
        ("en;q=0,de;q=0.1", "de"),
        ("en;q=x", "de"),
        (",;;=,,en", "en"),
    ],
)
async def test_a_reader_gets_the_language_of_the_browser(
    signed_in: httpx.AsyncClient, header: str, language: str
) -> None:
    answer = await signed_in.get("/page/rules", headers={"accept-language": header})
    assert f'<html lang="{language}">' in answer.text
    assert answer.headers["content-language"] == language


async def test_the_link_to_the_other_language_keeps_what_is_shown(signed_in: httpx.AsyncClient) -> None:
    address = "/page/entries?lang=de&valid_to=2026-03-31&recorded_to=2026-06-01T09:00:00Z&cursor=2&kind=voucher"
    german = await signed_in.get(address)
    other = next(link for link in Outline(german.text).links if "lang=en" in link)
    english = await signed_in.get(urljoin(address, other))
    digests = re.compile(r'title="([0-9a-f]{64})"')
    assert digests.findall(german.text)
    assert digests.findall(german.text) == digests.findall(english.text)


async def test_every_link_and_form_keeps_the_chosen_dates(signed_in: httpx.AsyncClient) -> None:
    page = (await signed_in.get("/page/entries?lang=de&valid_to=2026-03-31&kind=voucher")).text
    outline = Outline(page)
    inside = [link for link in outline.links if link.startswith(("../page", "./", "../?"))]
    [reset] = [link for link in inside if "valid_to=2026-03-31" not in link]
    assert "kind=voucher" in reset
    assert {"name": "kind", "type": "hidden", "value": "voucher"} in outline.of("input")
    assert {"name": "valid_to", "type": "hidden", "value": "2026-03-31"} in outline.of("input")


@pytest.mark.parametrize("lang", ["de", "en"])
async def test_a_refusal_is_a_page_in_the_language_of_the_reader(signed_in: httpx.AsyncClient, lang: str) -> None:
    words = TEXTS["de" if lang == "de" else "en"]
    for path, status in (
        ("/page/x/y", 404),
        ("/page/grants/x", 404),
        ("/page/grants/00000000-0000-0000-0000-000000000000/money", 404),
        ("/page/entries/999999", 404),
        ("/page/entries/-1", 404),
        ("/page/entries/12345678901234567890", 404),
        (f"/page/grants/{audited.GRANT}/vouchers/0", 404),
        ("/page/files/documents/" + "0" * 64, 404),
        ("/page/files/documents/..%2F..%2Fx", 404),
        ("/page/files/grants/x/belegliste.csv", 404),
    ):
        answer = await signed_in.get(path, params={"lang": lang})
        assert answer.status_code == status, path
        assert words["refused"] in answer.text, path
        assert words["back_to_overview"] in answer.text, path
        check_built_for_everybody(answer.text, f"lang={lang}")


async def test_wrong_dates_are_said_above_the_latest_state(signed_in: httpx.AsyncClient) -> None:
    for wrong in ("recorded_to=2099-01-01", "valid_to=2026-02-30", "valid_to=x", "recorded_to=2026-06-01T09:00"):
        page = await signed_in.get(f"/page/entries?lang=de&{wrong}")
        assert page.status_code == httpx.codes.OK, wrong
        assert 'role="alert"' in page.text, wrong
        assert "DEMO-50.1" in page.text, wrong
        assert "valid_to=x" not in page.text, wrong


async def test_who_asks_too_fast_is_told_when_to_ask_again(
    ledger: kit.ServiceDatabase, place: AssociationFolder, folder: Path, token: Callable[..., str]
) -> None:
    settings = settings_of(ledger, place, folder, LOTSE_AUDITOR_REQUESTS_PER_MINUTE="5")
    slow = build(LedgerSettings.from_env(settings))
    headers = {"authorization": f"Bearer {token()}"}
    transport = httpx.ASGITransport(app=slow.http)
    async with httpx.AsyncClient(transport=transport, base_url="http://ledger", headers=headers) as client:
        assert (await client.get("/page/rules?lang=de")).status_code == httpx.codes.OK
        answer = await client.get("/page/rules?lang=de")
    await slow.engine.dispose()
    assert answer.status_code == httpx.codes.TOO_MANY_REQUESTS
    assert int(answer.headers["retry-after"]) > 0
    assert TEXTS["de"]["refused"] in answer.text
    assert 'name="token"' not in answer.text


async def test_while_nothing_is_recorded_the_page_says_so(
    database: Database, place: AssociationFolder, token: Callable[..., str]
) -> None:
    settings = {
        "LOTSE_ASSOCIATION": kit.ASSOCIATION,
        "LOTSE_DATABASE_URL": database("ledger").url,
        "LOTSE_AUDITOR_KEY": keyring.public_signing_key(place, keyring.AUDITOR_KEY),
    }
    empty = build(LedgerSettings.from_env(settings))
    transport = httpx.ASGITransport(app=empty.http)
    headers = {"authorization": f"Bearer {token()}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://ledger", headers=headers) as client:
        answer = await client.get("/?lang=de")
    await empty.engine.dispose()
    assert answer.status_code == httpx.codes.OK
    assert "Im Journal ist noch nichts eingetragen." in answer.text
    check_built_for_everybody(answer.text, "lang=de")
