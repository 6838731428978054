"""Asked once, answered by herself or at the desk; without an answer nothing is handed over."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from lotse_chassis.faults import Refused
from lotse_chassis.timers import Timer
from lotse_contracts import intake, notify
from lotse_contracts.envelope import Message
from lotse_contracts.intake import HandoverAnswerContent
from lotse_intake.handlers import handover_asking
from tests.intake.given import PIN, Intake, kinds, known_person, only, registration
from tests.intake.handing import (
    ALL_GROUPS,
    FIELDS,
    NOW,
    answers,
    asked,
    at_the_desk,
    consent_shown,
    own_answer,
    takes_along,
    with_open_case,
)

SAID_OF_TAKING = ["evt intake.consent-given", "evt intake.consent-given", "evt intake.handover-answered"]


@pytest.fixture(autouse=True)
def in_december(here: Intake) -> None:
    here.now = NOW


async def test_she_is_asked_once_in_a_round_and_told_no_more_than_that_a_question_waits(here: Intake) -> None:
    person_id, _ = await with_open_case(here)
    said = await asked(here, person_id)
    assert kinds(said) == ["evt intake.handover-asked", "cmd notify.tell"]
    told = only(said, notify.Tell)
    assert (told.template, [argument.name for argument in told.arguments]) == ("handover", ["round"])
    assert await asked(here, person_id) == []


async def test_nothing_is_pushed_to_a_contact_that_is_not_safe_or_where_she_cannot_read(here: Intake) -> None:
    unsafe = await known_person(here, flags=("violence",))
    without_pin = await known_person(here, pin=None)
    silent = await known_person(here, consent_to_contact=False)
    for person_id in (unsafe, without_pin, silent):
        assert kinds(await asked(here, person_id)) == ["evt intake.handover-asked"]


async def test_who_has_no_open_case_is_not_asked(here: Intake) -> None:
    person_id, code = await with_open_case(here)
    await asked(here, person_id)
    await answers(here, code, "close")
    assert {row[0] for row in here.rows("SELECT state FROM concern")} == {"withdrawn"}
    other, _ = await with_open_case(here)
    await here.hear(at_the_desk(other, "close"))
    at_the_counter = uuid4()
    await here.hear(registration(here, at_the_counter, FIELDS))
    with pytest.raises(Refused, match="handover_no_open_case"):
        await asked(here, at_the_counter)


async def test_what_she_sees_before_she_agrees_names_the_region_the_concerns_and_the_groups(here: Intake) -> None:
    person_id, code = await with_open_case(here)
    await asked(here, person_id)
    shown = await consent_shown(here, code, "identity", "need_summary")
    assert (shown.region, shown.recipient) == ("west", "msa-west")
    assert [text.kind for text in shown.texts] == ["handover_2027", "secrecy_release"]
    text = " ".join(section.text for section in shown.texts[0].sections)
    assert "2027" in text
    assert "Migrationssozialarbeit" in text


async def test_she_agrees_by_herself_and_the_consent_is_bound_to_region_and_groups(here: Intake) -> None:
    person_id, code = await with_open_case(here)
    await asked(here, person_id)
    said = await takes_along(here, code)
    assert kinds(said) == SAID_OF_TAKING
    given = said[0]
    assert (given.kind, given.recipient, given.purpose) == ("handover_2027", "msa-west", "handover")
    assert set(given.field_groups) == set(ALL_GROUPS)
    assert only(said, intake.HandoverAnswered).region == "west"
    assert await takes_along(here, code) == []


async def test_without_the_texts_she_saw_she_has_agreed_to_nothing(here: Intake) -> None:
    person_id, code = await with_open_case(here)
    await asked(here, person_id)
    shown = await consent_shown(here, code, "identity")
    content = HandoverAnswerContent(
        answer="take_me",
        field_groups=("identity", "health"),
        place="Gorbitz",
        pin=PIN,
        language="uk",
        text_sha256=tuple(text.text_sha256 for text in shown.texts),
    )
    with pytest.raises(Refused, match="proof_does_not_fit"):
        await here.hear(own_answer(here, code, content), actor=None)
    assert here.counts()["consent"] == 1  # that of her channel


@pytest.mark.parametrize("told", ["Dobritz", "01187", "Leipzig", "04103"])
async def test_a_place_that_does_not_decide_is_asked_again(here: Intake, told: str) -> None:
    person_id, code = await with_open_case(here)
    await asked(here, person_id)
    with pytest.raises(Refused, match="place_unknown"):
        await takes_along(here, code, place=told)


async def test_a_region_is_asked_once_and_never_guessed(here: Intake) -> None:
    person_id, code = await with_open_case(here)
    await asked(here, person_id)
    with pytest.raises(Refused, match="place_needed"):
        await takes_along(here, code, place="")
    await takes_along(here, code, "identity", place="01127")
    said = await takes_along(here, code, place="")
    assert only(said, intake.HandoverAnswered).region == "nord"


async def test_a_newer_answer_ends_the_consent_of_an_older_one(here: Intake) -> None:
    person_id, code = await with_open_case(here)
    await asked(here, person_id)
    await takes_along(here, code)
    said = await answers(here, code, "my_papers")
    assert kinds(said) == ["evt intake.consent-withdrawn"] * 2 + ["evt intake.handover-answered"]
    assert only(said, intake.HandoverAnswered).answer == "my_papers"
    assert await answers(here, code, "my_papers") == []
    assert [row for row in here.rows("SELECT state FROM concern") if row != ("withdrawn",)]


async def test_her_page_says_that_a_question_waits_and_nothing_of_her(here: Intake) -> None:
    person_id, code = await with_open_case(here)
    before = await here.ask(intake.AskHandoverQuestion(receipt_code=code), actor=None)
    assert (before.known, before.asked) == (True, False)
    await asked(here, person_id)
    for language in ("uk", "ru", "de", "en"):
        question = await here.ask(intake.AskHandoverQuestion(receipt_code=code, language=language), actor=None)
        assert question.asked
        assert not question.answered
        assert [option.answer for option in question.options] == ["take_me", "my_papers", "close"]
        assert "2026" in question.text
    await answers(here, code, "my_papers")
    assert (await here.ask(intake.AskHandoverQuestion(receipt_code=code), actor=None)).answered


async def test_who_was_not_asked_cannot_answer_by_code(here: Intake) -> None:
    _, code = await with_open_case(here)
    with pytest.raises(Refused, match="handover_not_asked"):
        await answers(here, code, "close")


async def test_staff_write_down_an_answer_with_a_witness(here: Intake) -> None:
    person_id, _ = await with_open_case(here)
    with pytest.raises(Refused, match="witness_needed"):
        await here.hear(at_the_desk(person_id, witness="w-1"))
    assert kinds(await here.hear(at_the_desk(person_id))) == SAID_OF_TAKING


async def test_a_signed_letter_counts_until_its_scan_is_due(here: Intake) -> None:
    person_id, _ = await with_open_case(here)
    await here.hear(at_the_desk(person_id, method="written", witness=None))
    (row,) = here.rows("SELECT pending_until FROM consent WHERE kind = 'handover_2027'")
    assert row[0] is not None


async def test_after_the_project_nobody_is_asked_and_no_answer_is_taken(here: Intake) -> None:
    person_id, code = await with_open_case(here)
    await asked(here, person_id)
    here.now = NOW.replace(year=2027, month=1, day=1, hour=0)
    with pytest.raises(Refused, match="handover_over"):
        await answers(here, code, "close")
    with pytest.raises(Refused, match="handover_over"):
        await asked(here, person_id)


async def test_nobody_who_is_restricted_is_asked_or_taken_along_but_she_may_take_back(here: Intake) -> None:
    person_id, code = await with_open_case(here)
    await asked(here, person_id)
    await takes_along(here, code)
    await here.hear(
        intake.RestrictPerson(person_id=person_id, restricted=True, reason="accuracy_contested"), actor="co-1"
    )
    with pytest.raises(Refused, match="person_restricted"):
        await takes_along(here, code, "identity")
    assert "evt intake.consent-withdrawn" in kinds(await answers(here, code, "close"))


async def reminded(here: Intake, person_id: UUID) -> list[Message]:
    """Her reminder is due."""
    timer = Timer(handover_asking.REMINDER_TIMER, str(person_id), here.now, {}, uuid4())
    async with here.service.engine.begin() as tx:
        return await handover_asking.reminder_due(timer, here.context(), tx)


async def test_who_does_not_answer_is_reminded_once_and_who_answered_is_left_in_peace(here: Intake) -> None:
    silent, _ = await with_open_case(here)
    heard, code = await with_open_case(here)
    for person_id in (silent, heard):
        await asked(here, person_id)
    timers = f"SELECT due_at FROM timer WHERE kind = '{handover_asking.REMINDER_TIMER}' ORDER BY 1"
    assert here.rows(timers) == [(NOW + timedelta(days=10),)] * 2
    await answers(here, code, "my_papers")
    assert len(here.rows(timers)) == 1
    assert await reminded(here, heard) == []
    said = await reminded(here, silent)
    assert only(said, intake.HandoverAsked).reminder
    assert only(said, notify.Tell).supersedes == "handover-1"
    assert only(said, notify.Tell).dedupe_key == "handover-1-reminder"


async def test_nobody_is_reminded_after_the_day_by_which_she_should_answer(here: Intake) -> None:
    here.now = NOW + timedelta(days=12)
    person_id, _ = await with_open_case(here)
    await asked(here, person_id)
    assert here.rows(f"SELECT 1 FROM timer WHERE kind = '{handover_asking.REMINDER_TIMER}'") == []
