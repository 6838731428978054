"""An emergency is answered at once where she is writing, alerts staff, and is never pushed to her contact."""

import hashlib
import json
from typing import get_args

import pytest

from lotse_chassis import links
from lotse_contracts import intake, notify
from lotse_contracts.intake import AddToEnquiry
from lotse_contracts.values import RecipientLanguage
from lotse_intake.providers.helplines import FILE, help_in
from tests.intake.given import CANARIES, MAIL, NAME, PIN, Intake, built, enquiry, kinds, only, sealed_to
from tests.intake.test_public_face import submit
from tests.intake.writing import nothing, recorded

VIOLENT = "чоловік б'є мене, боюся йти додому"
HOMELESS = "нам сьогодні ніде ночувати"


def addition(here: Intake, code: str, text: str) -> AddToEnquiry:
    digest = hashlib.sha256(code.encode()).hexdigest()
    content = sealed_to(here.seal_key, intake.AdditionContent(text=text, pin=PIN), AddToEnquiry, digest)
    return AddToEnquiry(frontend="web", receipt_sha256=digest, content=content)


@pytest.mark.parametrize("language", get_args(RecipientLanguage))
def test_police_rescue_and_helplines_are_named_in_every_language(language: RecipientLanguage) -> None:
    found = help_in(language)
    numbers = {line.code: line.number for line in found.lines}
    assert numbers["police"] == "110"
    assert numbers["rescue"] == "112"
    assert numbers["violence_against_women"] == "116 016"
    assert {"116 123", "116 111", "116 117"} <= set(numbers.values())
    assert "110" in found.text
    assert "112" in found.text
    assert all(line.source and line.as_of for line in found.lines)


def test_who_speaks_ukrainian_or_russian_is_said_only_with_a_source() -> None:
    for line in json.loads(FILE.read_text())["lines"]:
        speaks = any(word in line["about"]["en"] + line["names"]["en"] for word in ("Russian", "Ukrainian"))
        assert not speaks or line["source"].count(",") or ":" in line["source"]


async def test_violence_answers_at_once_alerts_staff_and_pushes_nothing(here: Intake) -> None:
    said = await here.hear(enquiry(here, text=VIOLENT), actor=None)
    received, raised = only(said, intake.EnquiryReceived), only(said, intake.EmergencyRaised)
    assert received.warnings == ("emergency",)
    assert (raised.enquiry_id, raised.person_id) == (received.enquiry_id, received.person_id)
    assert only(said, notify.ChangeContact).safe is False
    assert "cmd notify.tell" not in kinds(said)
    assert "cmd notify.tell-office" not in kinds(said)  # no duty office is named in these settings


async def test_an_emergency_without_violence_leaves_the_contact_as_it_is(here: Intake) -> None:
    said = await here.hear(enquiry(here, text=HOMELESS), actor=None)
    assert only(said, intake.EmergencyRaised).urgency == "emergency"
    assert only(said, notify.ChangeContact).safe
    assert only(said, notify.Tell).template == "receipt"


async def test_the_duty_office_is_mailed_without_any_content(
    here: Intake, tmp_path_factory: pytest.TempPathFactory
) -> None:
    there = built(here.database, tmp_path_factory.mktemp("duty"), emergency_office="duty")
    try:
        mails = [only(await there.hear(enquiry(there, text=VIOLENT), actor=None), notify.TellOffice) for _ in range(2)]
        assert mails[0] == mails[1]  # one a minute: notify sends none twice
        assert (mails[0].office, mails[0].template) == ("duty", "emergency")
        assert {one.name: one.value for one in mails[0].arguments} == {
            "association": "auslaenderrat",
            "received": "11:00",
        }
        assert not [one for one in (*CANARIES, VIOLENT) if one in mails[0].model_dump_json()]
    finally:
        await there.service.engine.dispose()


async def test_what_she_adds_later_is_an_emergency_as_well(here: Intake) -> None:
    code, _ = links.new_code()
    await here.hear(enquiry(here, code=code), actor=None)
    said = await here.hear(addition(here, code, "він хоче мене вбити"), actor=None)
    assert only(said, intake.EnquiryAdded).warnings == ("emergency",)
    assert only(said, intake.EmergencyRaised).version == 2
    assert only(said, notify.ChangeContact).safe is False
    (entry,) = (await here.ask(intake.AskInbox())).entries
    assert entry.urgency == "emergency"


async def test_a_recorded_emergency_alerts_staff_too(here: Intake) -> None:
    said = await here.hear(recorded(here, **nothing(text=VIOLENT)))
    assert only(said, intake.EmergencyRaised).urgency == "emergency"
    assert only(said, intake.EnquiryReceived).warnings == ("emergency", "no_way_to_answer")


@pytest.mark.parametrize(("language", "expected"), [("uk", "uk"), ("ru", "ru"), ("de-AT", "de"), ("fr", "en")])
async def test_the_public_face_shows_help_in_her_language_also_when_sent_again(
    here: Intake, language: str, expected: RecipientLanguage
) -> None:
    async with here.http() as client:
        for status in (201, 200):
            receipt = await submit(client, text=VIOLENT, language=language)
            assert receipt.status_code == status
            assert receipt.json()["help"]["text"] == help_in(expected).text
            assert receipt.json()["help"]["lines"][0]["number"] == "110"


async def test_whoever_is_in_no_danger_sees_no_numbers_and_the_state_never_says_it(here: Intake) -> None:
    async with here.http() as client:
        calm = (await submit(client)).json()
        assert calm["help"] is None
        alarmed = (await submit(client, key="another-key-of-hers-1", text=VIOLENT)).json()
        for code in (calm["receipt_code"], alarmed["receipt_code"]):
            state = (await client.get(f"/enquiries/{code}")).json()
            assert set(state) == {"state", "answers", "updated_at"}


async def test_an_addition_over_http_shows_help_too(here: Intake) -> None:
    async with here.http() as client:
        code = (await submit(client)).json()["receipt_code"]
        added = await client.post(f"/enquiries/{code}/additions", json={"pin": PIN, "text": "не хочу більше жити"})
        assert added.json()["help"]["text"] == help_in("uk").text


async def test_help_is_there_for_everybody_without_an_enquiry(here: Intake) -> None:
    answer = await here.ask(intake.AskEmergencyHelp(language="ru"), actor=None)
    assert answer == help_in("ru")
    async with here.http() as client:
        shown = (await client.get("/emergency-help", params={"language": "de"})).json()
        assert shown["text"] == help_in("de").text
        assert (await client.get("/emergency-help", params={"language": "<script>"})).status_code == 422
        codes = (await client.get("/codes/concerns", params={"language": "uk"})).json()
        assert codes["codes"][0]["names"]["uk"] == "Перебування в Німеччині"
        assert (await client.get("/codes/nothing")).status_code == 422


async def test_nothing_of_an_emergency_stands_in_the_clear(here: Intake) -> None:
    said = await here.hear(enquiry(here, text=VIOLENT), actor=None)
    whole = here.whole_database() + "".join(one.model_dump_json() for one in said).encode()
    assert not [one for one in (VIOLENT, NAME, MAIL, PIN) if one.encode() in whole]
