"""The texts of consents: four languages, never changed once used, and every place filled."""

import argparse
import asyncio
import json
import re
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotse_chassis.command import Standalone, Subcommand
from lotse_chassis.faults import Refused
from lotse_contracts import intake
from lotse_intake.cli.commands import COMMANDS
from lotse_intake.cli.consent_texts import CONSENT_TEXTS
from lotse_intake.domain.consent_texts import LANGUAGES, Terms, digest_of, filled, in_force
from lotse_intake.domain.form_codes import code_of, id_of
from lotse_intake.domain.receipts import ALPHABET
from lotse_intake.problems import PROBLEM_TEXTS
from lotse_intake.providers.consent_texts import DATA, KINDS, PINS, TEXTS, TextsInvalid, read_texts
from lotse_intake.providers.lists import shipped
from tests.house.tree import ROOT
from tests.intake.consenting import consent, shown, version_of
from tests.intake.given import Intake, known_person

ALL = read_texts(None)
PINNED = {
    "data_processing": "353c215c",
    "special_categories": "55c6deeb",
    "disclosure": "9f976ed2",
    "secrecy_release": "3205e4f8",
    "authorisation_to_act": "53f02e52",
    "contact_channel": "a268453a",
    "handover_2027": "30b487b0",
}
"""The first eight digits of each text of November 2026; whoever changes one must add a version instead."""
CODES = {item.code: item.names for item in shipped("concerns").items if item.parent is None}
TERMS = Terms("auslaenderrat", "plattform", "referral", ("housing", "work"), ("identity", "health"))
BERLIN = ZoneInfo("Europe/Berlin")


def test_every_kind_has_a_text_in_four_languages_with_all_that_must_be_said() -> None:
    for kind in KINDS:
        text = in_force(ALL.texts, kind, date(2026, 11, 25))
        assert text is not None
        assert text.draft, "until the data protection officer has confirmed it"
        for language in LANGUAGES:
            wording = text.wordings[language]
            whole = " ".join(section.text for section in wording.sections)
            assert {"{association}", "{recipient}", "{purpose}", "{until}"} <= set(re.findall(r"{\w+}", whole)), kind
            assert len(wording.sections) >= 8
            assert "PIN" in whole, "how to take it back"
        titles = {wording.title for wording in text.wordings.values()}
        assert len(titles) == len(LANGUAGES)


def test_no_text_was_changed_since_it_was_pinned() -> None:
    assert {text.kind: text.digest[:8] for text in ALL.texts if text.version == version_of(text.kind)} == PINNED


