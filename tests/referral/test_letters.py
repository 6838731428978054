"""The covering letter, the copy for the person, and the card on paper, read by a parser that is not ours."""

import io
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from lotse_chassis.identity import Staff, issue_token
from lotse_contracts.intake import PersonFields
from lotse_referral.domain.card_texts import CARD_LANGUAGES, CARD_TEXTS
from lotse_referral.domain.codes import CONCERNS
from lotse_referral.domain.phrases import GREETING, NAMES, PHRASES
from lotse_referral.domain.referral import Referral
from lotse_referral.pages.letters import TEXTS, Letter, grouped, letter_pdf
from lotse_referral.providers.offices import Sender
from tests.referral.desk import Person
from tests.referral.offices import BASE, CANARY, TOKEN_KEY, OfficeDesk, browser, office_of, referred
from tests.referral.test_cards import OFFICE


def token(desk: OfficeDesk, role: str = "counsellor") -> dict[str, str]:
    """A staff token as the association issues it."""
    issued = issue_token(Staff("olena", role), TOKEN_KEY, association="auslaenderrat", at=desk.now)
    return {"Authorization": f"Bearer {issued}"}


async def post(desk: OfficeDesk, path: str, **more: Any) -> httpx.Response:
    transport = httpx.ASGITransport(app=desk.service.http)
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
        return await client.post(path, **{"headers": token(desk), **more})


def read(content: bytes) -> tuple[PdfReader, str]:
    reader = PdfReader(io.BytesIO(content))
    return reader, "\n".join(page.extract_text() for page in reader.pages)


