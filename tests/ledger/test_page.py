"""The auditor's page: signed in by a form, no script, DEMO in every demonstration row, usable by everybody."""

import itertools
import re
from collections.abc import Callable
from html.parser import HTMLParser

import httpx
import pytest

from lotse_chassis.service import Service
from lotse_ledger.http.access import COOKIE
from lotse_ledger.pages.texts import TEXTS

BADGE = '<strong class="badge demo">DEMO</strong>'
AA_CONTRAST = 4.5  # WCAG 2.1, 1.4.3


class Outline(HTMLParser):
    """Tags with their attributes, in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture
async def signed_in(anybody: httpx.AsyncClient, token: Callable[..., str]) -> httpx.AsyncClient:
    """A browser that came through the form."""
    found = await anybody.post("/login?lang=de", data={"token": token()})
    assert found.status_code == httpx.codes.SEE_OTHER
    assert found.headers["location"] == "./?lang=de"
    return anybody


def rows(page: str) -> list[str]:
    return re.findall(r"<tr>.*?</tr>", page, re.DOTALL)


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


async def test_signing_out_forgets_the_cookie(signed_in: httpx.AsyncClient) -> None:
    await signed_in.post("/logout")
    assert "Anmelden" in (await signed_in.get("/")).text


async def test_the_three_answers_stand_on_the_page_under_both_assumptions(signed_in: httpx.AsyncClient) -> None:
    page = (await signed_in.get("/")).text
    table = page[page.index('id="answers"') : page.index('id="grants"')]
    cells = [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).replace("\xa0EUR", "").split() for row in rows(table)]
    amounts = [(row[0], *re.findall(r"[\d.]+,\d\d", " ".join(row))) for row in cells]
    assert amounts[1:] == [
        ("25.09.2025", "100.000,00", "50.000,00", "50.000,00"),
        ("25.09.2025", "100.000,00", "50.000,00", "50.000,00"),
        ("12.11.2025", "50.000,00", "50.000,00", "0,00"),
        ("12.11.2025", "75.000,00", "50.000,00", "25.000,00"),
        ("12.11.2025", "50.000,00", "25.000,00", "25.000,00"),
        ("12.11.2025", "75.000,00", "37.500,00", "37.500,00"),
        ("12.12.2025", "90.000,00", "50.000,00", "40.000,00"),
        ("12.12.2025", "90.000,00", "45.000,00", "45.000,00"),
    ]
    assert table.count(TEXTS["de"]["if_it_had_been_known"]) == 2


async def test_every_demonstration_row_says_demo(signed_in: httpx.AsyncClient) -> None:
    page = (await signed_in.get("/")).text
    demo = [
        row
        for row in rows(page)
        if re.search(r"Druck der Wegweiser|DEMO-50|Mittelabruf|<wbr>awarded|<wbr>expense|30\.04\.2026", row)
    ]
    assert len(demo) >= 8
    assert all(BADGE in row for row in demo)
    public = [row for row in rows(page) if 'class="badge">nachträglich erfasst' in row]
    assert len(public) == 10
    assert not any(BADGE in row for row in public)


async def test_the_page_reads_in_both_languages_and_keeps_the_other_one_near(signed_in: httpx.AsyncClient) -> None:
    german, english = (await signed_in.get("/")).text, (await signed_in.get("/?lang=en")).text
    assert '<html lang="de">' in german
    assert '<html lang="en">' in english
    assert "What could the city pay for 2026?" in english
    assert "50,000.00" in english
    assert TEXTS["de"].keys() == TEXTS["en"].keys()


async def test_the_link_to_the_other_language_keeps_what_is_shown(signed_in: httpx.AsyncClient) -> None:
    page = (await signed_in.get("/?valid_to=2025-11-12&recorded_to=2025-11-12&cursor=2")).text
    assert '<a href="?lang=en&amp;valid_to=2025-11-12&amp;recorded_to=2025-11-12&amp;cursor=2" lang="en"' in page


async def test_a_row_says_what_it_stands_for_before_any_amount(signed_in: httpx.AsyncClient) -> None:
    page = (await signed_in.get("/")).text
    marked = [row for row in rows(page) if 'class="badge' in row and 'class="amount"' in row]
    assert len(marked) >= 20
    assert all(row.index('class="badge') < row.index('class="amount"') for row in marked)


async def test_a_date_beyond_the_last_entry_is_said_on_the_page(signed_in: httpx.AsyncClient) -> None:
    page = await signed_in.get("/?recorded_to=2099-01-01")
    assert page.status_code == httpx.codes.OK
    assert 'role="alert"' in page.text
    assert "Journal" in page.text


async def test_the_chosen_dates_choose_what_is_shown(signed_in: httpx.AsyncClient) -> None:
    page = (await signed_in.get("/?valid_to=2025-11-12&recorded_to=2025-11-12")).text
    assert "Druck der Wegweiser" not in page
    assert "gewählter Stand" in page
    assert "gültig bis 12.11.2025, bekannt bis 12.11.2025 23:59:59" in page


async def test_the_page_needs_no_script_and_loads_nothing_from_elsewhere(signed_in: httpx.AsyncClient) -> None:
    answer = await signed_in.get("/")
    outline = Outline(answer.text)
    assert not outline.of("script")
    assert [one["href"] for one in outline.of("link")] == ["style.css"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert (await signed_in.get("/style.css")).headers["content-type"].startswith("text/css")


async def test_the_page_is_built_for_everybody(signed_in: httpx.AsyncClient) -> None:
    page = (await signed_in.get("/")).text
    outline = Outline(page)
    assert outline.of("a")[0] == {"class": "skip", "href": "#content"}
    assert [one["id"] for one in outline.of("main")] == ["content"]
    assert all(one.get("scope") in {"col", "row"} for one in outline.of("th"))
    labelled = {one["for"] for one in outline.of("label")}
    assert {one["id"] for one in outline.of("input") if one.get("type") != "hidden"} <= labelled
    levels = [int(tag[1]) for tag, _ in outline.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    identifiers = [one["id"] for _, one in outline.tags if "id" in one]
    assert len(identifiers) == len(set(identifiers))
    scrolled = [one for one in outline.of("div") if one.get("class") == "scroll"]
    assert len(scrolled) == len(outline.of("table"))
    for named in [*scrolled, *outline.of("table")]:
        assert named["aria-labelledby"] in identifiers
    assert all(one["tabindex"] == "0" for one in scrolled)


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    wide = "".join(two * 2 for two in digits) if len(digits) == 3 else digits
    channels = [int(wide[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


async def test_text_is_readable_in_light_and_in_dark(service: Service, anybody: httpx.AsyncClient) -> None:
    css = (await anybody.get("/style.css")).text
    for scheme in re.findall(r":root \{(.*?)\}", css):
        colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]+)", scheme))
        pairs = [("ink", "paper"), ("ink", "soft"), ("quiet", "paper"), ("act", "paper"), ("act", "soft")]
        for one, other in [*pairs, ("on-act", "act"), ("on-demo", "demo")]:
            assert contrast(colours[one], colours[other]) >= AA_CONTRAST, (one, other)
        assert contrast(colours["line"], colours["paper"]) >= 3  # the border of an input: WCAG 2.1, 1.4.11
