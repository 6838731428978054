"""A case has one owner at a time, goes from phase to phase, and is closed only when nothing in it waits."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy.dialects import postgresql

from lotse_chassis.faults import Refused
from lotse_contracts import intake
from lotse_contracts.intake import ConcernRaised
from lotse_intake.domain.cursors import Place
from lotse_intake.domain.sight import Viewer
from lotse_intake.store.cases import page_query
from tests.intake import casework
from tests.intake.casework import CHIEF, COLLEAGUE, OWNER, STRANGER, asked, assign, given, opened, owned
from tests.intake.given import Intake, enquiry, kinds, only


async def test_an_enquiry_opens_a_case_that_waits_for_somebody(here: Intake) -> None:
    case = await opened(here)
    outline, _ = await asked(here, case)
    assert (outline.phase, outline.owner, outline.phases) == ("intake", None, ("assessment", "closed"))
    waiting = await here.ask(intake.AskCases(which="waiting"))
    assert [entry.case_id for entry in waiting.entries] == [case.case_id]
    assert (waiting.entries[0].concerns_open, waiting.entries[0].tasks_open) == (1, 0)


async def test_staff_open_a_further_case_once(here: Intake) -> None:
    case = await opened(here)
    order = intake.OpenCase(case_id=uuid4(), person_id=case.person_id)
    assert kinds(await given(here, order)) == ["evt intake.case-opened"]
    assert await given(here, order) == []
    mine = await here.ask(intake.AskCases(which="mine"))
    assert [entry.case_id for entry in mine.entries] == [order.case_id]
    other = await opened(here)
    with pytest.raises(Refused, match="id_taken"):
        await given(here, intake.OpenCase(case_id=order.case_id, person_id=other.person_id))


async def test_a_counsellor_claims_a_case_and_hands_it_on_but_assigns_nobody_else(here: Intake) -> None:
    case = await opened(here)
    with pytest.raises(Refused, match="role_not_allowed"):
        await assign(here, case, COLLEAGUE, by=OWNER)
    assert only(await assign(here, case, OWNER, by=OWNER), intake.CaseAssigned).owner == OWNER
    assert await assign(here, case, OWNER, by=OWNER) == []
    with pytest.raises(Refused, match="not_your_case"):
        await assign(here, case, STRANGER, by=STRANGER)
    assert only(await assign(here, case, COLLEAGUE, by=OWNER), intake.CaseAssigned).owner == COLLEAGUE
    with pytest.raises(Refused, match="not_your_case"):
        await assign(here, case, OWNER, by=OWNER)
    assert only(await assign(here, case, OWNER, by=CHIEF), intake.CaseAssigned).owner == OWNER


async def test_only_who_works_here_is_given_a_case_once_the_house_has_a_list_of_its_staff(here: Intake) -> None:
    case = await opened(here)
    await given(here, intake.EnrolStaff(actor=OWNER, languages=("uk",), teams=("north",)), CHIEF)
    with pytest.raises(Refused, match="unknown_staff"):
        await assign(here, case, "c-99", by=CHIEF)
    await assign(here, case, OWNER, by=CHIEF, team="north")
    listed = await here.ask(intake.AskCases(which="team"))
    assert [entry.case_id for entry in listed.entries] == [case.case_id]


async def test_an_older_version_is_refused_and_changes_nothing(here: Intake) -> None:
    case = await owned(here)
    seen = case.version(here)
    await given(here, intake.EnterPhase(case_id=case.case_id, version=seen, phase="assessment"))
    before = here.counts()
    orders: tuple[Any, ...] = (
        intake.EnterPhase(case_id=case.case_id, version=seen, phase="planning"),
        intake.CloseCase(case_id=case.case_id, version=seen, reason="need_met", exception="died"),
        intake.AssignCase(case_id=case.case_id, version=seen, owner=COLLEAGUE),
    )
    for order in orders:
        with pytest.raises(Refused, match="case_changed"):
            await given(here, order)
    assert here.counts() == before


async def test_a_case_goes_through_its_phases_and_back_for_a_new_assessment(here: Intake) -> None:
    case = await owned(here)
    for phase in ("assessment", "planning", "steering", "evaluation", "assessment"):
        order = intake.EnterPhase(case_id=case.case_id, version=case.version(here), phase=phase)
        assert only(await given(here, order), intake.CasePhaseChanged).phase == phase
        assert await given(here, order) == []
    order = intake.EnterPhase(case_id=case.case_id, version=case.version(here), phase="evaluation")
    with pytest.raises(Refused, match="phase_not_next") as refused:
        await given(here, order)
    assert refused.value.allowed == "planning, closed"


async def test_a_case_with_an_open_concern_is_closed_only_with_a_named_exception(here: Intake) -> None:
    case = await owned(here)
    with pytest.raises(Refused, match="concerns_open"):
        await given(here, casework.close(here, case))
    order = casework.close(here, case, reason="moved_away", exception="moved_away")
    closed = only(await given(here, order), intake.CaseClosed)
    assert (closed.concerns_open, closed.exception, closed.reason) == (1, "moved_away", "moved_away")
    assert await given(here, order) == []
    assert here.rows("SELECT state FROM concern") == [("received",)], "it still waits in the inbox, and nobody is lost"


@pytest.mark.parametrize(
    "state", ["answered", "resolved", "handed_over", "spam", "duplicate", "withdrawn", "unreachable", "no_show"]
)
async def test_a_case_whose_concerns_have_ended_is_closed_and_needs_no_exception(here: Intake, state: str) -> None:
    case = await owned(here)
    casework.concern_is(here, case, state)
    closed = only(await given(here, casework.close(here, case, exception="died")), intake.CaseClosed)
    assert (closed.concerns_open, closed.exception) == (0, None)
    assert here.rows("SELECT phase, closure_reason, closure_exception FROM case_file") == [("closed", "need_met", None)]


@pytest.mark.parametrize(
    "state", ["received", "screened", "accepted", "assigned", "in_advice", "waiting_for_client", "referred"]
)
async def test_every_concern_that_waits_keeps_a_case_open(here: Intake, state: str) -> None:
    case = await owned(here)
    casework.concern_is(here, case, state)
    with pytest.raises(Refused, match="concerns_open"):
        await given(here, casework.close(here, case))


async def test_closing_drops_what_is_open_and_nobody_is_reminded_any_more(here: Intake) -> None:
    case = await owned(here)
    set_goal, add_task = casework.goal(here, case), casework.task(here, case)
    await given(here, set_goal)
    await given(here, add_task)
    casework.concern_is(here, case, "resolved")
    said = await given(here, casework.close(here, case))
    assert kinds(said) == ["evt intake.goal-ended", "evt intake.task-ended", "evt intake.case-closed"]
    assert only(said, intake.TaskEnded).reason == "case_closed"
    assert here.rows("SELECT count(*) FROM timer WHERE kind = 'task'") == [(0,)]
    for order in (casework.goal(here, case), casework.task(here, case), casework.note(here, case)):
        with pytest.raises(Refused, match="case_closed"):
            await given(here, order)


async def test_a_closed_case_is_reopened_within_ninety_days_and_not_later(here: Intake) -> None:
    case = await owned(here)
    casework.concern_is(here, case, "resolved")
    await given(here, casework.close(here, case))
    here.now += timedelta(days=90, minutes=1)
    order = intake.ReopenCase(case_id=case.case_id, version=case.version(here), reason="new_need")
    with pytest.raises(Refused, match="reopening_too_late"):
        await given(here, order)
    here.now -= timedelta(days=1)
    reopened = only(await given(here, order), intake.CaseReopened)
    assert (reopened.phase, reopened.reason) == ("assessment", "new_need")
    assert await given(here, order) == []
    outline, _ = await asked(here, case)
    assert (outline.closed_at, outline.closure_reason, outline.owner) == (None, None, OWNER)


async def test_what_happened_to_a_case_is_kept_in_order(here: Intake) -> None:
    case = await owned(here)
    casework.concern_is(here, case, "resolved")
    await given(here, casework.close(here, case))
    found = here.rows("SELECT by, event, code, actor FROM case_event ORDER BY event_id")
    assert found == [(CHIEF, "assigned", None, OWNER), (OWNER, "closed", "need_met", None)]


async def test_pages_of_cases_show_each_once(here: Intake) -> None:
    wanted = [(await owned(here)).case_id for _ in range(7)]
    here.now += timedelta(minutes=1)
    seen, cursor = [], None
    for _ in range(4):
        page = await here.ask(intake.AskCases(which="mine", size=2, cursor=cursor))
        seen += [entry.case_id for entry in page.entries]
        cursor = page.cursor
    assert (sorted(seen), cursor) == (sorted(wanted), None)
    with pytest.raises(Refused, match="bad_cursor"):
        await here.ask(intake.AskCases(cursor="nonsense"))


async def test_a_list_shows_open_cases_only_with_their_nearest_task(here: Intake) -> None:
    case, closed = await owned(here), await owned(here)
    for due in ("2026-12-09", "2026-12-02"):
        await given(here, casework.task(here, case, due=due))
    await given(here, casework.close(here, closed, reason="died", exception="died"))
    for which in ("mine", "open"):
        (entry,) = (await here.ask(intake.AskCases(which=which))).entries
        assert (entry.case_id, entry.tasks_open, entry.next_task_due) == (case.case_id, 2, "2026-12-02")
    assert (await here.ask(intake.AskCases(which="mine"), actor=STRANGER)).entries == ()


async def test_an_erased_persons_case_is_refused_and_nothing_of_it_is_left(here: Intake) -> None:
    case = await owned(here)
    for order in (casework.goal(here, case), casework.task(here, case), casework.note(here, case)):
        await given(here, order)
    await given(here, intake.MarkConflict(case_id=case.case_id, actor=STRANGER, reason="her_wish"))
    await given(here, casework.contact(here, person_id=case.person_id, concern_id=case.concern_id))
    await given(here, intake.BeginErasure(person_id=case.person_id), CHIEF)
    late: tuple[Any, ...] = (casework.note(here, case), casework.close(here, case))
    for refused in late:
        with pytest.raises(Refused, match="person_erased"):
            await given(here, refused)
    await here.hear(intake.ErasePerson(person_id=case.person_id), actor=None)
    counts = here.counts()
    tables = ("case_file", "case_event", "case_conflict", "goal", "task", "note", "contact", "concern", "timer")
    assert {name: counts[name] for name in tables if name != "timer"} == dict.fromkeys(tables[:-1], 0)
    assert here.rows("SELECT count(*) FROM timer WHERE kind = 'task'") == [(0,)]


async def test_a_restricted_persons_case_is_read_and_not_written(here: Intake) -> None:
    case = await owned(here)
    order = intake.RestrictPerson(person_id=case.person_id, restricted=True, reason="accuracy_contested")
    await given(here, order, CHIEF)
    assert (await casework.content(here, case)).concerns
    orders: tuple[Any, ...] = (casework.note(here, case), casework.goal(here, case), casework.task(here, case))
    for refused in (*orders, casework.close(here, case, exception="died")):
        with pytest.raises(Refused, match="person_restricted"):
            await given(here, refused)


async def test_a_case_of_several_concerns_is_closed_when_the_last_of_them_has_ended(here: Intake) -> None:
    said = await here.hear(enquiry(here, codes=("housing", "work")), actor=None)
    first, second = [fact for fact in said if isinstance(fact, ConcernRaised)]
    case = casework.Case(first.case_id, first.person_id, first.concern_id, first.enquiry_id)
    await assign(here, case, OWNER, by=CHIEF)
    casework.concern_is(here, case, "resolved")
    with pytest.raises(Refused, match="concerns_open"):
        await given(here, casework.close(here, case))
    casework.concern_is(here, casework.Case(case.case_id, case.person_id, second.concern_id, first.enquiry_id), "spam")
    assert kinds(await given(here, casework.close(here, case))) == ["evt intake.case-closed"]


async def test_whoever_takes_a_concern_on_carries_a_case_that_nobody_owned(here: Intake) -> None:
    for actor in (OWNER, COLLEAGUE):
        await given(here, intake.EnrolStaff(actor=actor, languages=("uk",)), CHIEF)
    free, taken = await opened(here), await owned(here, owner=COLLEAGUE)
    said = await given(here, intake.ActOnConcern(concern_id=free.concern_id, action="claim"))
    assert only(said, intake.CaseAssigned).owner == OWNER
    said = await given(here, intake.ActOnConcern(concern_id=taken.concern_id, action="claim"))
    assert "evt intake.case-assigned" not in kinds(said)
    assert here.rows(f"SELECT owner FROM case_file WHERE case_id = '{taken.case_id}'") == [(COLLEAGUE,)]


async def test_a_concern_that_is_reopened_carries_its_closed_case_on(here: Intake) -> None:
    case = await owned(here)
    casework.concern_is(here, case, "resolved")
    await given(here, casework.close(here, case))
    said = await given(here, intake.ActOnConcern(concern_id=case.concern_id, action="reopen"))
    reopened = only(said, intake.CaseReopened)
    assert (reopened.phase, reopened.reason) == ("assessment", "came_back")
    assert here.rows("SELECT closed_at, phase FROM case_file") == [(None, "assessment")]


CASES = 20_000
FILL = f"""
INSERT INTO case_file (case_id, person_id, version, opened_at, owner, team, phase)
SELECT gen_random_uuid(), person_id, 1, opened_at + number * interval '1 second',
  CASE WHEN number % 4 > 0 THEN 'c-' || number % 40 END, 'team-' || number % 7, 'intake'
FROM case_file, generate_series(1, {CASES}) AS number
"""


async def test_every_list_of_cases_walks_along_an_index(here: Intake) -> None:
    case = await opened(here)
    with psycopg.connect(here.database.owner_url, autocommit=True) as connection:
        connection.execute(FILL.encode())
        connection.execute("VACUUM ANALYZE case_file")
    viewer = Viewer(OWNER, "counsellor", teams=frozenset({"team-3"}))
    indexes = {"mine": "owned", "team": "team", "open": "open", "waiting": "unowned"}
    for which, index in indexes.items():
        for after in (None, Place(here.now, case.case_id)):
            query = page_query(which, viewer, size=50, after=after)  # type: ignore[arg-type]
            text = query.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})  # type: ignore[no-untyped-call]
            plan = "\n".join(line for (line,) in here.rows(f"EXPLAIN {text}"))
            assert f"case_file_{index}" in plan
            assert "Seq Scan on case_file" not in plan
            assert "Sort" not in plan
