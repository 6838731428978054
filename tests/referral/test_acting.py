"""What the desk does with a referral by `act-on-referral`, in the right role, and what the partner hears of it."""

from typing import get_args
from uuid import UUID

import pytest

from lotse_chassis.faults import Refused
from lotse_contracts import Message
from lotse_contracts.intake import FieldsRefused, PersonRegistered, ReceiveMoreFields, ReleaseFields
from lotse_contracts.notify import Tell
from lotse_contracts.referral import (
    AnswerReferral,
    AskOpenReferrals,
    AskReferralActions,
    FixAppointment,
    ReferralCompleted,
    ReferralFailed,
    ReferralInfoAnswered,
    ReferralInfoRequested,
    ReferralScheduled,
    ReferralTakenBack,
    ReferralWithdrawalAcknowledged,
    ReferralWithdrawn,
    ReferralWithdrawnNotice,
)
from lotse_contracts.values import ReferralAction
from tests.referral.acted import act, answered, arrived, jobcenter
from tests.referral.connected import FIELDS, forwarded, partners_service, under_way
from tests.referral.desk import NOW, Desk, Person, names, only


async def test_a_withdrawal_of_the_desk_reaches_the_partner_who_stops_and_says_so(desks: tuple[Desk, Desk]) -> None:
    desk, partner = desks
    person = Person()
    await arrived(desk, partner, person)
    with pytest.raises(Refused, match="reason_needed"):
        await desk.hears(act(person, "withdraw"))
    said = await desk.hears(act(person, "withdraw", reason="need_met_elsewhere"))
    assert only(ReferralWithdrawn, said).reason == "need_met_elsewhere"
    notice = only(ReferralWithdrawnNotice, said)
    heard = await partner.hears(notice, "auslaenderrat")
    assert only(ReferralTakenBack, heard).reason == "need_met_elsewhere"
    assert await partner.state(person.referral_id) == "withdrawn"
    await desk.hears(only(ReferralWithdrawalAcknowledged, heard), "plattform")
    (row,) = await desk.rows("referral")
    assert row["withdrawal_acknowledged_at"] == NOW
    assert names(await partner.hears(notice, "auslaenderrat")) == ["ReferralWithdrawalAcknowledged"]
    with pytest.raises(Refused, match="not_the_sender"):
        await partner.hears(notice, "caritas")


async def test_a_notice_that_overtakes_its_offer_finds_it_closed(desks: tuple[Desk, Desk]) -> None:
    desk, partner = desks
    person = Person()
    offer = await under_way(desk, person)
    notice = only(ReferralWithdrawnNotice, await desk.hears(act(person, "withdraw", reason="error")))
    assert names(await partner.hears(notice, "auslaenderrat")) == ["ReferralWithdrawalAcknowledged"]
    assert await partner.hears(offer, "auslaenderrat") == []
    assert await partner.state(person.referral_id) == "withdrawn"


async def test_only_she_may_withdraw_once_the_service_has_begun(desks: tuple[Desk, Desk]) -> None:
    desk, partner = desks
    person = Person()
    await arrived(desk, partner, person)
    for action in ("accept", "start_service"):
        await answered(desk, partner, act(person, action))
    assert await desk.state(person.referral_id) == "in_service"
    with pytest.raises(Refused, match="action_not_allowed"):
        await desk.hears(act(person, "withdraw", reason="error"))
    said = await desk.hears(act(person, "withdraw", reason="client_request"))
    assert only(ReferralWithdrawnNotice, said).reason == "client_request"


async def test_a_partner_goes_all_the_way_and_the_sender_hears_each_step_once(desks: tuple[Desk, Desk]) -> None:
    desk, partner = desks
    person, hers = Person(), Person()
    await arrived(desk, partner, person)
    facts = await answered(desk, partner, act(person, "waitlist"))
    facts += await answered(desk, partner, act(person, "accept"))
    facts += await answered(desk, partner, act(person, "start_service"))
    with pytest.raises(Refused, match="reason_needed"):
        await partner.hears(act(person, "fail", reason="no_capacity"))
    facts += await answered(desk, partner, act(person, "fail", reason="not_eligible_after_check"))
    assert names(facts) == [
        "ReferralWaitlisted",
        "ReferralAccepted",
        "Tell",
        "ReferralServiceStarted",
        "ReferralFailed",
    ]
    assert only(Tell, facts).template == "referral_accepted"
    failed = only(ReferralFailed, facts)
    assert (failed.reason, failed.confirmed_by) == ("not_eligible_after_check", "receiver")
    assert [fact.model_dump()["version"] for fact in facts if not isinstance(fact, Tell)] == [4, 5, 6, 7]
    assert hers.person_id != person.person_id


