"""She answers on her page: the question by code, what she would agree to and her answer by code and PIN."""

from typing import Any

import pytest

from lotse_intake.domain.handover import LANGUAGES
from lotse_intake.providers.handover_plan import plan
from tests.intake.given import PIN, Intake
from tests.intake.handing import NOW, asked, with_open_case


@pytest.fixture(autouse=True)
def in_december(here: Intake) -> None:
    here.now = NOW
    here.service.now = lambda: here.now  # type: ignore[method-assign]


async def test_she_reads_agrees_and_takes_it_back_on_her_page(here: Intake) -> None:
    person_id, code = await with_open_case(here)
    await asked(here, person_id)
    page = f"/enquiries/{code}/handover"
    async with here.http() as client:
        question = (await client.get(page, params={"language": "uk"})).json()
        assert (question["asked"], question["answered"]) == (True, False)
        assert "Gorbitz" not in question["places"]
        assert "Cotta" in question["places"]
        wish: dict[str, Any] = {"pin": PIN, "language": "uk", "field_groups": ["identity"], "place": "Cotta"}
        shown = (await client.post(f"{page}/consent", json=wish)).json()
        proofs = [text["text_sha256"] for text in shown["texts"]]
        given = await client.post(page, json={**wish, "answer": "take_me", "text_sha256": proofs})
        assert given.status_code == 204
        assert here.rows("SELECT answer, region, method FROM handover_case") == [("take_me", "west", "digital")]
        back = await client.post(page, json={"pin": PIN, "language": "uk", "answer": "close"})
        assert back.status_code == 204
    withdrawn = "SELECT count(*) FROM consent_withdrawal JOIN consent USING (consent_id) WHERE purpose = 'handover'"
    assert here.rows(withdrawn) == [(2,)]


async def test_without_the_pin_nothing_is_read_or_answered(here: Intake) -> None:
    person_id, code = await with_open_case(here)
    await asked(here, person_id)
    page = f"/enquiries/{code}/handover"
    before = here.rows("SELECT * FROM handover_case")
    async with here.http() as client:
        for pin in ("0000", "9999"):
            wrong = {"pin": pin, "language": "uk"}
            assert (await client.post(page, json={**wrong, "answer": "close"})).status_code == 403
            refused = await client.post(f"{page}/consent", json={**wrong, "field_groups": ["identity"]})
            assert refused.json()["code"] == "wrong_pin"
        assert (await client.get("/enquiries/ZZZZZZZZZZZZZZZZZZZZZZZZZZ/handover")).status_code == 404
    assert here.rows("SELECT * FROM handover_case") == before


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"place": ""}, "place_needed"),
        ({"place": "Dobritz"}, "place_unknown"),
        ({"field_groups": []}, "consent_scope_empty"),
        ({"text_sha256": ["0" * 64, "0" * 64]}, "proof_does_not_fit"),
        ({"field_groups": ["passport"]}, "malformed"),
        ({"answer": "perhaps"}, "malformed"),
        ({"place": "я" * 5_000}, "malformed"),
    ],
)
async def test_what_does_not_do_is_refused_in_four_languages_and_changes_nothing(
    here: Intake, changed: dict[str, Any], code: str
) -> None:
    person_id, receipt = await with_open_case(here)
    await asked(here, person_id)
    before = here.rows("SELECT * FROM handover_case")
    body = {"pin": PIN, "language": "uk", "answer": "take_me", "field_groups": ["identity"], "place": "Cotta"}
    async with here.http() as client:
        refused = await client.post(f"/enquiries/{receipt}/handover", json={**body, **changed})
    problem = refused.json()
    assert refused.status_code >= 400
    assert problem["code"] == code
    assert set(problem["texts"]) == {"uk", "ru", "de", "en"}
    assert here.rows("SELECT * FROM handover_case") == before


def test_the_words_are_whole_in_every_language_and_no_language_is_left_in_another() -> None:
    days = plan()
    assert days.answers_until < days.closes_on < days.deadlines_from
    for language in LANGUAGES:
        words = days.words[language]
        spoken = " ".join([words.title, words.text, words.place, *(one.text for one in words.options.values())])
        assert ("ы" in spoken or "э" in spoken) == (language == "ru")
        assert ("і" in spoken) == (language == "uk")
        assert len({words.recipient[region] for region in words.recipient}) == 4
