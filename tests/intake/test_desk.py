"""Who may do what with a concern, what they must give with it, and when a second person must agree."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from lotse_chassis.faults import Refused
from lotse_contracts import intake, referral
from lotse_contracts.envelope import Message
from tests.intake.given import PIN, Intake, enquiry, kinds, only, sealed_to

COORDINATOR = "co-1"
DANGER = ("danger",)


async def raised(here: Intake, **changed: Any) -> UUID:
    return only(await here.hear(enquiry(here, **changed), actor=None), intake.ConcernRaised).concern_id


async def enrol(here: Intake, *actors: str, **changed: Any) -> None:
    for actor in actors:
        order = intake.EnrolStaff(**{"actor": actor, "languages": ("uk",), "teams": ("north",), **changed})
        assert kinds(await here.hear(order, actor=COORDINATOR)) == ["evt intake.staff-enrolled"]


async def act(here: Intake, concern_id: UUID, action: str, *, actor: str = "c-1", **given: Any) -> list[Message]:
    order = intake.ActOnConcern.model_validate({"concern_id": concern_id, "action": action, **given})
    return await here.hear(order, actor=actor)


async def refused(here: Intake, concern_id: UUID, action: str, *, actor: str = "c-1", **given: Any) -> Refused:
    before = here.counts(), held(here, concern_id)
    with pytest.raises(Refused) as caught:
        await act(here, concern_id, action, actor=actor, **given)
    assert (here.counts(), held(here, concern_id)) == before
    return caught.value


def held(here: Intake, concern_id: UUID) -> tuple[Any, ...]:
    (row,) = here.rows(
        f"SELECT state, assignee, offered_to, clock, version, outcome FROM concern WHERE concern_id = '{concern_id}'"
    )
    return row


def state(here: Intake, concern_id: UUID) -> str:
    return str(held(here, concern_id)[0])


def timers(here: Intake, concern_id: UUID) -> list[tuple[Any, ...]]:
    return here.rows(f"SELECT payload->>'clock', payload->>'step' FROM timer WHERE key = '{concern_id}'")


async def answer(here: Intake, concern_id: UUID, *, actor: str = "c-1") -> list[Message]:
    ((enquiry_id,),) = here.rows(f"SELECT enquiry_id FROM concern WHERE concern_id = '{concern_id}'")
    content = sealed_to(here.seal_key, intake.TextContent(text="Так."), intake.AnswerEnquiry, str(enquiry_id))
    return await here.hear(intake.AnswerEnquiry(enquiry_id=enquiry_id, content=content), actor=actor)


async def test_a_concern_goes_its_whole_way_with_one_clock_at_each_step(here: Intake) -> None:
    await enrol(here, "c-1")
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
    await enrol(here, "c-1")
    concern = await raised(here)
    fault = await refused(here, concern, "resolve", outcome="need_met")
    assert (fault.code, fault.fields) == ("not_allowed_now", ("concern_id",))
    told = await here.ask(intake.AskConcernActions(concern_id=concern))
    assert fault.allowed == ", ".join(told.actions)
    assert "claim" in told.actions
    assert "assign" not in told.actions
    more = await here.ask(intake.AskConcernActions(concern_id=concern), actor=COORDINATOR)
    assert set(more.actions) - set(told.actions) == {"assign"}


@pytest.mark.parametrize("actor", ["c-1", COORDINATOR])
async def test_every_action_that_is_named_as_allowed_is_and_every_other_is_refused(here: Intake, actor: str) -> None:
    """Through the states that one concern passes; the order is given with all that any action needs."""
    await enrol(here, "c-1", "c-2", COORDINATOR)
    original = await raised(here)
    given = {
        "to": "c-2",
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
    await enrol(here, "c-1")
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
    await enrol(here, "c-1", "c-2")
    concern = await raised(here)
    await act(here, concern, "claim")
    await answer(here, concern)
    for action in ("wait", "resolve", "mark_no_show"):
        assert (await refused(here, concern, action, actor="c-2", outcome="need_met")).code == "carried_by_another"
    assert (await refused(here, concern, "claim", actor="c-2")).code == "not_allowed_now"
    await act(here, concern, "resolve", actor=COORDINATOR, outcome="need_met")
    assert state(here, concern) == "resolved"


async def test_advice_begins_with_a_contact_and_waiting_with_a_question(here: Intake) -> None:
    await enrol(here, "c-1")
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
    await enrol(here, "c-1", "c-2", "c-3")
    concern = await raised(here)
    await act(here, concern, "claim")
    before = timers(here, concern)
    await act(here, concern, "offer", to="c-2")
    assert held(here, concern)[:3] == ("assigned", "c-1", "c-2")
    assert [one.concern_id for one in (await here.ask(intake.AskInbox(view="offered"), actor="c-2")).entries] == [
        concern
    ]
    assert (await refused(here, concern, "take_over", actor="c-3")).code == "not_offered_to_you"
    await act(here, concern, "decline_offer", actor="c-2")
    assert held(here, concern)[:3] == ("assigned", "c-1", None)
    assert (await refused(here, concern, "take_over", actor="c-2")).code == "not_offered_to_you"
    await act(here, concern, "offer", to="c-3")
    await act(here, concern, "take_over", actor="c-3")
    assert held(here, concern)[:3] == ("assigned", "c-3", None)
    assert timers(here, concern) == before


async def test_a_concern_that_is_given_back_waits_for_the_team_again(here: Intake) -> None:
    await enrol(here, "c-1")
    concern = await raised(here)
    await act(here, concern, "claim")
    assert (await refused(here, concern, "give_back")).fields == ("reason",)
    moved = only(await act(here, concern, "give_back", reason="language_not_spoken"), intake.ConcernMoved)
    assert (moved.state, moved.reason) == ("accepted", "language_not_spoken")
    assert timers(here, concern) == [("assignment", "half")]
    assert [one.concern_id for one in (await here.ask(intake.AskInbox(view="unassigned"))).entries] == [concern]


async def test_a_conflict_of_interest_forbids_and_another_language_warns(here: Intake) -> None:
    await enrol(here, "c-1")
    await enrol(here, "c-2", languages=("de",), load_max=1)
    concern, other = await raised(here), await raised(here)
    ((case_id,),) = here.rows(f"SELECT case_id FROM concern WHERE concern_id = '{concern}'")
    await here.hear(intake.MarkConflict(case_id=case_id, actor="c-1", reason="relative"))
    tried: tuple[tuple[str, dict[str, Any]], ...] = (("claim", {}), ("assign", {"to": "c-1"}))
    for action, given in tried:
        actor = "c-1" if action == "claim" else COORDINATOR
        assert (await refused(here, concern, action, actor=actor, **given)).code == "conflict_of_interest"
    moved = only(await act(here, concern, "claim", actor="c-2"), intake.ConcernMoved)
    assert moved.warnings == ("language_not_spoken",)
    moved = only(await act(here, other, "assign", to="c-2", actor=COORDINATOR), intake.ConcernMoved)
    assert moved.warnings == ("language_not_spoken", "load_high")


async def test_nobody_gets_a_concern_who_is_not_enrolled(here: Intake) -> None:
    concern = await raised(here)
    assert (await refused(here, concern, "claim")).code == "nobody_to_carry_it"
    assert (await refused(here, concern, "assign", to="c-9", actor=COORDINATOR)).code == "nobody_to_carry_it"


async def test_a_substitute_acts_for_whoever_is_away_and_gets_what_is_given_to_her(here: Intake) -> None:
    await enrol(here, "c-1", "c-2", "c-3")
    concern, fresh = await raised(here), await raised(here)
    await act(here, concern, "claim")
    away = intake.SetAbsence(actor="c-1", absent_from="2026-11-25", absent_to="2026-11-27", substitute="c-2")
    assert kinds(await here.hear(away)) == ["evt intake.absence-set"]
    mine = await here.ask(intake.AskInbox(view="mine"), actor="c-2")
    assert [one.concern_id for one in mine.entries] == [concern]
    await answer(here, concern, actor="c-2")
    await act(here, concern, "wait", actor="c-2")
    assert (await refused(here, concern, "resume", actor="c-3")).code == "carried_by_another"
    moved = only(await act(here, fresh, "assign", to="c-1", actor=COORDINATOR), intake.ConcernMoved)
    assert moved.warnings == ("given_to_substitute",)
    assert held(here, fresh)[1] == "c-2"
    here.now += timedelta(days=5)
    assert (await here.ask(intake.AskInbox(view="mine"), actor="c-2")).waiting == 1
    assert (await refused(here, concern, "resume", actor="c-2")).code == "carried_by_another"


async def test_who_is_away_without_a_substitute_gets_nothing(here: Intake) -> None:
    await enrol(here, "c-1", "c-2")
    concern = await raised(here)
    await here.hear(intake.SetAbsence(actor="c-1", absent_from="2026-11-20", absent_to="2026-12-01"), actor=COORDINATOR)
    assert (await refused(here, concern, "assign", to="c-1", actor=COORDINATOR)).code == "nobody_to_carry_it"


async def test_two_who_substitute_for_each_other_end_in_nobody_and_not_in_a_ring(here: Intake) -> None:
    await enrol(here, "c-1", "c-2")
    concern = await raised(here)
    for one, other in (("c-1", "c-2"), ("c-2", "c-1")):
        await here.hear(
            intake.SetAbsence(actor=one, absent_from="2026-11-20", absent_to="2026-12-01", substitute=other),
            actor=COORDINATOR,
        )
    assert (await refused(here, concern, "assign", to="c-1", actor=COORDINATOR)).code == "nobody_to_carry_it"


async def test_an_absence_that_cannot_be_is_refused(here: Intake) -> None:
    await enrol(here, "c-1", "c-2")
    given: dict[str, Any] = {"absent_from": "2026-12-01", "absent_to": "2026-12-02"}
    wrong: dict[str, list[dict[str, Any]]] = {
        "bad_absence": [
            {"absent_to": None},
            {"absent_to": "2026-11-30"},
            {"substitute": "c-1"},
            {"substitute": "c-99"},
        ],
        "only_for_yourself": [{"actor": "c-2"}],
    }
    for code, changed in wrong.items():
        for one in changed:
            with pytest.raises(Refused, match=code):
                await here.hear(intake.SetAbsence(**{"actor": "c-1", **given, **one}))
    with pytest.raises(Refused, match="unknown_staff"):
        await here.hear(intake.SetAbsence(actor="c-99", **given), actor=COORDINATOR)


async def test_whoever_retires_leaves_nothing_behind(here: Intake) -> None:
    await enrol(here, "c-1", "c-2")
    carried = [await raised(here) for _ in range(3)]
    for concern in carried:
        await act(here, concern, "claim")
    await answer(here, carried[1])
    said = await here.hear(intake.RetireStaff(actor="c-1"), actor=COORDINATOR)
    assert len([one for one in said if isinstance(one, intake.ConcernMoved)]) == 3
    for concern in carried:
        assert held(here, concern)[:2] == ("accepted", None)
        assert timers(here, concern) == [("assignment", "half")]
    assert (await refused(here, carried[0], "claim")).code == "nobody_to_carry_it"
    assert [one.actor for one in (await here.ask(intake.AskStaff())).members] == ["c-2"]
    await act(here, carried[0], "claim", actor="c-2")
    await enrol(here, "c-1")
    await here.hear(intake.RetireStaff(actor="c-2", successor="c-1"), actor=COORDINATOR)
    assert held(here, carried[0])[:2] == ("assigned", "c-1")


async def test_the_fitting_and_the_least_laden_come_first(here: Intake) -> None:
    await enrol(here, "c-1", "c-3")
    await enrol(here, "c-2", languages=("de",))
    concern = await raised(here)
    await act(here, await raised(here), "claim")
    found = (await here.ask(intake.AskStaff(concern_id=concern), actor=COORDINATOR)).members
    assert [(one.actor, one.load) for one in found] == [("c-3", 0), ("c-1", 1), ("c-2", 0)]


async def test_an_emergency_is_ended_by_two_and_never_by_the_same_one_twice(here: Intake) -> None:
    concern = await raised(here, flags=DANGER)
    told = await here.ask(intake.AskConcernActions(concern_id=concern))
    assert {"mark_spam", "withdraw", "prioritise", "mark_duplicate"} == set(told.second_person)
    proposed = only(await act(here, concern, "mark_spam"), intake.ConcernProposed)
    assert proposed.warnings == ("second_person_needed",)
    assert state(here, concern) == "received"
    assert timers(here, concern) == [("look", "half")]
    (waiting,) = (await here.ask(intake.AskConcernActions(concern_id=concern))).proposals
    assert (waiting.proposal_id, waiting.proposed_by, waiting.action) == (proposed.proposal_id, "c-1", "mark_spam")
    agreed: dict[str, Any] = {"approval": proposed.proposal_id}
    assert (await refused(here, concern, "mark_spam", **agreed)).code == "second_person_needed"
    assert (await refused(here, concern, "withdraw", actor="c-2", **agreed)).code == "unknown_proposal"
    assert (await refused(here, concern, "mark_spam", actor="c-2", approval=uuid4())).code == "unknown_proposal"
    assert only(await act(here, concern, "mark_spam", actor="c-2", **agreed), intake.ConcernMoved).state == "spam"
    assert here.rows("SELECT moved_by, seconded_by FROM concern_move") == [("c-1", "c-2")]
    assert here.counts()["concern_proposal"] == 0


async def test_a_proposal_ends_with_its_time_and_with_the_state_it_was_about(here: Intake) -> None:
    concern, other = await raised(here, flags=DANGER), await raised(here, flags=DANGER)
    late = only(await act(here, concern, "withdraw", reason="client_request"), intake.ConcernProposed)
    overtaken = only(await act(here, other, "mark_spam"), intake.ConcernProposed)
    await act(here, other, "accept")
    assert here.rows(f"SELECT 1 FROM concern_proposal WHERE concern_id = '{other}'") == []
    fault = await refused(here, other, "mark_spam", actor="c-2", approval=overtaken.proposal_id)
    assert fault.code == "unknown_proposal"
    here.now += timedelta(days=3)
    fault = await refused(here, concern, "withdraw", actor="c-2", reason="client_request", approval=late.proposal_id)
    assert fault.code == "unknown_proposal"
    assert (await here.ask(intake.AskConcernActions(concern_id=concern))).proposals == ()


async def test_what_is_no_emergency_needs_no_second_person(here: Intake) -> None:
    concern = await raised(here)
    assert only(await act(here, concern, "mark_spam"), intake.ConcernMoved).state == "spam"


async def test_lowering_an_emergency_needs_a_second_person(here: Intake) -> None:
    concern = await raised(here, flags=DANGER)
    proposed = only(await act(here, concern, "prioritise", urgency="normal"), intake.ConcernProposed)
    assert here.rows("SELECT urgency FROM concern") == [("emergency",)]
    fault = await refused(here, concern, "prioritise", actor="c-2", urgency="urgent", approval=proposed.proposal_id)
    assert fault.code == "unknown_proposal"
    before = here.rows("SELECT due_at FROM concern")
    await act(here, concern, "prioritise", actor="c-2", urgency="normal", approval=proposed.proposal_id)
    assert here.rows("SELECT urgency FROM concern") == [("normal",)]
    assert here.rows("SELECT due_at FROM concern") > before


async def test_screening_cannot_lower_an_emergency_on_the_way(here: Intake) -> None:
    concern = await raised(here, flags=DANGER)
    await act(here, concern, "screen", urgency="normal")
    assert here.rows("SELECT urgency, state FROM concern") == [("emergency", "screened")]


async def test_a_duplicate_names_a_concern_that_is_carried_and_no_ring_closes(here: Intake) -> None:
    first, second = await raised(here), await raised(here)
    for wrong in (first, uuid4()):
        assert (await refused(here, first, "mark_duplicate", duplicate_of=wrong)).code == "unknown_original"
    await act(here, second, "mark_duplicate", duplicate_of=first)
    assert state(here, second) == "duplicate"
    assert (await refused(here, first, "mark_duplicate", duplicate_of=second)).code == "unknown_original"


async def test_an_end_is_reopened_within_ninety_days_and_not_later(here: Intake) -> None:
    concern = await raised(here)
    await act(here, concern, "withdraw", reason="client_request")
    here.now += timedelta(days=90)
    moved = only(await act(here, concern, "reopen", reason="came_back"), intake.ConcernMoved)
    assert (moved.from_state, moved.state, moved.outcome) == ("withdrawn", "screened", None)
    assert timers(here, concern) == [("assignment", "half")]
    await act(here, concern, "withdraw")
    here.now += timedelta(days=90, seconds=1)
    fault = await refused(here, concern, "reopen")
    assert (fault.code, "reopen" in (fault.allowed or "")) == ("ended_too_long_ago", False)


async def test_a_reopened_concern_is_not_resolved_by_the_referrals_before(here: Intake) -> None:
    concern = only(await here.hear(enquiry(here), actor=None), intake.ConcernRaised)
    first, second = uuid4(), uuid4()
    await here.hear(completed(concern, first), actor=None)
    await act(here, concern.concern_id, "reopen")
    await here.hear(sent(concern, first), actor=None)
    assert state(here, concern.concern_id) == "screened"
    await here.hear(sent(concern, second), actor=None)
    assert state(here, concern.concern_id) == "referred"
    await here.hear(declined(concern, second), actor=None)
    assert state(here, concern.concern_id) == "accepted"


async def test_a_declined_referral_brings_a_carried_concern_back_to_its_counsellor(here: Intake) -> None:
    await enrol(here, "c-1")
    concern = only(await here.hear(enquiry(here), actor=None), intake.ConcernRaised)
    await act(here, concern.concern_id, "claim")
    one = uuid4()
    await here.hear(sent(concern, one), actor=None)
    assert (await refused(here, concern.concern_id, "resolve", outcome="need_met")).code == "referrals_open"
    await here.hear(declined(concern, one), actor=None)
    assert held(here, concern.concern_id)[:2] == ("in_advice", "c-1")
    await act(here, concern.concern_id, "resolve", outcome="informed_only")


def sent(concern: intake.ConcernRaised, referral_id: UUID) -> referral.ReferralSent:
    return referral.ReferralSent(**_about(concern, referral_id), service_id=uuid4(), mode="self")


def completed(concern: intake.ConcernRaised, referral_id: UUID) -> referral.ReferralCompleted:
    return referral.ReferralCompleted(**_about(concern, referral_id), outcome="need_met", confirmed_by="client")


def declined(concern: intake.ConcernRaised, referral_id: UUID) -> referral.ReferralDeclined:
    return referral.ReferralDeclined(**_about(concern, referral_id), reason="no_capacity")


def _about(concern: intake.ConcernRaised, referral_id: UUID) -> dict[str, Any]:
    ids = {"person_id": concern.person_id, "concern_id": concern.concern_id}
    return {"referral_id": referral_id, "version": 2, **ids}


async def test_she_takes_her_enquiry_back_and_again_changes_nothing(here: Intake) -> None:
    order = enquiry(here, codes=("housing", "work"))
    await here.hear(order, actor=None)
    content = sealed_to(here.seal_key, intake.WithdrawalContent(pin=PIN), intake.WithdrawEnquiry, order.receipt_sha256)
    back = intake.WithdrawEnquiry(frontend="web", receipt_sha256=order.receipt_sha256, content=content)
    said = await here.hear(back, actor=None)
    assert [one.state for one in said if isinstance(one, intake.ConcernMoved)] == ["withdrawn", "withdrawn"]
    assert here.rows("SELECT 1 FROM timer WHERE kind = 'concern'") == []
    assert await here.hear(back, actor=None) == []
    wrong = sealed_to(here.seal_key, intake.WithdrawalContent(pin="0000"), intake.WithdrawEnquiry, order.receipt_sha256)
    with pytest.raises(Refused, match="wrong_pin"):
        await here.hear(back.model_copy(update={"content": wrong}), actor=None)


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