async def test_the_letter_has_the_released_fields_and_a_code_that_opens_once(office_desk: OfficeDesk) -> None:
    person = Person(code="benefits")
    await referred(office_desk, person, mode="letter")
    answer = await post(office_desk, f"/referrals/{person.referral_id}/letter.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    reader, text = read(answer.content)
    assert reader.metadata
    assert reader.metadata.title == "Vermittlung: Sozialleistungen"
    root = reader.trailer["/Root"]
    assert isinstance(root, DictionaryObject)
    assert str(root["/Lang"]) == "de"
    for said in (CANARY, "03.02.1990", "Ausländerrat Dresden e. V.", "01219 Dresden", "Ukrainisch", f"{BASE}/l"):
        assert said in text, said
    assert "sucht" not in text, "the need was not released"
    code = next(word for word in text.split() if word.count("-") == 4 and len(word) == 30)
    assert await office_desk.state(person.referral_id) == "sent"
    async with browser(office_desk) as office:
        typed = await office.client.get("/l", params={"code": code.lower()}, follow_redirects=True)
        assert typed.status_code == 200
        page = await office.open(code.replace("-", ""))
        assert CANARY in page.text
        assert (await office.answer(code.replace("-", ""), "accept")).status_code == 200
    assert await office_desk.state(person.referral_id) == "accepted"


async def test_printing_again_ends_the_code_before(office_desk: OfficeDesk) -> None:
    person = Person(code="benefits")
    await referred(office_desk, person, mode="letter")
    codes = []
    for _ in range(2):
        text = read((await post(office_desk, f"/referrals/{person.referral_id}/letter.pdf")).content)[1]
        codes.append(next(word for word in text.split() if word.count("-") == 4).replace("-", ""))
    async with browser(office_desk) as office:
        assert (await office.open(codes[0])).status_code == 410
        assert (await office.open(codes[1])).status_code == 200


async def test_without_a_consent_the_letter_has_lines_to_fill_in(office_desk: OfficeDesk) -> None:
    person = Person(code="benefits")
    await referred(office_desk, person, mode="letter", groups=())
    text = read((await post(office_desk, f"/referrals/{person.referral_id}/letter.pdf")).content)[1]
    for label in ("Name", "Geburtsdatum", "Telefon", TEXTS["letter"]["intro_blank"][:40]):
        assert label in text
    assert CANARY not in text
    assert TEXTS["letter"]["purpose"][:30] not in text


@pytest.mark.parametrize("language", CARD_LANGUAGES)
async def test_her_copy_says_in_her_language_what_was_told_and_has_no_code(
    office_desk: OfficeDesk, language: str
) -> None:
    person = Person(code="benefits")
    await referred(office_desk, person, mode="letter")
    before = office_desk.row_counts()["office_link"]
    answer = await post(office_desk, f"/referrals/{person.referral_id}/letter-copy.pdf?language={language}")
    reader, text = read(answer.content)
    whole = " ".join(text.split())
    root = reader.trailer["/Root"]
    assert isinstance(root, DictionaryObject)
    assert str(root["/Lang"]) == language
    for word in (TEXTS["copy"][language]["groups"]["identity"], NAMES["benefits"][language], "Ihre Kopie des Briefes"):
        assert word in whole, word
    assert TEXTS["copy"][language]["groups"]["health"] not in whole
    assert f"{BASE}/l" not in whole
    assert CANARY not in whole
    assert office_desk.row_counts()["office_link"] == before


async def test_letters_are_for_counsellors_and_looking_prints_none(office_desk: OfficeDesk) -> None:
    person = Person(code="benefits")
    await referred(office_desk, person, mode="letter")
    path = f"/referrals/{person.referral_id}/letter.pdf"
    assert (await post(office_desk, path, headers={})).status_code == 401
    assert (await post(office_desk, path, headers=token(office_desk, "treasurer"))).status_code == 403
    async with browser(office_desk) as office:
        assert (await office.client.get(path, headers=token(office_desk))).status_code == 405
    assert (await post(office_desk, f"/referrals/{uuid4()}/letter.pdf")).status_code == 422
    assert office_desk.sql("SELECT 1 FROM office_link") == []
    other = Person(code="benefits")
    await office_desk.hears(other.sent(await office_of(office_desk, other)))
    refused = await post(office_desk, f"/referrals/{other.referral_id}/letter.pdf")
    assert refused.json()["code"] == "action_not_allowed"


async def test_after_a_withdrawal_no_letter_is_printed(office_desk: OfficeDesk) -> None:
    person = Person(code="benefits")
    await referred(office_desk, person, mode="letter")
    office_desk.sql("UPDATE referral SET state = 'withdrawn', reason = 'client_request'")
    for name in ("letter.pdf", "letter-copy.pdf"):
        answer = await post(office_desk, f"/referrals/{person.referral_id}/{name}")
        assert answer.json()["code"] == "action_not_allowed"


@pytest.mark.parametrize("language", CARD_LANGUAGES)
async def test_the_card_on_paper_says_what_to_say_and_what_to_bring(office_desk: OfficeDesk, language: str) -> None:
    service_id = await office_of(office_desk, Person(code="benefits"))
    known_of(office_desk, service_id)
    async with browser(office_desk) as person:
        answer = await person.client.get(f"/services/{service_id}/card.pdf?lang={language}&concern=sgb2")
        page = await person.client.get(f"/services/{service_id}/card?lang={language}&concern=sgb2")
    reader, text = read(answer.content)
    root = reader.trailer["/Root"]
    assert isinstance(root, DictionaryObject)
    assert str(root["/Lang"]) == language
    whole = " ".join(text.split())
    for said in (PHRASES["benefits"]["de"], GREETING[language], PHRASES["benefits"][language], "Personalausweis"):
        assert said in whole, said
        assert said in page.text
    assert "українська" in whole
    assert CARD_TEXTS[language]["by_interpreter"] in whole
    assert "8:00–12:00" in whole


def known_of(desk: OfficeDesk, service_id: UUID) -> None:
    """What somebody has phoned for: hours, a language at some of them, and what to bring."""
    if desk.sql("SELECT 1 FROM required_document WHERE service_id = %s", service_id):
        return
    desk.sql(
        "INSERT INTO schedule (id, service_id, freq, byday, opens_at, closes_at) VALUES (%s, %s, %s, %s, %s, %s)",
        *(uuid4(), service_id, "WEEKLY", "MO,TU,WE", "08:00", "12:00"),
    )
    desk.sql(
        "INSERT INTO language_slot (id, service_id, language, byday, opens_at, closes_at, kind)"
        " VALUES (%s, %s, 'uk', 'TH', '14:00', '17:00', 'interpreter')",
        *(uuid4(), service_id),
    )
    desk.sql("INSERT INTO required_document VALUES (%s, %s, 'Personalausweis oder Pass', NULL)", uuid4(), service_id)


async def test_an_unknown_card_of_a_secret_place_gives_no_address_away(office_desk: OfficeDesk) -> None:
    (row,) = office_desk.sql("SELECT service_id FROM service_extension WHERE confidential_location LIMIT 1")
    async with browser(office_desk) as person:
        paper = await person.client.get(f"/services/{row['service_id']}/card.pdf?lang=uk&concern=violence")
        gone = await person.client.get(f"/services/{uuid4()}/card.pdf?lang=ru")
    text = " ".join(read(paper.content)[1].split())
    assert CARD_TEXTS["uk"]["secret"] in text
    assert "Gewalt" not in text
    assert gone.status_code == 404
    assert CARD_TEXTS["ru"]["gone"] in gone.text


def test_every_concern_has_its_name_and_its_sentence_in_four_languages() -> None:
    assert PHRASES.keys() == NAMES.keys() == CONCERNS.keys()
    for table in (PHRASES, NAMES):
        for code, said in table.items():
            assert said.keys() == set(CARD_LANGUAGES), code
            assert len({*said.values()}) >= 3, code
    for sentence in (said["de"] for said in PHRASES.values()):
        assert "bitte" in sentence.lower(), "a stranger is asked politely"
        assert len(sentence) <= 120
    assert "Gewalt" not in PHRASES["violence"]["de"] + NAMES["violence"]["de"]
    assert TEXTS["copy"].keys() == set(CARD_LANGUAGES)


def test_a_code_is_grouped_for_whoever_types_it() -> None:
    assert grouped("ABCDEFGHJKMNPQRSTVWXYZ0123") == "ABCDEF-GHJKMN-PQRSTV-WXYZ01-23"


@given(
    need=st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=4_000),
    repeats=st.integers(1, 3),
)
@settings(max_examples=25, deadline=None)
def test_a_letter_holds_whatever_was_released_on_as_many_pages_as_it_needs(need: str, repeats: int) -> None:
    fields = PersonFields(identity={"name": CANARY}, need_summary=(need * repeats)[:10_000] or None)
    reader, text = read(letter_pdf(letter(fields)))
    assert CANARY in text
    assert "ABCDEF-GHJKMN-PQRSTV-WXYZ01-23" in text, "the way to answer is there, however long the letter is"
    assert len(reader.pages) <= 8


def letter(fields: PersonFields | None) -> Letter:
    """About nobody in particular."""
    at = datetime(2026, 11, 26, 9, tzinfo=UTC)
    referral = Referral(uuid4(), "out", "letter", uuid4(), "uk", "normal", at, at, state="sent", codes=("benefits",))
    code = "ABCDEFGHJKMNPQRSTVWXYZ0123"
    until = at + timedelta(days=28)
    return Letter(referral, OFFICE, Sender("Verein"), at, until, f"{BASE}/l/{code}", code, fields)
