"""How a concern ends and begins again, and when a second person must agree to it."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from lotse_chassis.faults import Refused
from lotse_contracts import intake, referral
from tests.intake.desk import (
    DANGER,
    act,
    completed,
    declined,
    enrol,
    held,
    raised,
    refused,
    sent,
    state,
    timers,
)
from tests.intake.given import PIN, Intake, enquiry, only, sealed_to


async def test_an_emergency_is_ended_by_two_and_never_by_the_same_one_twice(here: Intake) -> None:
    concern = await raised(here, flags=DANGER)
    told = await here.ask(intake.AskConcernActions(concern_id=concern))
    assert {"mark_spam", "withdraw", "prioritise", "mark_duplicate"} == set(told.second_person)
    proposed = only(await act(here, concern, "mark_spam"), intake.ConcernProposed)
    assert proposed.warnings == ("second_person_needed",)
    assert state(here, concern) == "received"
    assert timers(here, concern) == [("look", "half")]
    (waiting,) = (await here.ask(intake.AskConcernActions(concern_id=concern))).proposals
    assert (waiting.proposal_id, waiting.proposed_by, waiting.action) == (proposed.proposal_id, "w-1", "mark_spam")
    agreed: dict[str, Any] = {"approval": proposed.proposal_id}
    assert (await refused(here, concern, "mark_spam", **agreed)).code == "second_person_needed"
    assert (await refused(here, concern, "withdraw", actor="w-2", **agreed)).code == "unknown_proposal"
    assert (await refused(here, concern, "mark_spam", actor="w-2", approval=uuid4())).code == "unknown_proposal"
    assert only(await act(here, concern, "mark_spam", actor="w-2", **agreed), intake.ConcernMoved).state == "spam"
    assert here.rows("SELECT moved_by, seconded_by FROM concern_move") == [("w-1", "w-2")]
    assert here.counts()["concern_proposal"] == 0


async def test_a_proposal_ends_with_its_time_and_with_the_state_it_was_about(here: Intake) -> None:
    concern, other = await raised(here, flags=DANGER), await raised(here, flags=DANGER)
    late = only(await act(here, concern, "withdraw", reason="client_request"), intake.ConcernProposed)
    overtaken = only(await act(here, other, "mark_spam"), intake.ConcernProposed)
    await act(here, other, "accept")
    assert here.rows(f"SELECT 1 FROM concern_proposal WHERE concern_id = '{other}'") == []
    fault = await refused(here, other, "mark_spam", actor="w-2", approval=overtaken.proposal_id)
    assert fault.code == "unknown_proposal"
    here.now += timedelta(days=3)
    fault = await refused(here, concern, "withdraw", actor="w-2", reason="client_request", approval=late.proposal_id)
    assert fault.code == "unknown_proposal"
    assert (await here.ask(intake.AskConcernActions(concern_id=concern))).proposals == ()


async def test_what_is_no_emergency_needs_no_second_person(here: Intake) -> None:
    concern = await raised(here)
    assert only(await act(here, concern, "mark_spam"), intake.ConcernMoved).state == "spam"


async def test_lowering_an_emergency_needs_a_second_person(here: Intake) -> None:
    concern = await raised(here, flags=DANGER)
    proposed = only(await act(here, concern, "prioritise", urgency="normal"), intake.ConcernProposed)
    assert here.rows("SELECT urgency FROM concern") == [("emergency",)]
    fault = await refused(here, concern, "prioritise", actor="w-2", urgency="urgent", approval=proposed.proposal_id)
    assert fault.code == "unknown_proposal"
    before = here.rows("SELECT due_at FROM concern")
    await act(here, concern, "prioritise", actor="w-2", urgency="normal", approval=proposed.proposal_id)
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
    await enrol(here, "w-1")
    concern = only(await here.hear(enquiry(here), actor=None), intake.ConcernRaised)
    await act(here, concern.concern_id, "claim")
    one = uuid4()
    await here.hear(sent(concern, one), actor=None)
    assert (await refused(here, concern.concern_id, "resolve", outcome="need_met")).code == "referrals_open"
    await here.hear(declined(concern, one), actor=None)
    assert held(here, concern.concern_id)[:2] == ("in_advice", "w-1")
    await act(here, concern.concern_id, "resolve", outcome="informed_only")


ENDS_OF_REFERRALS: dict[type[referral.ReferralFact], dict[str, Any]] = {
    referral.ReferralDeclined: {"reason": "no_capacity"},
    referral.ReferralFailed: {"reason": "no_show"},
    referral.ReferralWithdrawn: {"reason": "client_request"},
    referral.ReferralExpired: {},
    referral.ReferralUnconfirmed: {},
    referral.ReferralRerouted: {"followed_by": uuid4()},
    referral.ReferralMistaken: {},
}


@pytest.mark.parametrize("end", list(ENDS_OF_REFERRALS))
@pytest.mark.parametrize("end_first", [True, False])
async def test_no_end_of_a_referral_leaves_a_concern_referred_for_ever(
    here: Intake, end: type[referral.ReferralFact], end_first: bool
) -> None:
    """In whichever order it is heard, and twice; another referral that follows refers it again."""
    await enrol(here, "w-1")
    concern = only(await here.hear(enquiry(here), actor=None), intake.ConcernRaised)
    await act(here, concern.concern_id, "claim")
    one, following = uuid4(), uuid4()
    ended = end.model_validate(sent(concern, one).model_dump() | ENDS_OF_REFERRALS[end])
    for fact in (ended, sent(concern, one)) if end_first else (sent(concern, one), ended):
        await here.hear(fact, actor=None)
    await here.hear(ended, actor=None)
    assert held(here, concern.concern_id)[:2] == ("in_advice", "w-1")
    await here.hear(sent(concern, following), actor=None)
    assert state(here, concern.concern_id) == "referred"
    await here.hear(completed(concern, following), actor=None)
    assert state(here, concern.concern_id) == "resolved"


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
