"""Somebody asks for help: what becomes of it, once, and unreadable to whoever has only the database."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from lotse_chassis.faults import Malformed, Refused
from lotse_contracts import intake, notify
from lotse_contracts.envelope import Message
from lotse_contracts.intake import ContactPoint, EnquiryContent, SubmitEnquiry
from tests.intake.given import CANARIES, MAIL, NAME, Intake, contact_in, enquiry, kinds, only, sealed_to


async def test_an_enquiry_becomes_a_person_a_case_and_her_concerns(here: Intake) -> None:
    said = await here.hear(enquiry(here, codes=("housing", "benefits")), actor=None)
    assert kinds(said) == [
        "evt intake.enquiry-received",
        "evt intake.person-registered",
        "evt intake.case-opened",
        "evt intake.concern-raised",
        "evt intake.concern-raised",
        "cmd notify.change-contact",
        "cmd notify.tell",
    ]
    raised = [fact for fact in said if isinstance(fact, intake.ConcernRaised)]
    assert [fact.code for fact in raised] == ["housing", "benefits"]
    assert {fact.person_id for fact in raised} == {only(said, intake.PersonRegistered).person_id}
    change = only(said, notify.ChangeContact)
    assert (contact_in(here, change).contact.value, contact_in(here, change).name) == (MAIL, NAME)
    assert change.consented
    assert change.safe
    assert only(said, notify.Tell).template == "receipt"


async def test_a_repeated_submission_under_another_envelope_changes_nothing(here: Intake) -> None:
    order = enquiry(here)
    await here.hear(order, actor=None)
    before = here.counts()
    for _ in range(10):
        assert await here.hear(order, actor=None) == []
    assert here.counts() == before


async def test_another_enquiry_with_a_known_receipt_code_changes_nothing(here: Intake) -> None:
    order = enquiry(here)
    await here.hear(order, actor=None)
    twin = enquiry(here).model_copy(update={"receipt_sha256": order.receipt_sha256})
    assert await here.hear(twin, actor=None) == []


async def test_the_same_enquiry_at_the_same_time_takes_effect_once(here: Intake) -> None:
    order = enquiry(here)
    found = await asyncio.gather(*(here.hear(order, actor=None) for _ in range(4)), return_exceptions=True)
    said = [one for one in found if isinstance(one, list) and one]
    assert len(said) == 1
    assert here.counts()["enquiry"] == here.counts()["person"] == 1


async def test_an_unknown_code_is_taken_as_orientation_and_marked(here: Intake) -> None:
    said = await here.hear(enquiry(here, codes=("astrology", "housing")), actor=None)
    raised = {(fact.code, fact.unknown_code) for fact in said if isinstance(fact, intake.ConcernRaised)}
    assert raised == {("housing", False), ("orientation", True)}


async def test_no_code_is_orientation(here: Intake) -> None:
    raised = only(await here.hear(enquiry(here, codes=()), actor=None), intake.ConcernRaised)
    assert (raised.code, raised.unknown_code) == ("orientation", False)


async def test_nothing_is_pushed_to_a_contact_given_with_a_flag_of_violence(here: Intake) -> None:
    for flag in ("danger", "violence", "child_protection"):
        said = await here.hear(enquiry(here, flags=(flag,)), actor=None)
        assert not only(said, notify.ChangeContact).safe
        assert "cmd notify.tell" not in kinds(said)
        assert only(said, intake.EnquiryReceived).urgency == "emergency"


async def test_without_consent_nothing_is_told(here: Intake) -> None:
    said = await here.hear(enquiry(here, consent_to_contact=False), actor=None)
    assert not only(said, notify.ChangeContact).consented
    assert "cmd notify.tell" not in kinds(said)
    assert here.counts()["consent"] == 0


async def test_without_a_contact_nothing_is_told(here: Intake) -> None:
    said = await here.hear(enquiry(here, contact=ContactPoint(kind="none")), actor=None)
    assert "cmd notify.tell" not in kinds(said)


async def test_an_emergency_at_night_is_due_an_hour_after_opening(here: Intake) -> None:
    here.now = datetime(2026, 11, 27, 22, 0, tzinfo=UTC)  # a Friday
    raised = only(await here.hear(enquiry(here, flags=("homeless_tonight",)), actor=None), intake.ConcernRaised)
    assert raised.due_at == datetime(2026, 11, 30, 9, 0, tzinfo=UTC)  # Monday, 10 o'clock in Dresden


async def test_a_normal_enquiry_is_due_two_working_days_later(here: Intake) -> None:
    here.now = datetime(2026, 11, 26, 14, 0, tzinfo=UTC)  # a Thursday
    raised = only(await here.hear(enquiry(here), actor=None), intake.ConcernRaised)
    assert abs((raised.due_at - datetime(2026, 11, 30, 14, 0, tzinfo=UTC)).total_seconds()) < 1


async def test_nothing_she_said_stands_in_the_database(here: Intake) -> None:
    await here.hear(enquiry(here, letter=intake.Letter(sender="jobcenter", dated="2026-11-02")), actor=None)
    whole = here.whole_database()
    assert not [canary for canary in CANARIES if canary.encode() in whole]
    assert b"jobcenter" not in whole


async def test_content_sealed_for_another_enquiry_is_refused(here: Intake) -> None:
    order = enquiry(here).model_copy(update={"enquiry_id": uuid4()})
    with pytest.raises(Refused, match="cannot_open"):
        await here.hear(order, actor=None)
    assert here.counts()["person"] == 0


async def test_malformed_content_is_refused_by_field_without_its_value(here: Intake) -> None:
    order = enquiry(here)
    wrong = EnquiryContent.model_construct(text="x", name=NAME, pin="not a pin " + MAIL)
    content = sealed_to(here.seal_key, wrong, SubmitEnquiry, str(order.enquiry_id))
    with pytest.raises(Malformed) as fault:
        await here.hear(order.model_copy(update={"content": content}), actor=None)
    assert fault.value.fields == ("pin",)
    assert MAIL not in repr(fault.value)


async def test_her_own_language_is_spoken_first_and_others_get_english_and_german(here: Intake) -> None:
    async def languages(said: Sequence[Message]) -> tuple[str, ...]:
        return only(said, notify.ChangeContact).languages

    assert await languages(await here.hear(enquiry(here, language="ru-UA"), actor=None)) == ("ru",)
    assert await languages(await here.hear(enquiry(here, language="fa"), actor=None)) == ("en", "de")


async def test_every_arrival_is_in_the_access_log(here: Intake) -> None:
    order = enquiry(here)
    await here.hear(order, actor=None)
    logged = here.rows("SELECT actor, action, object_kind, object_id FROM access_log")
    assert logged == [("web", "write", "enquiry", str(order.enquiry_id))]


async def test_a_death_before_the_commit_of_an_enquiry_is_made_good_by_the_next_delivery(here: Intake) -> None:
    order = enquiry(here)
    for _ in range(3):
        await here.lose(order)
    assert here.counts()["person"] == 0
    assert len(await here.hear(order, actor=None)) == 6
    assert here.counts()["person"] == 1