def test_a_text_that_reads_differently_ends_the_start(tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    shutil.copytree(TEXTS, folder)
    assert read_texts(folder).texts == ALL.texts
    path = folder / "disclosure.json"
    path.write_text(path.read_text().replace("bis einschließlich", "").replace("Nur: {recipient}", "An: {recipient}"))
    with pytest.raises(TextsInvalid, match="disclosure disclosure-2026-11: changed after it was pinned"):
        read_texts(folder)


@pytest.mark.parametrize(
    ("old", "new"),
    [('"kind": "disclosure"', '"kind": "other"'), ("{recipient}", "{surname}"), ("2026-11-01", "2026-13-01")],
)
def test_a_file_of_texts_that_is_not_what_it_must_be_is_refused(tmp_path: Path, old: str, new: str) -> None:
    folder = tmp_path / "texts"
    shutil.copytree(TEXTS, folder)
    path = folder / "disclosure.json"
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(TextsInvalid):
        read_texts(folder)


def test_a_language_may_not_lack_a_section_and_a_pin_may_not_be_missing(tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    shutil.copytree(TEXTS, folder)
    path = folder / "disclosure.json"
    whole = json.loads(path.read_text())
    whole["versions"][0]["ru"]["sections"].pop()
    path.write_text(json.dumps(whole))
    with pytest.raises(TextsInvalid, match="another number of sections"):
        read_texts(folder)
    shutil.copy(TEXTS / "disclosure.json", path)
    (folder / PINS).write_text("{}")
    with pytest.raises(TextsInvalid, match="pinned"):
        read_texts(folder)


def test_no_place_stays_open_and_no_code_is_shown_where_it_has_a_name() -> None:
    for text in ALL.texts:
        for language in LANGUAGES:
            wording = filled(text, language, TERMS, ALL.labels, CODES)
            said = " ".join(section.text for section in wording.sections)
            assert "{" not in said
            assert not re.search(r"\b(plattform|auslaenderrat|referral|housing|identity)\b", said)


def test_the_newest_version_that_is_valid_is_in_force() -> None:
    assert in_force(ALL.texts, "disclosure", date(2026, 10, 31)) is None
    assert in_force(ALL.texts, "disclosure", date(2026, 11, 1)) is not None


@pytest.mark.parametrize(
    ("valid_to", "said"),
    [
        (datetime(2026, 12, 25, 0, 0, tzinfo=BERLIN), "bis einschließlich 24.12.2026"),
        (datetime(2026, 7, 1, 0, 0, tzinfo=BERLIN), "bis einschließlich 30.06.2026"),
        (datetime(2026, 12, 24, 23, 0, tzinfo=UTC), "bis einschließlich 24.12.2026"),
        (datetime(2026, 12, 24, 22, 59, 59, tzinfo=UTC), "bis 24.12.2026, 23:59 Uhr"),
        (datetime(2026, 12, 25, 0, 0, tzinfo=UTC), "bis 25.12.2026, 01:00 Uhr"),
        (None, "bis Sie widerrufen"),
    ],
)
def test_the_end_that_is_shown_is_the_end_that_holds(valid_to: datetime | None, said: str) -> None:
    (text,) = (one for one in ALL.texts if one.kind == "disclosure")
    terms = Terms("auslaenderrat", "plattform", "referral", ("housing",), ("identity",), valid_to)
    assert any(said in section.text for section in filled(text, "de", terms, ALL.labels, CODES).sections)


def test_another_term_is_another_hash() -> None:
    (text,) = (one for one in ALL.texts if one.kind == "disclosure")
    others = [
        TERMS,
        Terms("plattform", "plattform", "referral", ("housing", "work"), ("identity", "health")),
        Terms("auslaenderrat", "jobcenter", "referral", ("housing", "work"), ("identity", "health")),
        Terms("auslaenderrat", "plattform", "handover", ("housing", "work"), ("identity", "health")),
        Terms("auslaenderrat", "plattform", "referral", ("housing",), ("identity", "health")),
        Terms("auslaenderrat", "plattform", "referral", ("housing", "work"), ("identity",)),
    ]
    digests = {digest_of(text, "uk", filled(text, "uk", terms, ALL.labels, CODES)) for terms in others}
    assert len(digests) == len(others)


def test_every_refusal_of_the_rules_has_its_texts() -> None:
    source = (DATA.parent / "domain" / "consent_rules.py").read_text()
    codes = re.findall(r'Refusal\("(\w+)"', source)
    assert len(codes) >= 8
    assert set(codes) <= PROBLEM_TEXTS.keys()


@given(st.uuids())
def test_the_code_of_a_form_leads_back_to_its_consent(consent_id: UUID) -> None:
    code = code_of(consent_id)
    assert id_of(code) == consent_id
    assert id_of(code.lower().replace("-", " ").replace("0", "o").replace("1", "l")) == consent_id


@given(st.uuids(), st.integers(0, 27), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_no_form(consent_id: UUID, place: int, letter: str) -> None:
    code = code_of(consent_id).replace("-", "")
    wrong = code[:place] + letter + code[place + 1 :]
    assert (id_of(wrong) is None) == (wrong != code)


@given(st.uuids(), st.integers(0, 26))
def test_two_characters_the_wrong_way_round_are_no_form(consent_id: UUID, place: int) -> None:
    code = code_of(consent_id).replace("-", "")
    wrong = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert (id_of(wrong) is None) == (wrong != code)


def run(*words: str) -> int:
    """The exit code of the command."""
    parser = argparse.ArgumentParser()
    CONSENT_TEXTS.arguments(parser)
    return CONSENT_TEXTS.run(parser.parse_args(words))


def test_an_association_takes_our_texts_adds_its_own_version_and_pins_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(tmp_path / "own")
    assert run(folder, "--start") == 0
    assert run(folder, "--start") == 1
    path = tmp_path / "own" / "disclosure.json"
    whole = json.loads(path.read_text())
    whole["versions"].append({**whole["versions"][0], "version": "own-2", "valid_from": "2026-12-01", "draft": False})
    path.write_text(json.dumps(whole))
    assert run(folder, "--lang", "en") == 1
    assert "disclosure own-2: changed after it was pinned, or not pinned" in capsys.readouterr().err
    assert run(folder, "--pin") == 0
    assert "disclosure own-2: festgeschrieben" in capsys.readouterr().out
    newest = in_force(read_texts(tmp_path / "own").texts, "disclosure", date(2026, 12, 1))
    assert newest is not None
    assert (newest.version, newest.draft) == ("own-2", False)
    path.write_text(path.read_text().replace("Freiwillig", "Gern"))
    assert run(folder, "--pin") == 1


# Asked of the service


async def test_the_text_with_its_terms_is_told_and_its_hash_is_of_just_that(here: Intake) -> None:
    question = intake.AskConsentText(
        kind="disclosure", language="uk", recipient="plattform", purpose="referral", codes=("housing",)
    )
    answer = await here.ask(question, actor=None)
    assert (answer.version, answer.draft, answer.valid_from) == ("disclosure-2026-11", True, "2026-11-01")
    assert any("Plattform" in section.text for section in answer.sections)
    other = await here.ask(question.model_copy(update={"recipient": "jobcenter"}), actor=None)
    assert answer.text_sha256 != other.text_sha256
    with pytest.raises(Refused, match="unknown_consent_text"):
        await here.ask(question.model_copy(update={"version": "2020-01"}), actor=None)


async def test_what_the_guide_says_about_hash_and_commands_is_true(here: Intake) -> None:
    guide = (ROOT / "docs" / "guides" / "consents.md").read_text()
    shown_code = guide.partition("```python\n")[2].partition("```")[0]
    told: dict[str, Any] = {}
    exec(compile(shown_code, "consents.md", "exec"), told)  # noqa: S102 - the page's own words
    question = intake.AskConsentText(kind="handover_2027", language="ru", recipient="msa-nord", purpose="handover")
    answer = await here.ask(question, actor=None)
    assert told["text_sha256"](answer.model_dump()) == answer.text_sha256
    typed = [line.split()[1:] for line in guide.splitlines() if line.startswith("    lotse-intake ")]
    assert {words[0] for words in typed} == {"consent-form", "consent-texts"}
    for name, *words in typed:
        command = COMMANDS[name]
        assert isinstance(command, Subcommand | Standalone)
        parser = argparse.ArgumentParser()
        command.arguments(parser)
        parser.parse_args(words)


async def test_a_version_is_pinned_when_it_is_first_used_and_then_never_changes(here: Intake) -> None:
    person_id = await known_person(here)
    given_one = consent(person_id)
    await here.hear(given_one)
    (row,) = here.rows("SELECT kind, version, text_sha256 FROM consent_text")
    (text,) = (one for one in ALL.texts if one.kind == "disclosure")
    assert row == ("disclosure", "disclosure-2026-11", text.digest)
    await here.hear(consent(person_id))
    assert here.counts()["consent_text"] == 1


async def test_an_unknown_version_or_one_that_is_not_valid_yet_is_refused(here: Intake) -> None:
    person_id = await known_person(here)
    with pytest.raises(Refused, match="unknown_consent_text"):
        await here.hear(consent(person_id, text_version="2020-01"))
    with pytest.raises(Refused, match="unknown_consent_text"):
        await here.hear(consent(person_id, text_language="fr"))
    here.now = datetime(2026, 10, 31, 22, 59, tzinfo=UTC)
    with pytest.raises(Refused, match="unknown_consent_text"):
        await here.hear(consent(person_id))
    here.now = datetime(2026, 10, 31, 23, 0, tzinfo=UTC)
    await here.hear(consent(person_id))
    assert here.counts()["consent"] == 2  # the channel's own came with the enquiry


async def test_a_digital_consent_is_the_hash_of_what_she_saw_with_these_very_terms(here: Intake) -> None:
    given_one = consent(await known_person(here), method="digital")
    with pytest.raises(Refused, match="proof_needed"):
        await here.hear(given_one)
    proof = await shown(here, given_one)
    wider = given_one.model_copy(update={"proof_sha256": proof, "field_groups": ("identity", "contact", "status")})
    with pytest.raises(Refused, match="proof_does_not_fit"):
        await here.hear(wider)
    await here.hear(given_one.model_copy(update={"proof_sha256": proof}))
    assert here.rows("SELECT proof_sha256 FROM consent WHERE kind = 'disclosure'") == [(proof,)]


def why_it_stops(here: Intake) -> str:
    return here.service.failed or ""


@pytest.mark.parametrize("version", ["disclosure-2026-11", "disclosure-2020-01"])
async def test_intake_stops_at_start_where_a_used_text_was_changed_or_taken_away(here: Intake, version: str) -> None:
    await here.hear(consent(await known_person(here)))
    stopping = asyncio.Event()
    stopping.set()
    await here.service.workers["consent-texts"](stopping)
    assert not why_it_stops(here)
    with psycopg.connect(here.database.owner_url) as owner:
        owner.execute("ALTER TABLE consent_text DISABLE TRIGGER consent_text_append_only")
        owner.execute("UPDATE consent_text SET version = %s, text_sha256 = 'another'", (version,))
        owner.execute("ALTER TABLE consent_text ENABLE TRIGGER consent_text_append_only")
    await here.service.workers["consent-texts"](stopping)
    assert "changed or taken away" in why_it_stops(here)
    if version == "disclosure-2026-11":
        with pytest.raises(Refused, match="consent_text_changed"):
            await here.hear(consent(await known_person(here)))