async def test_a_time_that_the_partner_fixes_is_told_with_the_answer(desks: tuple[Desk, Desk]) -> None:
    desk, partner = desks
    person, hers = Person(), Person()
    await arrived(desk, partner, person)
    await partner.hears(PersonRegistered(person_id=hers.person_id, version=1, referral_id=person.referral_id))
    await answered(desk, partner, act(person, "accept"))
    begins = NOW.replace(day=27)
    fix = FixAppointment(
        referral_id=person.referral_id, appointment_id=UUID(int=9), starts_at=begins, ends_at=begins.replace(hour=13)
    )
    facts = await answered(desk, partner, fix)
    scheduled = only(ReferralScheduled, facts)
    assert (scheduled.starts_at, scheduled.ends_at) == (begins, begins.replace(hour=13))
    moved = fix.model_copy(update={"ends_at": begins.replace(hour=14)})
    assert only(ReferralScheduled, await answered(desk, partner, moved)).ends_at == begins.replace(hour=14)
    facts = await answered(desk, partner, fix.model_copy(update={"cancelled": True}))
    assert names(facts) == ["ReferralAccepted"]


async def asked_back(desk: Desk, partner: Desk, person: Person) -> None:
    await arrived(desk, partner, person)
    with pytest.raises(Refused, match="question_needed"):
        await partner.hears(act(person, "request_info"))
    question = act(person, "request_info", question="fields_missing", field_groups=("status",))
    fact = only(ReferralInfoRequested, await answered(desk, partner, question))
    assert (fact.question, fact.field_groups) == ("fields_missing", ("status",))
    assert await desk.state(person.referral_id) == await partner.state(person.referral_id) == "info_requested"


async def test_a_question_is_answered_without_fields_at_once(desks: tuple[Desk, Desk]) -> None:
    desk, partner = desks
    person = Person()
    await asked_back(desk, partner, person)
    with pytest.raises(Refused, match="info_answer_needed"):
        await desk.hears(act(person, "answer_info"))
    word = only(ReferralInfoAnswered, await desk.hears(act(person, "answer_info", answer="not_available")))
    assert word.fields is None
    assert await partner.hears(word, "auslaenderrat") == []
    assert await desk.state(person.referral_id) == await partner.state(person.referral_id) == "delivered"


async def test_more_fields_leave_only_under_a_fresh_consent(desks: tuple[Desk, Desk]) -> None:
    desk, partner = desks
    person = Person()
    await asked_back(desk, partner, person)
    assert await desk.hears(act(person, "answer_info", field_groups=("status", "identity"))) == []
    assert await desk.hears(person.consents(version=2, field_groups=("identity", "contact", "status"))) == []
    fresh = person.consents(consent_id=UUID(int=77), field_groups=("status",))
    release = only(ReleaseFields, await desk.hears(fresh))
    assert (release.consent_id, release.field_groups) == (UUID(int=77), ("status",))
    said = await desk.hears(forwarded(person))
    word = only(ReferralInfoAnswered, said)
    assert (word.answer, word.fields) == ("given", FIELDS)
    more = only(ReceiveMoreFields, await partner.hears(word, "auslaenderrat"))
    assert (more.referral_id, more.sender, more.fields) == (person.referral_id, "auslaenderrat", FIELDS)
    assert await desk.state(person.referral_id) == await partner.state(person.referral_id) == "delivered"
    with pytest.raises(Refused, match="action_not_allowed"):
        await desk.hears(act(person, "answer_info", field_groups=("health",)))


async def test_fields_that_were_given_before_are_no_answer(desks: tuple[Desk, Desk]) -> None:
    desk, partner = desks
    person = Person()
    await asked_back(desk, partner, person)
    with pytest.raises(Refused, match="fields_given_before"):
        await desk.hears(act(person, "answer_info", field_groups=("identity",)))


async def test_a_receiver_may_decide_before_it_is_answered_and_late_word_changes_nothing(
    desks: tuple[Desk, Desk],
) -> None:
    desk, partner = desks
    person = Person()
    await asked_back(desk, partner, person)
    word = only(ReferralInfoAnswered, await desk.hears(act(person, "answer_info", answer="told_by_phone")))
    await answered(desk, partner, act(person, "decline", reason="outside_area"))
    before = await partner.everything()
    assert await partner.hears(word, "auslaenderrat") == []
    assert await partner.everything() == before
    assert await desk.state(person.referral_id) == "declined"


