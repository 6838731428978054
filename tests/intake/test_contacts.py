"""A consultation is counted once, corrected by a later one, and the first of them begins advice."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from lotse_chassis.faults import Refused
from lotse_contracts import intake
from lotse_contracts.intake import RecordQuickContact
from tests.intake import casework
from tests.intake.casework import CHIEF, COLLEAGUE, OWNER, contact, content, given, opened
from tests.intake.given import Intake, enquiry, kinds, known_person, only

COUNTED = "SELECT contact_id FROM contact WHERE superseded_by IS NULL AND NOT void"


def counted(here: Intake) -> set[UUID]:
    return {row[0] for row in here.rows(COUNTED)}


async def assigned(here: Intake, *codes: str) -> list[intake.ConcernRaised]:
    """Concerns that somebody carries."""
    await given(here, intake.EnrolStaff(actor=OWNER, languages=("uk",)), CHIEF)
    said = await here.hear(enquiry(here, codes=codes), actor=None)
    raised = [fact for fact in said if isinstance(fact, intake.ConcernRaised)]
    for one in raised:
        await given(here, intake.ActOnConcern(concern_id=one.concern_id, action="claim"))
    return raised


def states(here: Intake) -> dict[str, str]:
    return dict(here.rows("SELECT code, state FROM concern"))


async def test_a_contact_keeps_all_that_is_counted(here: Intake) -> None:
    case = await opened(here)
    order = contact(
        here, case_id=case.case_id, interpreter=True, participants=3, codes=("housing", "work"), channel="group"
    )
    assert kinds(await given(here, order)) == ["evt intake.contact-recorded"]
    assert await given(here, order) == []
    (shown,) = (await content(here, case)).contacts
    assert (shown.person_id, shown.participants, shown.interpreter) == (case.person_id, 3, True)
    assert (shown.codes, shown.minutes, shown.channel) == (("housing", "work"), 30, "group")
    assert OWNER not in shown.model_dump_json()


async def test_the_first_contact_moves_what_is_assigned_into_advice(here: Intake) -> None:
    raised = await assigned(here, "housing", "work")
    said = await given(here, contact(here, person_id=raised[0].person_id))
    moved = [fact for fact in said if isinstance(fact, intake.ConcernMoved)]
    assert {(fact.from_state, fact.state, fact.action) for fact in moved} == {("assigned", "in_advice", "begin")}
    assert states(here) == {"housing": "in_advice", "work": "in_advice"}
    assert kinds(await given(here, contact(here, person_id=raised[0].person_id))) == ["evt intake.contact-recorded"]


async def test_a_contact_about_one_concern_leaves_the_others_alone(here: Intake) -> None:
    for by_code in (True, False):
        raised = await assigned(here, "housing", "work")
        case = {"person_id": raised[0].person_id}
        (work,) = [one for one in raised if one.code == "work"]
        about: dict[str, Any] = {"codes": ("work",)} if by_code else {"concern_id": work.concern_id}
        await given(here, contact(here, **case, **about))
        found = here.rows(f"SELECT code, state FROM concern WHERE case_id = '{work.case_id}' ORDER BY code")
        assert found == [("housing", "assigned"), ("work", "in_advice")]


async def test_a_contact_before_anybody_carries_it_moves_nothing(here: Intake) -> None:
    case = await opened(here)
    assert kinds(await given(here, contact(here, person_id=case.person_id))) == ["evt intake.contact-recorded"]
    assert states(here) == {"housing": "received"}


async def test_the_person_of_a_contact_is_that_of_its_case(here: Intake) -> None:
    case, other = await opened(here), await known_person(here)
    with pytest.raises(Refused, match="unknown_case"):
        await given(here, contact(here, case_id=case.case_id, person_id=other))
    with pytest.raises(Refused, match="unknown_concern"):
        await given(here, contact(here, concern_id=case.concern_id, person_id=other))
    with pytest.raises(Refused, match="unknown_concern"):
        await given(here, contact(here, concern_id=uuid4()))
    with pytest.raises(Refused, match="contact_in_future"):
        await given(here, contact(here, at=here.now + timedelta(hours=1)))
    assert here.counts()["contact"] == 0


# Quick ones and groups


def quick(here: Intake, **changed: Any) -> RecordQuickContact:
    fields: dict[str, Any] = {"contact_id": uuid4(), "minutes": 5, "channel": "phone", "language": "ru"}
    return RecordQuickContact(**{**fields, "code": "orientation", **changed})


async def test_a_quick_contact_is_exactly_five_fields_and_nobodys(here: Intake) -> None:
    assert set(RecordQuickContact.model_fields) == {"contact_id", "minutes", "channel", "language", "code"}
    assert all(field.is_required() for field in RecordQuickContact.model_fields.values())
    with pytest.raises(ValidationError):
        quick(here, person_id=uuid4())
    order = quick(here)
    assert only(await given(here, order), intake.ContactRecorded).depth == "information"
    assert await given(here, order) == []
    assert here.rows("SELECT person_id, case_id, codes, minutes, at FROM contact") == [
        (None, None, ["orientation"], 5, here.now)
    ]


async def test_a_group_is_heads_and_nobodys_name(here: Intake) -> None:
    order = intake.RecordGroupContact(
        contact_id=uuid4(), offer="german_practice", head_count=14, language="uk", minutes=90
    )
    assert kinds(await given(here, order)) == ["evt intake.group-contact-recorded"]
    assert await given(here, order) == []
    wrong = order.model_copy(update={"contact_id": uuid4(), "corrects": order.contact_id, "head_count": 41})
    assert only(await given(here, wrong), intake.GroupContactRecorded).corrects == order.contact_id
    found = here.rows("SELECT head_count FROM group_contact WHERE superseded_by IS NULL AND NOT void")
    assert found == [(41,)]
    void = wrong.model_copy(update={"contact_id": uuid4(), "corrects": wrong.contact_id, "void": True})
    await given(here, void, CHIEF)
    assert here.rows("SELECT count(*) FROM group_contact WHERE superseded_by IS NULL AND NOT void") == [(0,)]
    with pytest.raises(Refused, match="nothing_to_correct"):
        await given(here, order.model_copy(update={"contact_id": uuid4(), "void": True}))


# Corrections


def correction(here: Intake, corrects: UUID, **changed: Any) -> intake.CorrectContact:
    fields: dict[str, Any] = contact(here).model_dump()
    return intake.CorrectContact(**{**fields, "contact_id": uuid4(), "corrects": corrects, **changed})


async def test_a_correction_counts_in_the_place_of_what_was_wrong_which_stays_as_it_was(here: Intake) -> None:
    first = contact(here, minutes=500)
    await given(here, first)
    before = here.rows(f"SELECT at, minutes, channel, codes FROM contact WHERE contact_id = '{first.contact_id}'")
    order = correction(here, first.contact_id, minutes=50)
    assert only(await given(here, order), intake.ContactCorrected).corrects == first.contact_id
    assert await given(here, order) == []
    assert counted(here) == {order.contact_id}
    again = correction(here, order.contact_id, minutes=55)
    await given(here, again)
    assert counted(here) == {again.contact_id}
    assert before == here.rows(
        f"SELECT at, minutes, channel, codes FROM contact WHERE contact_id = '{first.contact_id}'"
    )


async def test_what_never_was_is_voided_and_what_is_superseded_is_not_corrected_again(here: Intake) -> None:
    first = contact(here)
    await given(here, first)
    void = correction(here, first.contact_id, void=True)
    await given(here, void)
    assert counted(here) == set()
    with pytest.raises(Refused, match="contact_superseded"):
        await given(here, correction(here, first.contact_id))
    with pytest.raises(Refused, match="unknown_contact"):
        await given(here, correction(here, uuid4()))
    with pytest.raises(Refused, match="unknown_contact"):
        await given(here, correction(here, void.contact_id, contact_id=void.contact_id))


async def test_who_recorded_it_corrects_it_or_a_coordinator(here: Intake) -> None:
    first = contact(here)
    await given(here, first)
    with pytest.raises(Refused, match="contact_not_yours"):
        await given(here, correction(here, first.contact_id), COLLEAGUE)
    assert await given(here, correction(here, first.contact_id), CHIEF)


async def test_of_two_corrections_at_once_one_counts(here: Intake) -> None:
    for _ in range(10):
        first = contact(here)
        await given(here, first)
        found = await asyncio.gather(
            given(here, correction(here, first.contact_id, minutes=10)),
            given(here, correction(here, first.contact_id, minutes=20)),
            return_exceptions=True,
        )
        assert [fault.code for fault in found if isinstance(fault, Refused)] == ["contact_superseded"]
    assert len(counted(here)) == 10


async def test_a_wrong_person_is_corrected_and_her_erasure_brings_nothing_back(here: Intake) -> None:
    wrong, right = await known_person(here), await known_person(here)
    first = contact(here, person_id=wrong)
    await given(here, first)
    order = correction(here, first.contact_id, person_id=right)
    await given(here, order)
    for goes in (right, wrong):
        await given(here, intake.BeginErasure(person_id=goes), CHIEF)
        await here.hear(intake.ErasePerson(person_id=goes), actor=None)
        assert counted(here) == set()


async def test_the_service_may_not_rewrite_a_contact(here: Intake) -> None:
    import psycopg

    await given(here, contact(here))
    with psycopg.connect(here.database.url, autocommit=True) as connection:
        for column in ("minutes", "at", "codes", "person_id", "void", "recorded_by"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"UPDATE contact SET {column} = {column}".encode())


# A day


async def test_a_day_is_ones_own_and_a_coordinator_sees_the_whole_without_who(here: Intake) -> None:
    mine, theirs = contact(here, minutes=20), contact(here, minutes=40)
    await given(here, mine)
    await given(here, theirs, COLLEAGUE)
    await given(here, contact(here, at=here.now - timedelta(days=1)))
    own = await here.ask(intake.AskContactsOfDay(on="2026-11-25"))
    assert ([one.contact_id for one in own.entries], own.minutes, own.count) == ([mine.contact_id], 20, 1)
    with pytest.raises(Refused, match="role_not_allowed"):
        await here.ask(intake.AskContactsOfDay(on="2026-11-25", mine=False))
    whole = await here.ask(intake.AskContactsOfDay(on="2026-11-25", mine=False), actor=CHIEF)
    assert (whole.count, whole.minutes) == (2, 60)
    for actor in (OWNER, COLLEAGUE):
        assert actor not in whole.model_dump_json()


async def test_a_day_begins_and_ends_in_dresden(here: Intake) -> None:
    late = here.now.replace(hour=23, minute=30) - timedelta(days=1)  # half past midnight of the 25th in Dresden
    await given(here, contact(here, at=late))
    assert (await here.ask(intake.AskContactsOfDay(on="2026-11-25"))).count == 1
    assert (await here.ask(intake.AskContactsOfDay(on="2026-11-24"))).count == 0


async def test_a_corrected_contact_is_shown_as_one(here: Intake) -> None:
    first = contact(here)
    await given(here, first)
    await given(here, correction(here, first.contact_id, minutes=45))
    (shown,) = (await here.ask(intake.AskContactsOfDay(on="2026-11-25"))).entries
    assert (shown.correction, shown.minutes) == (True, 45)


async def test_a_restricted_person_is_not_counted_anew(here: Intake) -> None:
    case = await casework.owned(here)
    order = intake.RestrictPerson(person_id=case.person_id, restricted=True, reason="accuracy_contested")
    await given(here, order, CHIEF)
    with pytest.raises(Refused, match="person_restricted"):
        await given(here, contact(here, person_id=case.person_id))
