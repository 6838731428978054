"""Who carries a case: four eyes where a conflict is marked, and one of two who are at it at once."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from lotse_chassis.faults import Refused
from lotse_contracts import intake
from lotse_contracts.envelope import Message
from tests.intake import casework
from tests.intake.casework import CHIEF, COLLEAGUE, OWNER, SECOND_CHIEF, STRANGER, asked, assign, given, opened, owned
from tests.intake.given import Intake, kinds, only


async def marked(here: Intake, actor: str = COLLEAGUE) -> casework.Case:
    case = await owned(here)
    order = intake.MarkConflict(case_id=case.case_id, actor=actor, reason="relative")
    assert only(await given(here, order), intake.ConflictMarked).marked
    assert await given(here, order) == []
    return case


def approval(here: Intake, case: casework.Case, **changed: Any) -> intake.ApproveAssignment:
    return intake.ApproveAssignment(case_id=case.case_id, version=case.version(here), **changed)


async def test_who_has_a_conflict_is_made_owner_by_two_coordinators_alone(here: Intake) -> None:
    case = await marked(here)
    proposed = only(await assign(here, case, COLLEAGUE, by=CHIEF), intake.AssignmentProposed)
    assert (proposed.owner, proposed.proposed_by) == (COLLEAGUE, CHIEF)
    assert here.rows("SELECT owner FROM case_file") == [(OWNER,)]
    with pytest.raises(Refused, match="second_person_needed"):
        await given(here, approval(here, case), CHIEF)
    assigned = only(await given(here, approval(here, case), SECOND_CHIEF), intake.CaseAssigned)
    assert (assigned.owner, assigned.approved_by) == (COLLEAGUE, SECOND_CHIEF)
    assert (await casework.content(here, case, COLLEAGUE)).concerns


async def test_a_coordinator_with_a_conflict_of_her_own_is_no_second_pair_of_eyes(here: Intake) -> None:
    case = await marked(here)
    await given(here, intake.MarkConflict(case_id=case.case_id, actor=SECOND_CHIEF, reason="acquaintance"))
    await assign(here, case, COLLEAGUE, by=OWNER)
    with pytest.raises(Refused, match="not_your_case"):
        await given(here, approval(here, case), SECOND_CHIEF)
    assert only(await given(here, approval(here, case), CHIEF), intake.CaseAssigned).owner == COLLEAGUE


async def test_a_proposal_that_is_declined_changes_nothing_and_is_gone(here: Intake) -> None:
    case = await marked(here)
    await assign(here, case, COLLEAGUE, by=OWNER)
    said = await given(here, approval(here, case, approved=False), CHIEF)
    assert only(said, intake.AssignmentDeclined).owner == COLLEAGUE
    with pytest.raises(Refused, match="nothing_proposed"):
        await given(here, approval(here, case), SECOND_CHIEF)
    assert here.rows("SELECT owner, proposed_owner FROM case_file") == [(OWNER, None)]


async def test_without_a_marked_conflict_one_person_is_enough(here: Intake) -> None:
    case = await marked(here)
    assert only(await assign(here, case, STRANGER, by=OWNER), intake.CaseAssigned).approved_by is None


async def test_a_mark_is_taken_back_by_who_made_it_or_a_coordinator_and_never_by_whom_it_concerns(
    here: Intake,
) -> None:
    for lifts in (OWNER, SECOND_CHIEF):
        case = await marked(here, CHIEF)
        lift = intake.MarkConflict(case_id=case.case_id, actor=CHIEF, reason="relative", marked=False)
        for by in (CHIEF, STRANGER):
            with pytest.raises(Refused, match="second_person_needed"):
                await given(here, lift, by)
        assert not only(await given(here, lift, lifts), intake.ConflictMarked).marked
        assert await given(here, lift, lifts) == []


async def test_of_others_a_conflict_is_marked_by_who_decides_of_oneself_by_everybody(here: Intake) -> None:
    case = await owned(here)
    mark = intake.MarkConflict(case_id=case.case_id, actor=STRANGER, reason="acquaintance")
    with pytest.raises(Refused, match="not_your_case"):
        await given(here, mark, COLLEAGUE)
    assert only(await given(here, mark, STRANGER), intake.ConflictMarked).actor == STRANGER


async def test_an_owner_with_a_conflict_carries_the_case_no_longer_until_two_agree_on_her(here: Intake) -> None:
    case = await owned(here)
    said = await given(here, intake.MarkConflict(case_id=case.case_id, actor=OWNER, reason="own_affair"))
    assert kinds(said) == ["evt intake.conflict-marked", "evt intake.case-assigned"]
    assert (await asked(here, case))[1] is None
    await assign(here, case, OWNER, by=CHIEF)
    await given(here, approval(here, case), SECOND_CHIEF)
    assert (await casework.content(here, case)).concerns


async def test_who_has_a_conflict_sees_the_outline_alone_coordinators_too(here: Intake) -> None:
    case = await marked(here, CHIEF)
    outline, inside = await asked(here, case, CHIEF)
    assert (inside, outline.owner) == (None, OWNER)
    assert here.rows("SELECT purpose FROM access_log ORDER BY id")[-1] == ("outline",)
    with pytest.raises(Refused, match="not_your_case"):
        await given(here, casework.note(here, case), CHIEF)


# Two at once


async def both(*orders: Any) -> tuple[list[Sequence[Message]], list[Refused]]:
    """What two orders at the same time say, and how they are refused."""
    found = await asyncio.gather(*orders, return_exceptions=True)
    for one in found:
        assert not isinstance(one, BaseException) or isinstance(one, Refused), one
    done = [one for one in found if not isinstance(one, BaseException)]
    return done, [one for one in found if isinstance(one, Refused)]


async def test_two_counsellors_who_claim_a_case_at_once_do_not_both_own_it(here: Intake) -> None:
    for _ in range(10):
        case = await opened(here)
        seen = case.version(here)
        claims = [assign(here, case, actor, by=actor, version=seen) for actor in (OWNER, COLLEAGUE)]
        done, refused = await both(*claims)
        assert (len(done), len(refused)) == (1, 1)
        assert refused[0].code in {"case_changed", "not_your_case"}
        owner = here.rows(f"SELECT owner, version FROM case_file WHERE case_id = '{case.case_id}'")
        assert owner == [(only(done[0], intake.CaseAssigned).owner, 2)]


async def test_two_who_close_a_case_at_once_for_other_reasons_close_it_once(here: Intake) -> None:
    for _ in range(10):
        case = await owned(here)
        casework.concern_is(here, case, "resolved")
        orders = [casework.close(here, case, reason=reason) for reason in ("need_met", "partly_met")]
        done, refused = await both(*(given(here, order, by) for order, by in zip(orders, (OWNER, CHIEF), strict=True)))
        assert (len(done), len(refused)) == (1, 1)
        events = here.rows(f"SELECT count(*) FROM case_event WHERE case_id = '{case.case_id}' AND event = 'closed'")
        assert events == [(1,)]


async def test_closing_while_another_assigns_ends_in_one_of_the_two(here: Intake) -> None:
    for _ in range(10):
        case = await owned(here)
        casework.concern_is(here, case, "resolved")
        seen = case.version(here)
        shut = casework.close(here, case)
        done, refused = await both(given(here, shut, OWNER), assign(here, case, COLLEAGUE, by=CHIEF, version=seen))
        assert (len(done), len(refused)) == (1, 1)
        assert refused[0].code in {"case_changed", "case_closed", "not_your_case"}


async def test_a_task_that_is_added_while_its_case_is_closed_never_stays_open(here: Intake) -> None:
    for _ in range(10):
        case = await owned(here)
        casework.concern_is(here, case, "resolved")
        await both(given(here, casework.close(here, case)), given(here, casework.task(here, case)))
        state = here.rows(
            f"SELECT closed_at IS NULL, (SELECT count(*) FROM task WHERE case_id = c.case_id AND result IS NULL),"
            f" (SELECT count(*) FROM timer WHERE kind = 'task') FROM case_file c WHERE case_id = '{case.case_id}'"
        )
        assert state == [(False, 0, 0)]


async def test_what_a_retired_colleague_carried_is_carried_on(here: Intake) -> None:
    for actor in (OWNER, COLLEAGUE):
        await given(here, intake.EnrolStaff(actor=actor, languages=("uk",)), CHIEF)
    plain, conflicted = await owned(here), await owned(here)
    await given(here, intake.MarkConflict(case_id=conflicted.case_id, actor=COLLEAGUE, reason="relative"))
    for case in (plain, conflicted):
        await given(here, casework.task(here, case))
    said = await given(here, intake.RetireStaff(actor=OWNER, successor=COLLEAGUE), CHIEF)
    owners = {fact.case_id: fact.owner for fact in said if isinstance(fact, intake.CaseAssigned)}
    assert owners == {plain.case_id: COLLEAGUE, conflicted.case_id: None}
    assignees = {fact.case_id: fact.assignee for fact in said if isinstance(fact, intake.TaskSet)}
    assert assignees == {plain.case_id: COLLEAGUE, conflicted.case_id: CHIEF}


async def test_without_a_successor_cases_wait_for_somebody(here: Intake) -> None:
    await given(here, intake.EnrolStaff(actor=OWNER, languages=("uk",)), CHIEF)
    case = await owned(here)
    await given(here, intake.RetireStaff(actor=OWNER), CHIEF)
    waiting = await here.ask(intake.AskCases(which="waiting"), actor=CHIEF)
    assert [entry.case_id for entry in waiting.entries] == [case.case_id]


async def test_who_stands_in_for_an_owner_decides_while_she_is_away_and_reads_no_note_of_hers(here: Intake) -> None:
    for actor, team in ((OWNER, "north"), (COLLEAGUE, "south")):
        await given(here, intake.EnrolStaff(actor=actor, teams=(team,)), CHIEF)
    case = await owned(here, team="north")
    await given(here, casework.note(here, case, visibility="self"))
    assert (await asked(here, case, COLLEAGUE))[1] is None
    away = intake.SetAbsence(actor=OWNER, absent_from="2026-11-25", absent_to="2026-11-27", substitute=COLLEAGUE)
    await given(here, away)
    assert (await casework.content(here, case, COLLEAGUE)).notes == ()
    order = intake.EnterPhase(case_id=case.case_id, version=case.version(here), phase="assessment")
    assert only(await given(here, order, COLLEAGUE), intake.CasePhaseChanged).phase == "assessment"
    mine = await here.ask(intake.AskCases(which="mine"), actor=COLLEAGUE)
    assert [entry.case_id for entry in mine.entries] == [case.case_id]
    here.now += timedelta(days=5)
    assert (await asked(here, case, COLLEAGUE))[1] is None
