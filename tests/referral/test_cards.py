"""The card to take along: her language and German, what is unknown says so, and no script anywhere."""

import re
from html.parser import HTMLParser
from uuid import UUID

import httpx
import pytest

from lotse_referral.domain.card_texts import CARD_LANGUAGES, CARD_TEXTS, ENDONYMS
from lotse_referral.domain.directory import identifier
from lotse_referral.migrations.loading import entries_of, shipped
from lotse_referral.pages.cards import Card, card_html
from lotse_referral.store.directory import NamedService
from tests.referral.desk import Desk

OFFICE = NamedService(
    service_id=UUID(int=1),
    name='Beratung <b>& "mehr"',
    organization="Beratung",
    description=None,
    url=None,
    email=None,
    active=True,
    assured_on=None,
    association=None,
    valid_to=None,
    appointment_only=False,
    confidential=False,
    address=None,
    interpreter=False,
    phone=None,
    spoken=(),
    doubtful=(),
)


class Reader(HTMLParser):
    """Tags that are opened and closed as they should be, with their languages."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.languages: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        if tag not in ("meta", "br"):
            self.open.append(tag)
        if tag == "section":
            self.languages += [value or "" for name, value in attrs if name == "lang"]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    assert reader.open == []
    return reader


@pytest.mark.parametrize("language", CARD_LANGUAGES)
def test_a_card_speaks_her_language_and_german_and_needs_no_script(language: str) -> None:
    page = card_html(Card(OFFICE), language)
    reader = read(page)
    assert reader.languages == ([language] if language == "de" else [language, "de"])
    assert "script" not in reader.seen
    assert "Beratung &lt;b&gt;&amp; &quot;mehr&quot;" in page
    assert page.count(CARD_TEXTS[language]["ask"]) == 5


def test_every_language_has_every_word() -> None:
    assert CARD_TEXTS.keys() == set(CARD_LANGUAGES)
    for words in CARD_TEXTS.values():
        assert words.keys() == CARD_TEXTS["de"].keys()
    for sentence in ("ask", "secret", "doubtful", "interpreter", "appointment", "gone", "gone_ask"):
        assert len({words[sentence] for words in CARD_TEXTS.values()}) == len(CARD_LANGUAGES), sentence


def test_every_language_of_the_directory_has_its_own_name() -> None:
    entries, _ = entries_of(shipped())
    assert {code for entry in entries for code in entry.languages} <= ENDONYMS.keys()


async def test_the_card_of_a_secret_place_shows_no_address(desk: Desk) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=desk.service.http), base_url="http://r") as face:
        secret = await face.get(f"/services/{identifier('service', 'frauenschutzhaus-dresden-e-v')}/card?lang=uk")
        office = await face.get(f"/services/{identifier('service', 'jobcenter-dresden')}/card?lang=ru")
        asked = await face.get(
            f"/services/{identifier('service', 'jobcenter-dresden')}/card", headers={"accept-language": "uk, de;q=0.5"}
        )
        nothing = await face.get(f"/services/{UUID(int=1)}/card?lang=ru")
    assert CARD_TEXTS["uk"]["secret"] in secret.text
    assert "Budapester Straße 30, 01069 Dresden" in office.text
    assert asked.headers["content-language"] == "uk"
    assert '<span lang="de">Budapester' in office.text
    assert nothing.status_code == 404
    assert CARD_TEXTS["ru"]["gone_ask"] in nothing.text
    assert read(nothing.text).seen.count("h1") == 1
    assert re.search(r"default-src 'none'; style-src 'sha256-", secret.headers["content-security-policy"])
