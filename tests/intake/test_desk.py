"""Who may do what with a concern, and what they must give with it."""

from datetime import timedelta
from uuid import uuid4

import psycopg
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
    state,
    timers,
)
from tests.intake.given import Intake, only


async def test_a_concern_goes_its_whole_way_with_one_clock_at_each_step(here: Intake) -> None:
    await enrol(here, "w-1")
    concern = await raised(here)
    assert timers(here, concern) == [("look", "half")]
    moved = only(await act(here, concern, "screen", code="work"), intake.ConcernMoved)
    assert (moved.from_state, moved.state, moved.version) == ("received", "screened", 2)
    assert timers(here, concern) == [("assignment", "half")]
    said = await act(here, concern, "claim")
    assert only(said, intake.ConcernAccepted).code == "work"
    assert timers(here, concern) == [("first_answer", "half")]
    await answer(here, concern)
    assert state(here, concern) == "in_advice"
    assert timers(here, concern) == [("look_again", "look_again")]
    await act(here, concern, "wait")
    assert timers(here, concern) == [("client", "first_reminder")]
    await act(here, concern, "resume")
    moved = only(await act(here, concern, "resolve", outcome="work_started"), intake.ConcernMoved)
    assert (moved.state, moved.outcome, moved.due_at) == ("resolved", "work_started", None)
    assert timers(here, concern) == []
    history = [row[0] for row in here.rows("SELECT action FROM concern_move ORDER BY version")]
    assert history == ["screen", "claim", "answer", "wait", "resume", "resolve"]


async def test_what_is_not_allowed_is_refused_and_what_is_allowed_is_named(here: Intake) -> None:
    await enrol(here, "w-1")
    concern = await raised(here)
    fault = await refused(here, concern, "resolve", outcome="need_met")
    assert (fault.code, fault.fields) == ("not_allowed_now", ("concern_id",))
    told = await here.ask(intake.AskConcernActions(concern_id=concern))
    assert fault.allowed == ", ".join(told.actions)
    assert "claim" in told.actions
    assert "assign" not in told.actions
    more = await here.ask(intake.AskConcernActions(concern_id=concern), actor=COORDINATOR)
    assert set(more.actions) - set(told.actions) == {"assign"}


@pytest.mark.parametrize("actor", ["w-1", COORDINATOR])
async def test_every_action_that_is_named_as_allowed_is_and_every_other_is_refused(here: Intake, actor: str) -> None:
    """Through the states that one concern passes; the order is given with all that any action needs."""
    await enrol(here, "w-1", "w-2", COORDINATOR)
    original = await raised(here)
    given = {
        "to": "w-2",
        "team": "south",
        "outcome": "need_met",
        "reason": "other",
        "code": "work",
        "urgency": "urgent",
        "duplicate_of": original,
        "tags": ("a_tag",),
    }
    for way in ((), ("screen",), ("accept",), ("claim",), ("claim", "begin"), ("withdraw",), ("mark_spam",)):
        concern = await raised(here)
        await answer(here, original)
        for step in way:
            if step == "begin":
                await answer(here, concern)
            else:
                await act(here, concern, step, actor=actor)
        told = await here.ask(intake.AskConcernActions(concern_id=concern), actor=actor)
        for action in intake.ActOnConcern.model_json_schema()["properties"]["action"]["enum"]:
            async with here.service.engine.connect() as tx:
                heard = here.service.heard["lotse.*.cmd.intake.act-on-concern.v1"]
                order = intake.ActOnConcern.model_validate({"concern_id": concern, "action": action, **given})
                try:
                    await heard.handler([(order, here.context(actor=actor))], tx)
                    done = True
                except Refused:
                    done = False
                await tx.rollback()
            assert done == (action in told.actions), (way, action)


async def test_an_action_says_what_it_needs_and_is_refused_without(here: Intake) -> None:
    await enrol(here, "w-1")
    concern = await raised(here)
    await act(here, concern, "claim")
    await answer(here, concern)
    told = await here.ask(intake.AskConcernActions(concern_id=concern))
    needs = {one.action: one.needs for one in told.needs}
    assert needs["resolve"] == ("outcome",)
    assert needs["offer"] == ("to",)
    for action, fields in needs.items():
        fault = await refused(here, concern, action)
        assert fault.code == "missing_for_action"
        assert fault.fields == fields


async def test_what_somebody_carries_only_she_moves_and_a_coordinator(here: Intake) -> None:
    await enrol(here, "w-1", "w-2")
    concern = await raised(here)
    await act(here, concern, "claim")
    await answer(here, concern)
    for action in ("wait", "resolve", "mark_no_show"):
        assert (await refused(here, concern, action, actor="w-2", outcome="need_met")).code == "carried_by_another"
    assert (await refused(here, concern, "claim", actor="w-2")).code == "not_allowed_now"
    await act(here, concern, "resolve", actor=COORDINATOR, outcome="need_met")
    assert state(here, concern) == "resolved"


