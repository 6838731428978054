"""Every order about a case takes effect once: lost before its commit, given again, and given again under another id."""

from typing import Any
from uuid import uuid4

import pytest

from lotse_contracts import intake
from lotse_contracts.envelope import Message, subject_of, template_of
from tests.intake import casework
from tests.intake.casework import CHIEF, COLLEAGUE, OWNER, STRANGER, contact, given, owned
from tests.intake.given import Intake, known_person


async def lost(here: Intake, order: Message, by: str) -> None:
    """Handled, and then the process dies before the commit."""
    heard = here.service.heard[template_of(subject_of(type(order), "x", "k", "y"))]
    async with here.service.engine.connect() as tx:
        await heard.handler([(order, here.context(actor=by))], tx)
        await tx.rollback()


async def orders(here: Intake) -> dict[str, tuple[Any, str]]:
    """One of each order, about a case that is carried, with who gives it."""
    case = await owned(here)
    other = await known_person(here)
    goal, task, note = casework.goal(here, case), casework.task(here, case), casework.note(here, case)
    wrong, group = contact(here, minutes=500), uuid4()
    for order in (goal, task, note, wrong):
        await given(here, order)
    version = case.version(here)
    right = {**contact(here).model_dump(), "contact_id": uuid4(), "corrects": wrong.contact_id}
    return {
        "open": (intake.OpenCase(case_id=uuid4(), person_id=case.person_id), OWNER),
        "assign": (intake.AssignCase(case_id=case.case_id, version=version, owner=COLLEAGUE), OWNER),
        "phase": (intake.EnterPhase(case_id=case.case_id, version=version, phase="assessment"), OWNER),
        "close": (casework.close(here, case, exception="died"), OWNER),
        "conflict": (intake.MarkConflict(case_id=case.case_id, actor=STRANGER, reason="relative"), OWNER),
        "goal": (casework.goal(here, case), OWNER),
        "goal ends": (intake.EndGoal(goal_id=goal.goal_id, result="reached"), OWNER),
        "task": (casework.task(here, case), OWNER),
        "task moves": (intake.MoveTask(task_id=task.task_id, due="2026-12-24"), OWNER),
        "task ends": (intake.EndTask(task_id=task.task_id, result="done"), OWNER),
        "note": (casework.note(here, case), OWNER),
        "note shown": (intake.ShowNote(note_id=note.note_id, visibility="referral"), OWNER),
        "link": (
            intake.LinkPersons(link_id=uuid4(), person_id=case.person_id, other_id=other, kind="spouse"),
            OWNER,
        ),
        "contact": (contact(here, case_id=case.case_id), OWNER),
        "quick": (
            intake.RecordQuickContact(contact_id=uuid4(), minutes=5, channel="phone", language="uk", code="work"),
            OWNER,
        ),
        "correction": (intake.CorrectContact(**right), CHIEF),
        "group": (
            intake.RecordGroupContact(contact_id=group, offer="club", head_count=9, language="uk", minutes=60),
            OWNER,
        ),
    }


NAMES = (
    *("open", "assign", "phase", "close", "conflict", "goal", "goal ends", "task", "task moves", "task ends", "note"),
    *("note shown", "link", "contact", "quick", "correction", "group"),
)


@pytest.mark.parametrize("name", NAMES)
async def test_an_order_that_is_lost_and_repeated_takes_effect_once(here: Intake, name: str) -> None:
    order, by = (await orders(here))[name]
    before = here.counts()
    await lost(here, order, by)
    await lost(here, order, by)
    assert here.counts() == before
    assert await given(here, order, by) != []
    once = here.counts()
    again = COLLEAGUE if name == "assign" else by  # the case is hers by now
    assert await given(here, order, again) == []
    assert here.counts() == once


async def test_the_list_names_every_order(here: Intake) -> None:
    assert set(await orders(here)) == set(NAMES)
