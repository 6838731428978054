"""Whose receipt code and PIN they are, for the person's page at referral; and what she takes back there."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from lotse_chassis.faults import Refused
from lotse_contracts import intake, notify
from lotse_contracts.intake import AskHolder, HolderContent
from lotse_contracts.wiring import ORDERS_GIVEN, QUESTIONS_ASKED
from tests.intake.consenting import consent, person
from tests.intake.given import PIN, Intake, enquiry, kinds, only, registration, sealed_to

CODE = "0123456789ABCDEFGHJKMNPQRS"
OTHER_CODE = "Z" * 26


def asked(here: Intake, code: str = CODE, pin: str = PIN, **changed: Any) -> AskHolder:
    attempt_id = changed.get("attempt_id", uuid4())
    key = str(changed.get("key", attempt_id))
    content = sealed_to(here.seal_key, HolderContent(receipt_code=code, pin=pin), AskHolder, key)
    return AskHolder(attempt_id=attempt_id, content=content)


async def olena(here: Intake) -> UUID:
    return only(await here.hear(enquiry(here, code=CODE), actor=None), intake.PersonRegistered).person_id


async def test_code_and_pin_say_who_she_is_and_leave_a_trace_without_content(here: Intake) -> None:
    person_id = await olena(here)
    answer = await here.ask(asked(here), actor=None)
    assert (answer.known, answer.person_ids, answer.language) == (True, (person_id,), "uk")
    assert here.rows("SELECT action, object_id, purpose FROM access_log WHERE purpose = 'own_page'") == [
        ("read", str(person_id), "own_page")
    ]


async def test_an_unknown_code_a_wrong_pin_none_at_all_and_a_lock_look_the_same(here: Intake) -> None:
    await olena(here)
    await here.hear(enquiry(here, code=OTHER_CODE, pin=None), actor=None)
    nobody = await here.ask(asked(here, pin="000000"), actor=None)
    assert nobody.model_dump() == {"known": False, "person_ids": (), "language": None}
    for question in (asked(here, code="A" * 26), asked(here, code=OTHER_CODE)):
        assert await here.ask(question, actor=None) == nobody
    for number in range(6):
        assert await here.ask(asked(here, pin=f"{number:06}"), actor=None) == nobody
    assert await here.ask(asked(here), actor=None) == nobody, "it is locked, and nobody learns that it was right"
    assert here.rows("SELECT count(*) FROM access_log WHERE purpose = 'own_page'") == [(0,)]


async def test_the_right_pin_after_a_few_wrong_ones_is_taken(here: Intake) -> None:
    person_id = await olena(here)
    for number in range(4):
        await here.ask(asked(here, pin=f"{number:06}"), actor=None)
    assert (await here.ask(asked(here), actor=None)).person_ids == (person_id,)
    assert here.rows("SELECT count(*) FROM pin_guess") == [(0,)]


async def test_a_question_that_was_sealed_for_another_try_is_refused(here: Intake) -> None:
    await olena(here)
    with pytest.raises(Refused, match="cannot_open"):
        await here.ask(asked(here, key=uuid4()), actor=None)


async def test_an_erased_person_holds_nothing(here: Intake) -> None:
    person_id = await olena(here)
    here.execute(f"UPDATE person SET frozen = true WHERE person_id = '{person_id}'")
    assert not (await here.ask(asked(here), actor=None)).known


async def test_all_records_that_are_hers_come_along(here: Intake) -> None:
    person_id, other = await olena(here), await person(here)
    await here.hear(
        intake.MergePersons(merge_id=uuid4(), person_id=other, kept_id=person_id, reason="same_person"), actor="co-1"
    )
    answer = await here.ask(asked(here), actor=None)
    assert (answer.person_ids[0], set(answer.person_ids)) == (person_id, {person_id, other})


def test_only_referral_may_ask_who_she_is_and_take_back_in_her_name() -> None:
    assert [user for user, questions in QUESTIONS_ASKED.items() if AskHolder in questions] == ["referral"]
    assert [user for user, orders in ORDERS_GIVEN.items() if intake.WithdrawProvedConsent in orders] == ["referral"]


async def test_a_consent_that_she_takes_back_on_her_page_ends_once_in_her_name(here: Intake) -> None:
    person_id = await olena(here)
    given = consent(person_id)
    await here.hear(given)
    order = intake.WithdrawProvedConsent(person_id=person_id, consent_id=given.consent_id)
    assert kinds(await here.hear(order, actor=None)) == ["evt intake.consent-withdrawn"]
    assert await here.hear(order, actor=None) == []
    assert here.rows("SELECT withdrawn_by FROM consent_withdrawal") == [("person",)]


async def test_somebody_elses_consent_is_as_unknown_as_none(here: Intake) -> None:
    person_id, theirs = await olena(here), consent(await person(here))
    await here.hear(theirs)
    for consent_id in (theirs.consent_id, uuid4()):
        with pytest.raises(Refused, match="unknown_consent"):
            await here.hear(intake.WithdrawProvedConsent(person_id=person_id, consent_id=consent_id), actor=None)
    assert here.rows("SELECT count(*) FROM consent_withdrawal") == [(0,)]


async def test_whoever_writes_of_danger_has_an_unsafe_contact_and_others_hear_it(here: Intake) -> None:
    said = await here.hear(enquiry(here, flags=("danger",)), actor=None)
    fact = only(said, intake.ContactSafetyChanged)
    assert (fact.safe, fact.version) == (False, only(said, notify.ChangeContact).version)
    assert "intake.contact-safety-changed" not in str(kinds(await here.hear(enquiry(here), actor=None)))


async def test_a_new_contact_written_down_with_her_is_safe_again_and_said(here: Intake) -> None:
    said = await here.hear(enquiry(here, flags=("danger",)), actor=None)
    person_id = only(said, intake.PersonRegistered).person_id
    contact = intake.ContactPoint(kind="email", value="new@example.org")
    order = registration(here, person_id, intake.PersonFields(contact=contact))
    fact = only(await here.hear(order), intake.ContactSafetyChanged)
    assert (fact.safe, fact.version > 1) == (True, True)