async def test_advice_begins_with_a_contact_and_waiting_with_a_question(here: Intake) -> None:
    await enrol(here, "w-1")
    concern = await raised(here)
    await act(here, concern, "claim")
    assert (await refused(here, concern, "begin")).code == "no_contact_yet"
    ((person_id,),) = here.rows("SELECT person_id FROM concern")
    contact = intake.RecordContact(
        contact_id=uuid4(),
        person_id=person_id,
        at=here.now,
        minutes=10,
        channel="phone",
        depth="information",
        language="uk",
    )
    await here.hear(contact)
    if state(here, concern) == "assigned":
        await act(here, concern, "begin")
    assert state(here, concern) == "in_advice"
    here.now += timedelta(hours=1)
    await here.service.engine.dispose()
    await act(here, concern, "give_back", reason="absence")
    await act(here, concern, "claim")
    await act(here, concern, "begin")
    assert (await refused(here, concern, "wait")).code == "nothing_asked_yet"


async def test_whoever_is_offered_a_concern_must_take_it_and_until_then_it_stays_where_it_is(here: Intake) -> None:
    await enrol(here, "w-1", "w-2", "w-3")
    concern = await raised(here)
    await act(here, concern, "claim")
    before = timers(here, concern)
    await act(here, concern, "offer", to="w-2")
    assert held(here, concern)[:3] == ("assigned", "w-1", "w-2")
    assert [one.concern_id for one in (await here.ask(intake.AskInbox(view="offered"), actor="w-2")).entries] == [
        concern
    ]
    assert (await refused(here, concern, "take_over", actor="w-3")).code == "not_offered_to_you"
    await act(here, concern, "decline_offer", actor="w-2")
    assert held(here, concern)[:3] == ("assigned", "w-1", None)
    assert (await refused(here, concern, "take_over", actor="w-2")).code == "not_offered_to_you"
    await act(here, concern, "offer", to="w-3")
    await act(here, concern, "take_over", actor="w-3")
    assert held(here, concern)[:3] == ("assigned", "w-3", None)
    assert timers(here, concern) == before


async def test_a_concern_that_is_given_back_waits_for_the_team_again(here: Intake) -> None:
    await enrol(here, "w-1")
    concern = await raised(here)
    await act(here, concern, "claim")
    assert (await refused(here, concern, "give_back")).fields == ("reason",)
    moved = only(await act(here, concern, "give_back", reason="language_not_spoken"), intake.ConcernMoved)
    assert (moved.state, moved.reason) == ("accepted", "language_not_spoken")
    assert timers(here, concern) == [("assignment", "half")]
    assert [one.concern_id for one in (await here.ask(intake.AskInbox(view="unassigned"))).entries] == [concern]


async def test_a_code_that_is_in_no_list_is_refused_wherever_it_is_given(here: Intake) -> None:
    concern = await raised(here)
    for action in ("screen", "accept", "recode"):
        assert (await refused(here, concern, action, code="astrology")).code == "unknown_code"
    assert (await refused(here, concern, "recode", sub_code="p24_title")).code == "unknown_code"
    await act(here, concern, "recode", code="residence", sub_code="p24_title")
    assert here.rows("SELECT code, sub_code FROM concern") == [("residence", "p24_title")]


async def test_a_carried_concern_that_is_coded_anew_is_matched_anew(here: Intake) -> None:
    concern = await raised(here)
    await act(here, concern, "accept")
    said = await act(here, concern, "recode", code="benefits")
    assert only(said, intake.ConcernAccepted).code == "benefits"


async def test_tags_are_added_and_taken_away_and_bounded(here: Intake) -> None:
    concern = await raised(here)
    await act(here, concern, "tag", tags=("beta", "alpha", "beta"))
    assert here.rows("SELECT tags FROM concern") == [(["alpha", "beta"],)]
    assert (await here.ask(intake.AskInbox(tag="alpha"))).waiting == 1
    await act(here, concern, "untag", tags=("alpha",))
    assert (await here.ask(intake.AskInbox(tag="alpha"))).waiting == 0
    many = tuple(f"t{number}" for number in range(20))
    assert (await refused(here, concern, "tag", tags=many)).code == "too_many_tags"


async def test_nothing_moves_of_somebody_who_is_being_erased(here: Intake) -> None:
    concern = await raised(here)
    ((person_id,),) = here.rows("SELECT person_id FROM concern")
    await here.hear(intake.BeginErasure(person_id=person_id), actor=COORDINATOR)
    assert (await refused(here, concern, "screen")).code == "person_erased"
    assert (await here.ask(intake.AskConcernActions(concern_id=concern))).actions == ()
    await here.hear(intake.ErasePerson(person_id=person_id), actor=None)
    assert here.rows("SELECT 1 FROM timer WHERE kind = 'concern'") == []
    assert here.counts()["concern_move"] == 0


async def test_a_finer_code_is_told_again_with_the_languages_she_speaks(here: Intake) -> None:
    concern = await raised(here, codes=("housing",))
    await act(here, concern, "accept")
    said = await act(here, concern, "recode", sub_code="eviction")
    told = only(said, intake.ConcernAccepted)
    assert (told.code, told.sub_code, told.version) == ("housing", "eviction", 3)
    with psycopg.connect(here.database.owner_url) as owner:
        owner.execute("UPDATE person SET languages = '{uk,ru}'")
    said = await act(here, concern, "recode", sub_code="wbs")
    assert only(said, intake.ConcernAccepted).languages == ("uk", "ru")
    assert not any(
        isinstance(one, intake.ConcernAccepted) for one in await act(here, concern, "recode", sub_code="wbs")
    )
