"""Goals and tasks of a case: agreed, ended with a reason, reminded of on three days."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import timers
from lotse_chassis.faults import Away, Refused
from lotse_chassis.timers import Timer
from lotse_contracts import intake
from lotse_contracts.envelope import Message
from lotse_intake.domain.tasks import marks_of
from lotse_intake.handlers.plans import TASK_TIMER
from tests.intake import casework
from tests.intake.casework import CHIEF, COLLEAGUE, LINE, OWNER, asked, content, given, owned
from tests.intake.given import Intake, kinds, only


async def test_a_goal_is_agreed_once_and_read_in_the_file_alone(here: Intake) -> None:
    case = await owned(here)
    order = casework.goal(here, case, target="2027-05-01")
    assert kinds(await given(here, order)) == ["evt intake.goal-set"]
    assert await given(here, order) == []
    (found,) = (await content(here, case)).goals
    assert (found.text, found.target, found.result) == (LINE, "2027-05-01", None)
    assert LINE.encode() not in here.whole_database()


async def test_a_goal_ends_once_and_a_dropped_one_says_why(here: Intake) -> None:
    case = await owned(here)
    order = casework.goal(here, case)
    await given(here, order)
    for wrong in (
        intake.EndGoal(goal_id=order.goal_id, result="dropped"),
        intake.EndGoal(goal_id=order.goal_id, result="reached", reason="her_wish"),
    ):
        with pytest.raises(Refused, match="reason_for_dropping"):
            await given(here, wrong)
    end = intake.EndGoal(goal_id=order.goal_id, result="dropped", reason="her_wish")
    assert only(await given(here, end), intake.GoalEnded).version == 2
    assert await given(here, end) == []
    with pytest.raises(Refused, match="already_ended"):
        await given(here, intake.EndGoal(goal_id=order.goal_id, result="reached"))


async def test_a_task_reminds_three_times_and_the_desk_hears_it(here: Intake) -> None:
    case = await owned(here)
    order = casework.task(here, case, due="2026-12-02", assignee=COLLEAGUE)
    assert only(await given(here, order), intake.TaskSet).assignee == COLLEAGUE
    said = []
    for mark, at in marks_of(date(2026, 12, 2)):
        assert waiting(here) == [(str(order.task_id), at, {"mark": mark})]
        here.now = at
        said += await fired(here)
    assert [(fact.mark, fact.assignee, fact.version) for fact in said] == [
        ("soon", COLLEAGUE, 2),
        ("due", COLLEAGUE, 3),
        ("overdue", COLLEAGUE, 4),
    ]
    assert waiting(here) == []


def waiting(here: Intake) -> list[tuple[Any, ...]]:
    return here.rows(f"SELECT key, due_at, payload FROM timer WHERE kind = '{TASK_TIMER}'")


async def fired(here: Intake, *, dies: bool = False) -> list[Any]:
    """What is said when the timers that are due now fire, as the chassis fires them; or the process dies in between."""
    said: list[Any] = []

    async def handled(timer: Timer, tx: AsyncConnection) -> Sequence[Message]:
        found = await here.service.timer_handlers[TASK_TIMER](timer, here.context(), tx)
        if dies:
            raise Away("killed")
        return found

    async def stage(tx: AsyncConnection, timer: Timer, messages: Sequence[Message]) -> None:
        said.extend(messages)
        await here.service.stage(tx, here.context(), messages)

    if dies:
        with pytest.raises(Away):
            await timers.fire_one(here.service.engine, {TASK_TIMER: handled}, stage, lambda: here.now)
    while not dies and await timers.fire_one(here.service.engine, {TASK_TIMER: handled}, stage, lambda: here.now):
        continue
    return said


async def test_a_death_while_reminding_is_made_good_and_nobody_is_reminded_twice(here: Intake) -> None:
    case = await owned(here)
    order = casework.task(here, case, due="2026-12-02")
    await given(here, order)
    here.now = marks_of(date(2026, 12, 2))[0][1]
    assert await fired(here, dies=True) == []
    assert [fact.mark for fact in await fired(here)] == ["soon"]
    assert await fired(here) == []


async def test_after_a_long_outage_only_what_still_helps_is_said(here: Intake) -> None:
    case = await owned(here)
    await given(here, casework.task(here, case, due="2026-12-02"))
    here.now = casework.day(20)
    assert [fact.mark for fact in await fired(here)] == ["overdue"]
    assert waiting(here) == []


async def test_a_task_that_is_moved_is_reminded_of_on_its_new_day_and_one_that_is_done_is_not(here: Intake) -> None:
    case = await owned(here)
    order = casework.task(here, case, due="2026-12-02")
    await given(here, order)
    moved = only(
        await given(here, intake.MoveTask(task_id=order.task_id, due="2026-12-09", assignee=COLLEAGUE)),
        intake.TaskSet,
    )
    assert (moved.due, moved.assignee, moved.version) == ("2026-12-09", COLLEAGUE, 2)
    assert [row[1] for row in waiting(here)] == [marks_of(date(2026, 12, 9))[0][1]]
    done = intake.EndTask(task_id=order.task_id, result="done")
    assert only(await given(here, done, COLLEAGUE), intake.TaskEnded).result == "done"
    assert await given(here, done, COLLEAGUE) == []
    assert waiting(here) == []
    with pytest.raises(Refused, match="already_ended"):
        await given(here, intake.MoveTask(task_id=order.task_id, due="2026-12-10"))


async def test_a_timer_that_fires_after_the_end_says_nothing(here: Intake) -> None:
    case = await owned(here)
    order = casework.task(here, case)
    await given(here, order)
    late = waiting(here)[0]
    await given(here, intake.EndTask(task_id=order.task_id, result="dropped", reason="not_possible"))
    async with here.service.engine.begin() as tx:
        timer = Timer(TASK_TIMER, late[0], late[1], late[2], uuid4())
        assert await here.service.timer_handlers[TASK_TIMER](timer, here.context(), tx) == []
    assert waiting(here) == []


async def test_whoever_has_a_task_in_a_case_sees_it_as_long_as_the_task_is_open(here: Intake) -> None:
    await given(here, intake.EnrolStaff(actor=COLLEAGUE, teams=("south",)), CHIEF)
    await given(here, intake.EnrolStaff(actor=OWNER, teams=("north",)), CHIEF)
    case = await owned(here, team="north")
    assert (await asked(here, case, COLLEAGUE))[1] is None
    order = casework.task(here, case, assignee=COLLEAGUE)
    await given(here, order)
    assert (await content(here, case, COLLEAGUE)).tasks
    await given(here, intake.EndTask(task_id=order.task_id, result="done"), COLLEAGUE)
    assert (await asked(here, case, COLLEAGUE))[1] is None


async def test_a_task_is_not_given_to_somebody_with_a_conflict_nor_to_another_cases_goal(here: Intake) -> None:
    case, other = await owned(here), await owned(here)
    await given(here, intake.MarkConflict(case_id=case.case_id, actor=COLLEAGUE, reason="acquaintance"))
    with pytest.raises(Refused, match="conflict_of_interest"):
        await given(here, casework.task(here, case, assignee=COLLEAGUE))
    elsewhere = casework.goal(here, other)
    await given(here, elsewhere)
    with pytest.raises(Refused, match="unknown_goal"):
        await given(here, casework.task(here, case, goal_id=elsewhere.goal_id))


async def test_there_is_a_limit_to_what_is_open_in_a_case(here: Intake) -> None:
    case = await owned(here)
    for _ in range(20):
        await given(here, casework.goal(here, case))
    with pytest.raises(Refused, match="case_full"):
        await given(here, casework.goal(here, case))


async def test_ids_of_another_case_are_refused(here: Intake) -> None:
    case, other = await owned(here), await owned(here)
    goal, task, note = casework.goal(here, case), casework.task(here, case), casework.note(here, case)
    for order in (goal, task, note):
        await given(here, order)
    for wrong in (
        casework.goal(here, other, goal_id=goal.goal_id),
        casework.task(here, other, task_id=task.task_id),
        casework.note(here, other, id=note.note_id),
    ):
        with pytest.raises(Refused, match="id_taken"):
            await given(here, wrong)
    for unknown in (
        intake.EndGoal(goal_id=uuid4(), result="reached"),
        intake.EndTask(task_id=uuid4(), result="done"),
        intake.ShowNote(note_id=uuid4(), visibility="team"),
        casework.note(here, casework.Case(uuid4(), case.person_id, case.concern_id, case.enquiry_id)),
        casework.note(here, casework.Case(case.case_id, other.person_id, case.concern_id, case.enquiry_id)),
    ):
        with pytest.raises(Refused, match="unknown_"):
            await given(here, unknown)
