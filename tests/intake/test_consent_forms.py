"""A consent on paper: one page of A4, two languages, signed and scanned, and found again by its code."""

import argparse
import asyncio
import io
import re
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from lotse_chassis.paper import FONTS
from lotse_contracts import intake
from lotse_contracts.values import RecipientLanguage
from lotse_intake.cli.consent_form import CONSENT_FORM
from lotse_intake.domain.consent_texts import LANGUAGES, ConsentText, Section, Terms, Wording, filled
from lotse_intake.domain.form_codes import code_of
from lotse_intake.providers.consent_forms import Form, FormTooLong, form_pdf
from lotse_intake.providers.consent_texts import read_texts
from lotse_intake.providers.lists import shipped
from tests.intake.consenting import consent
from tests.intake.given import CANARIES, Intake, known_person

ALL = read_texts(None)
CODES = {item.code: item.names for item in shipped("concerns").items if item.parent is None}
A4 = (595.28, 841.89)  # points
LONGEST_CODES = sorted(CODES, key=lambda code: max(map(len, CODES[code].values())))[-10:]
LONGEST_RECIPIENT = max(ALL.labels.recipients, key=lambda name: max(map(len, ALL.labels.recipients[name].values())))
LONGEST = Terms(
    "auslaenderrat",
    LONGEST_RECIPIENT,
    max(ALL.labels.purposes, key=lambda code: max(map(len, ALL.labels.purposes[code].values()))),
    tuple(LONGEST_CODES),
    ("identity", "contact", "status", "need_summary", "health", "documents"),
)
"""Everything that an order can name, each by its longest name; without an end, whose words are the longest."""
CODE = code_of(UUID(int=2**128 - 1))


def form(text: ConsentText, language: RecipientLanguage, terms: Terms = LONGEST) -> Form:
    wordings = {one: filled(text, one, terms, ALL.labels, CODES) for one in dict.fromkeys((language, "de"))}
    return Form(
        wordings={str(name): wording for name, wording in wordings.items()},
        page=ALL.labels.page,
        version=text.version,
        draft=True,
        code=CODE,
        asks_health=True,
        by_guardian=True,
    )


def squeezed(text: str) -> str:
    """Without white space, since a page breaks its lines where it likes."""
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text", ALL.texts, ids=lambda text: text.kind)
def test_the_longest_form_is_one_page_of_a4_with_both_languages_on_it(
    text: ConsentText, language: RecipientLanguage
) -> None:
    whole = form(text, language)
    reader = PdfReader(io.BytesIO(form_pdf(whole)))
    (page,) = reader.pages
    assert (float(page.mediabox.width), float(page.mediabox.height)) == pytest.approx(A4, abs=0.5)
    said = squeezed(page.extract_text())
    for wording in whole.wordings.values():
        assert squeezed(wording.title) in said
        for section in wording.sections:
            assert squeezed(section.heading) in said
            assert squeezed(section.text) in said
    for name in ("name", "place_date", "guardian_name", "guardian_signature", "health_tick", "draft"):
        for one in whole.wordings:
            assert squeezed(ALL.labels.page[name][one]) in said, name
    assert squeezed(CODE) in said
    assert text.version in said


def test_its_fonts_are_inside_and_it_says_nothing_about_anybody() -> None:
    (text,) = (one for one in ALL.texts if one.kind == "disclosure")
    written = form_pdf(form(text, "uk"))
    reader = PdfReader(io.BytesIO(written))
    resources = reader.pages[0]["/Resources"]
    assert isinstance(resources, DictionaryObject)
    inside = resources["/Font"].get_object()
    assert isinstance(inside, DictionaryObject)
    fonts = [font.get_object() for font in inside.values()]
    described = [font for font in fonts if "/FontDescriptor" in font]
    embedded = [font for font in described if "/FontFile2" in font["/FontDescriptor"].get_object()]
    assert {str(font["/BaseFont"]).partition("+")[2] for font in embedded} >= {
        "DejaVuSansCondensed",
        "DejaVuSansCondensed-Bold",
    }
    assert reader.metadata is not None
    assert reader.metadata.title == f"Formular {CODE}"
    assert reader.metadata.author in (None, "anonymous", "(anonymous)")
    assert written == form_pdf(form(text, "uk")), "the same form is the same bytes"


