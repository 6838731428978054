"""What people read when something went wrong."""

import ast
import json
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lotse_chassis
from lotse_chassis.face import face_of
from lotse_chassis.faults import Refused
from lotse_chassis.meters import Meters
from lotse_chassis.problem_texts import CHASSIS_TEXTS, LANGUAGES
from lotse_chassis.problems import STATUS_OF, Problems, TextsMissing, preferred_language, status_of, to_response

OWN = {"unknown_enquiry": {"uk": "Немає.", "ru": "Нет такого.", "de": "Gibt es nicht.", "en": "No such enquiry."}}


def test_every_code_of_the_chassis_speaks_four_languages() -> None:
    for code in Problems().codes:
        texts = Problems().problem(code).texts
        assert set(texts) == set(LANGUAGES)
        assert len(set(texts.values())) == len(LANGUAGES), code


def test_every_code_that_the_chassis_refuses_with_has_texts() -> None:
    folder = Path(lotse_chassis.__file__).parent
    calls = [node for path in folder.glob("*.py") for node in ast.walk(ast.parse(path.read_text()))]
    codes = {code for node in calls if (code := _refused_code(node)) is not None}
    assert "token_invalid" in codes
    assert codes <= Problems().codes


def _refused_code(node: ast.AST) -> str | None:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id != "Refused":
        return None
    given = node.args[0]
    return given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else None


def test_every_code_with_a_status_has_texts() -> None:
    assert set(STATUS_OF) <= set(CHASSIS_TEXTS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text", ["", "  ", None])
def test_a_missing_text_is_refused_when_the_service_is_built(language: str, text: str | None) -> None:
    texts = {name: given for name, given in OWN["unknown_enquiry"].items() if name != language}
    if text is not None:
        texts[language] = text
    with pytest.raises(TextsMissing, match=f"unknown_enquiry in {language}"):
        Problems({"unknown_enquiry": texts})


def test_a_services_own_codes_stand_beside_those_of_the_chassis() -> None:
    problems = Problems(OWN)
    assert problems.problem("unknown_enquiry", ("enquiry_id",)).texts == OWN["unknown_enquiry"]
    assert problems.problem("malformed", ("pin",)).fields == ("pin",)


def test_a_code_that_nobody_wrote_texts_for_still_says_something() -> None:
    problem = Problems().problem("from_the_future")
    assert problem.code == "from_the_future"
    assert problem.texts == CHASSIS_TEXTS["internal"]


def test_the_response_is_a_problem_document_in_the_readers_language() -> None:
    response = to_response(Problems(OWN).problem("unknown_enquiry", ("enquiry_id",)), 404, "uk-UA,uk;q=0.9,en;q=0.8")
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["content-language"] == "uk"
    assert response.headers["vary"] == "Accept-Language"
    assert json.loads(bytes(response.body)) == {
        "type": "urn:lotse:problem:unknown_enquiry",
        "title": "No such enquiry.",
        "status": 404,
        "detail": "Немає.",
        "code": "unknown_enquiry",
        "fields": ["enquiry_id"],
        "texts": OWN["unknown_enquiry"],
    }


def test_the_status_follows_from_the_code() -> None:
    assert to_response(Problems().problem("too_many")).status_code == 429
    assert status_of("unknown_enquiry") == 422


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "de"),
        ("fr", "de"),
        ("fr, ru", "ru"),
        ("en;q=0.2, uk;q=0.9", "uk"),
        ("uk;q=0, en;q=0.1", "en"),
        ("UK-ua", "uk"),
        ("*", "de"),
        ("en;q=loud, ru;q=0.1", "ru"),
        ("de ; q=0.5 , ru ; q=0.7", "ru"),
    ],
)
def test_the_language_is_the_one_that_the_reader_prefers(header: str, language: str) -> None:
    assert preferred_language(header) == language


@given(st.text())
def test_any_header_leads_to_one_of_the_four_languages(header: str) -> None:
    assert preferred_language(header) in LANGUAGES


async def test_a_refusal_over_http_says_its_rule_what_is_allowed_and_when_to_come_back() -> None:
    app = face_of("referral", Problems(OWN, {"unknown_enquiry": 404}), Meters("referral"), dict)

    @app.get("/enquiry")
    async def enquiry() -> None:
        raise Refused("unknown_enquiry", fields=("enquiry_id",), rule="R3", allowed="1 to 9", retry_after_seconds=7)

    @app.get("/staff")
    async def staff() -> None:
        raise Refused("token_missing")

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://referral") as client:
        found, staff_only = await client.get("/enquiry"), await client.get("/staff")
        wrong = await client.delete("/enquiry")
    said = found.json()
    assert (found.status_code, said["rule"], said["allowed"], found.headers["retry-after"]) == (
        404,
        "R3",
        "1 to 9",
        "7",
    )
    assert (staff_only.status_code, staff_only.headers["www-authenticate"]) == (401, "Bearer")
    assert "rule" not in staff_only.json()
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET")
