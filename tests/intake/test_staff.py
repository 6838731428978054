"""Who carries a concern: enrolled, fitting, present, or whoever acts for her; nothing is left behind."""

from datetime import timedelta
from typing import Any

import pytest

from lotse_chassis.faults import Refused
from lotse_contracts import intake
from tests.intake.desk import (
    COORDINATOR,
    act,
    answer,
    enrol,
    held,
    raised,
    refused,
    timers,
)
from tests.intake.given import Intake, kinds, only


async def test_a_conflict_of_interest_forbids_and_another_language_warns(here: Intake) -> None:
    await enrol(here, "w-1")
    await enrol(here, "w-2", languages=("de",), load_max=1)
    concern, other = await raised(here), await raised(here)
    ((case_id,),) = here.rows(f"SELECT case_id FROM concern WHERE concern_id = '{concern}'")
    await here.hear(intake.MarkConflict(case_id=case_id, actor="w-1", reason="relative"))
    tried: tuple[tuple[str, dict[str, Any]], ...] = (("claim", {}), ("assign", {"to": "w-1"}))
    for action, given in tried:
        actor = "w-1" if action == "claim" else COORDINATOR
        assert (await refused(here, concern, action, actor=actor, **given)).code == "conflict_of_interest"
    moved = only(await act(here, concern, "claim", actor="w-2"), intake.ConcernMoved)
    assert moved.warnings == ("language_not_spoken",)
    moved = only(await act(here, other, "assign", to="w-2", actor=COORDINATOR), intake.ConcernMoved)
    assert moved.warnings == ("language_not_spoken", "load_high")


async def test_nobody_gets_a_concern_who_is_not_enrolled(here: Intake) -> None:
    concern = await raised(here)
    assert (await refused(here, concern, "claim")).code == "nobody_to_carry_it"
    assert (await refused(here, concern, "assign", to="c-9", actor=COORDINATOR)).code == "nobody_to_carry_it"


async def test_a_substitute_acts_for_whoever_is_away_and_gets_what_is_given_to_her(here: Intake) -> None:
    await enrol(here, "w-1", "w-2", "w-3")
    concern, fresh = await raised(here), await raised(here)
    await act(here, concern, "claim")
    away = intake.SetAbsence(actor="w-1", absent_from="2026-11-25", absent_to="2026-11-27", substitute="w-2")
    assert kinds(await here.hear(away)) == ["evt intake.absence-set"]
    mine = await here.ask(intake.AskInbox(view="mine"), actor="w-2")
    assert [one.concern_id for one in mine.entries] == [concern]
    await answer(here, concern, actor="w-2")
    await act(here, concern, "wait", actor="w-2")
    assert (await refused(here, concern, "resume", actor="w-3")).code == "carried_by_another"
    moved = only(await act(here, fresh, "assign", to="w-1", actor=COORDINATOR), intake.ConcernMoved)
    assert moved.warnings == ("given_to_substitute",)
    assert held(here, fresh)[1] == "w-2"
    here.now += timedelta(days=5)
    assert (await here.ask(intake.AskInbox(view="mine"), actor="w-2")).waiting == 1
    assert (await refused(here, concern, "resume", actor="w-2")).code == "carried_by_another"


async def test_who_is_away_without_a_substitute_gets_nothing(here: Intake) -> None:
    await enrol(here, "w-1", "w-2")
    concern = await raised(here)
    await here.hear(intake.SetAbsence(actor="w-1", absent_from="2026-11-20", absent_to="2026-12-01"), actor=COORDINATOR)
    assert (await refused(here, concern, "assign", to="w-1", actor=COORDINATOR)).code == "nobody_to_carry_it"


async def test_two_who_substitute_for_each_other_end_in_nobody_and_not_in_a_ring(here: Intake) -> None:
    await enrol(here, "w-1", "w-2")
    concern = await raised(here)
    for one, other in (("w-1", "w-2"), ("w-2", "w-1")):
        await here.hear(
            intake.SetAbsence(actor=one, absent_from="2026-11-20", absent_to="2026-12-01", substitute=other),
            actor=COORDINATOR,
        )
    assert (await refused(here, concern, "assign", to="w-1", actor=COORDINATOR)).code == "nobody_to_carry_it"


async def test_an_absence_that_cannot_be_is_refused(here: Intake) -> None:
    await enrol(here, "w-1", "w-2")
    given: dict[str, Any] = {"absent_from": "2026-12-01", "absent_to": "2026-12-02"}
    wrong: dict[str, list[dict[str, Any]]] = {
        "bad_absence": [
            {"absent_to": None},
            {"absent_to": "2026-11-30"},
            {"substitute": "w-1"},
            {"substitute": "c-99"},
        ],
        "only_for_yourself": [{"actor": "w-2"}],
    }
    for code, changed in wrong.items():
        for one in changed:
            with pytest.raises(Refused, match=code):
                await here.hear(intake.SetAbsence(**{"actor": "w-1", **given, **one}))
    with pytest.raises(Refused, match="unknown_staff"):
        await here.hear(intake.SetAbsence(actor="c-99", **given), actor=COORDINATOR)


async def test_whoever_retires_leaves_nothing_behind(here: Intake) -> None:
    await enrol(here, "w-1", "w-2")
    carried = [await raised(here) for _ in range(3)]
    for concern in carried:
        await act(here, concern, "claim")
    await answer(here, carried[1])
    said = await here.hear(intake.RetireStaff(actor="w-1"), actor=COORDINATOR)
    assert len([one for one in said if isinstance(one, intake.ConcernMoved)]) == 3
    for concern in carried:
        assert held(here, concern)[:2] == ("accepted", None)
        assert timers(here, concern) == [("assignment", "half")]
    assert (await refused(here, carried[0], "claim")).code == "nobody_to_carry_it"
    assert [one.actor for one in (await here.ask(intake.AskStaff())).members] == ["w-2"]
    await act(here, carried[0], "claim", actor="w-2")
    await enrol(here, "w-1")
    await here.hear(intake.RetireStaff(actor="w-2", successor="w-1"), actor=COORDINATOR)
    assert held(here, carried[0])[:2] == ("assigned", "w-1")


async def test_the_fitting_and_the_least_laden_come_first(here: Intake) -> None:
    await enrol(here, "w-1", "w-3")
    await enrol(here, "w-2", languages=("de",))
    concern = await raised(here)
    await act(here, await raised(here), "claim")
    found = (await here.ask(intake.AskStaff(concern_id=concern), actor=COORDINATOR)).members
    assert [(one.actor, one.load) for one in found] == [("w-3", 0), ("w-1", 1), ("w-2", 0)]
