"""The list, the asking, and the papers that she is given herself, as an administrator types them."""

import json

import pytest

from lotse_contracts import intake
from tests.intake.given import NAME, Intake
from tests.intake.handing import (
    NOW,
    Receiver,
    answers,
    asked,
    going,
    package_words,
    run,
    said,
    with_open_case,
)

HEALTH = "Canary-Health"


def in_december(here: Intake) -> None:
    here.now = NOW


async def test_she_is_given_her_papers_whole_and_then_her_case_is_closed(here: Intake, receiver: Receiver) -> None:
    person_id, code = await with_open_case(here)
    assert await run(here, "papers", person_id, "--out", receiver.folder) == 1
    await asked(here, person_id)
    await answers(here, code, "my_papers")
    assert await run(here, "papers", person_id, "--out", receiver.folder) == 0
    (page,) = receiver.folder.glob("papers-*-page.html")
    for canary in (NAME, HEALTH):
        assert canary in page.read_text()
    assert here.rows("SELECT state FROM concern") == [("withdrawn",)]
    assert await run(here, "papers", person_id, "--out", receiver.folder) == 0
    assert await run(here, *package_words(receiver)) == 0
    assert receiver.packages() == []


async def test_the_list_has_ids_and_codes_only(
    here: Intake, receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    person_id, _ = await going(here)
    await with_open_case(here)
    assert await run(here, "list", "--json") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {line["step"] for line in lines} == {"open", "take_me"}
    assert NAME not in json.dumps(lines, ensure_ascii=False)
    assert await run(here, "list") == 0
    assert str(person_id) in capsys.readouterr().out
    listed = await here.ask(intake.AskHandoverList(size=1), actor="co-1")
    rest = await here.ask(intake.AskHandoverList(size=1, cursor=listed.cursor), actor="co-1")
    assert {listed.entries[0].person_id, rest.entries[0].person_id} >= {person_id}
    assert rest.cursor is None


async def test_ask_asks_everybody_once_and_prints_a_letter_for_who_cannot_be_told(
    here: Intake, receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    await with_open_case(here)
    quiet, _ = await with_open_case(here, consent_to_contact=False)
    folder = receiver.folder / "letters"
    assert await run(here, "ask", "--dry-run") == 0
    assert "2 würden gefragt" in capsys.readouterr().out
    assert said(here, "handover-asked") == 0
    assert await run(here, "ask", "--letters", folder) == 0
    assert await run(here, "ask", "--letters", folder) == 0
    assert said(here, "handover-asked") == 2
    assert said(here, "tell") >= 1
    (letter,) = folder.iterdir()
    assert str(quiet) in letter.name
    assert 'lang="uk"' in letter.read_text()
    assert 'lang="de"' in letter.read_text()