def test_the_fonts_come_with_their_licence() -> None:
    licence = (FONTS / "LICENSE-DejaVu.txt").read_text()
    assert "Bitstream" in licence
    assert "Tavmjong Bah" in licence
    assert {path.suffix for path in FONTS.iterdir()} == {".ttf", ".txt"}


def test_a_text_that_no_page_holds_is_refused_and_never_cut() -> None:
    (text,) = (one for one in ALL.texts if one.kind == "disclosure")
    whole = form(text, "uk")
    endless = Wording("T", tuple(Section("H", "слово " * 200) for _ in range(8)))
    with pytest.raises(FormTooLong):
        form_pdf(replace(whole, wordings={"uk": endless, "de": endless}))


async def test_a_counsellor_prints_the_form_and_nobody_else_does(here: Intake) -> None:
    given = consent(await known_person(here), codes=("housing", "work"))
    await here.hear(given)
    async with here.http() as http:
        path = f"/consents/{given.consent_id}/form.pdf"
        assert (await http.get(path)).status_code == 401
        wrong = {"Authorization": f"Bearer {here.token('treasurer')}"}
        assert (await http.get(path, headers=wrong)).status_code == 403
        right = {"Authorization": f"Bearer {here.token()}"}
        answer = await http.get(path, headers=right)
        missing = await http.get(f"/consents/{uuid4()}/form.pdf", headers=right)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.headers["cache-control"] == "no-store"
    named = answer.headers["content-disposition"]
    assert named == f'inline; filename="consent-disclosure-{code_of(given.consent_id)}.pdf"'
    (page,) = PdfReader(io.BytesIO(answer.content)).pages
    said = squeezed(page.extract_text())
    assert squeezed("Згода на передавання моїх даних") in said
    assert squeezed("Plattform Dresden e. V.") in said
    assert not [canary for canary in CANARIES if squeezed(canary) in said]
    assert missing.status_code == 404
    looks = here.rows("SELECT action, object_kind, purpose FROM access_log WHERE object_kind = 'consent' ORDER BY id")
    assert looks[-1] == ("read", "consent", "consent_form")


async def test_the_form_is_found_by_what_stands_on_it(here: Intake) -> None:
    given = consent(await known_person(here))
    await here.hear(given)
    question = intake.AskConsentOfForm(form_code=code_of(given.consent_id))
    answer = await here.ask(question)
    assert (answer.known, answer.consent_id, answer.person_id) == (True, given.consent_id, given.person_id)
    assert answer.state == "pending_proof"
    assert not (await here.ask(intake.AskConsentOfForm(form_code=code_of(uuid4())))).known


async def printed(here: Intake, *words: str) -> int:
    """The exit code of the command, run as a person runs it."""
    parser = argparse.ArgumentParser()
    CONSENT_FORM.arguments(parser)
    return await asyncio.to_thread(CONSENT_FORM.run, here.settings, parser.parse_args(words))


async def test_the_command_prints_a_recorded_consent_by_its_id_or_its_code(
    here: Intake, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = consent(await known_person(here))
    await here.hear(given)
    code = code_of(given.consent_id)
    for named in (str(given.consent_id), code):
        assert await printed(here, "--consent", named, "--folder", str(tmp_path)) == 0
        assert capsys.readouterr().out.strip() == str(tmp_path / f"consent-disclosure-{code}.pdf")
    (page,) = PdfReader(tmp_path / f"consent-disclosure-{code}.pdf").pages
    assert squeezed("Einwilligung in die Weitergabe") in squeezed(page.extract_text())
    assert await printed(here, "--consent", code[:-1] + "?", "--folder", str(tmp_path)) == 1
    assert await printed(here, "--consent", str(uuid4()), "--folder", str(tmp_path), "--lang", "en") == 1
    assert "[unknown_consent]" in capsys.readouterr().err


async def test_the_command_prints_a_text_with_room_to_write_for_whoever_confirms_it(
    here: Intake, tmp_path: Path
) -> None:
    words = ("--kind", "authorisation_to_act", "--language", "ru", "--folder", str(tmp_path))
    assert await printed(here, *words) == 0
    (page,) = PdfReader(tmp_path / "consent-authorisation_to_act-ru.pdf").pages
    said = page.extract_text()
    assert "Доверенность" in said
    assert "…………" in said