async def test_an_office_on_the_phone_is_written_down_by_the_desk(desk: Desk) -> None:
    person = Person(code="work")
    await desk.hears(person.accepted())
    await desk.hears(person.sent(await jobcenter(desk, person), mode="letter"))
    assert await desk.state(person.referral_id) == "sent"
    actions = (await desk.asks(AskReferralActions(referral_id=person.referral_id))).actions
    assert "deliver" in actions
    for action in ("deliver", "waitlist", "accept"):
        await desk.hears(act(person, action))
    completed = only(ReferralCompleted, await desk.hears(act(person, "complete", outcome="enrolled")))
    assert (completed.outcome, completed.confirmed_by) == ("enrolled", "staff")


async def test_a_call_may_name_her_only_with_a_consent_towards_the_service(desk: Desk) -> None:
    person = Person(code="work")
    await desk.hears(person.accepted())
    service = await jobcenter(desk, person)
    assert await desk.hears(person.sent(service, mode="call", field_groups=("identity",))) == []
    assert await desk.state(person.referral_id) == "consent_pending"
    await desk.hears(person.consents(recipient="plattform", field_groups=("identity",)))
    assert await desk.state(person.referral_id) == "consent_pending"
    said = await desk.hears(person.consents(consent_id=UUID(int=3), recipient=str(service), field_groups=("identity",)))
    assert "ReferralSent" in names(said)
    assert "ReleaseFields" not in names(said)


async def test_fields_are_for_offices_and_not_for_a_card(desk: Desk) -> None:
    person = Person(code="work")
    await desk.hears(person.accepted())
    service = await jobcenter(desk, person)
    for mode in ("self", "accompanied"):
        with pytest.raises(Refused, match="fields_not_for_this_way"):
            await desk.hears(person.sent(service, mode=mode, field_groups=("identity",)))


async def test_what_a_rule_speaks_against_is_sent_with_a_reason_that_is_kept(desk: Desk) -> None:
    person = Person(code="work")
    await desk.hears(person.accepted())
    service = await jobcenter(desk, person)
    with pytest.raises(Refused, match="overrule_incomplete"):
        await desk.hears(person.sent(service, overruled_rule="p24_benefits"))
    overruled = {"overruled_rule": "p24_benefits", "overrule_reason": "date_must_count"}
    await desk.hears(person.sent(service, **overruled))
    (row,) = await desk.rows("referral")
    assert {name: row[name] for name in overruled} == overruled


async def test_an_action_that_is_not_offered_is_refused_in_every_state(desk: Desk) -> None:
    """What `ask allowed-actions` names can be tried, what it does not name is refused."""
    person = Person(code="work")
    await desk.hears(person.accepted())
    await desk.hears(person.sent(await jobcenter(desk, person)))
    offered = set((await desk.asks(AskReferralActions(referral_id=person.referral_id))).actions)
    for action in set(get_args(ReferralAction)) - offered:
        with pytest.raises(Refused, match=r"action_not_allowed|info_answer_needed"):
            await desk.hears(act(person, action, reason="client_request", outcome="need_met", question="other"))
    with pytest.raises(Refused, match="unknown_referral"):
        await desk.hears(act(Person(), "withdraw", reason="client_request"))


async def test_the_old_order_records_the_new_answers_too(desks: tuple[Desk, Desk]) -> None:
    desk, partner = desks
    person = Person()
    await arrived(desk, partner, person)
    facts: list[Message] = []
    for answer in ("waitlisted", "accepted", "service_started", "completed"):
        given = {"outcome": "course_completed"} if answer == "completed" else {}
        order = AnswerReferral.model_validate({"referral_id": person.referral_id, "answer": answer} | given)
        facts += await answered(desk, partner, order)
    assert only(ReferralCompleted, facts).outcome == "course_completed"


async def test_the_desk_sees_that_a_referral_waits_and_why(desks: tuple[Desk, Desk]) -> None:
    desk, partner = desks
    person, other = Person(), Person()
    await desk.hears(person.consents())
    await desk.hears(person.connected(await partners_service(desk, person)))
    refused = FieldsRefused(referral_id=person.referral_id, person_id=person.person_id, reason="needs_secrecy_release")
    await desk.hears(refused)
    await asked_back(desk, partner, other)
    listed = {one.referral_id: one for one in (await desk.asks(AskOpenReferrals())).referrals}
    waiting, asked = listed[person.referral_id], listed[other.referral_id]
    assert (waiting.state, waiting.reason) == ("consent_pending", "needs_secrecy_release")
    assert (asked.state, asked.question, asked.asked_groups) == ("info_requested", "fields_missing", ("status",))
