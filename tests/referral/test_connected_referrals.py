"""To the other association: nothing leaves without a consent, and its answers come back in any order."""

from itertools import permutations
from typing import Any
from uuid import UUID

import pytest

from lotse_chassis.faults import Refused
from lotse_contracts import Message
from lotse_contracts.intake import ConsentProved, FieldsRefused, PersonRegistered, ReceivePerson, ReleaseFields
from lotse_contracts.notify import Tell
from lotse_contracts.referral import (
    AnswerReferral,
    AskReferralActions,
    FixAppointment,
    ReferralAnswered,
    ReferralCompleted,
    ReferralOffered,
)
from lotse_contracts.sealed import encode, public_bytes
from tests.referral.connected import FIELDS, forwarded, partners_service, under_way
from tests.referral.desk import NOW, Desk, Person, names, only


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("consent_first", [True, False])
async def test_consent_and_order_meet_whichever_comes_first(
    desks: tuple[Desk, Desk], consent_first: bool, named: bool
) -> None:
    desk, partner = desks
    person = Person()
    service_id = await partners_service(desk, person)
    order = person.connected(service_id, consent_id=person.consent_id if named else None)
    steps: tuple[Message, ...] = (person.consents(), order) if consent_first else (order, person.consents())
    assert await desk.hears(steps[0]) == []
    release = only(ReleaseFields, await desk.hears(steps[1]))
    assert (release.recipient, release.codes, release.field_groups) == (
        "plattform",
        ("community",),
        ("identity", "contact"),
    )
    assert release.receiver_key == encode(public_bytes(partner.intake_key))
    said = await desk.hears(forwarded(person))
    assert names(said) == ["ReferralSent", "ReferralOffered", "Tell"]
    assert only(ReferralOffered, said).fields == FIELDS


async def test_nothing_leaves_without_a_consent_that_covers(desk: Desk) -> None:
    person = Person()
    service_id = await partners_service(desk, person)
    assert await desk.hears(person.connected(service_id)) == []
    others: tuple[dict[str, Any], ...] = (
        {"recipient": "caritas"},
        {"codes": ("housing",)},
        {"field_groups": ("identity",)},
        {"kind": "secrecy_release"},
    )
    for number, changed in enumerate(others):
        assert await desk.hears(person.consents(**{"consent_id": UUID(int=number), **changed})) == []
    with pytest.raises(Refused, match="consent_does_not_cover"):
        await desk.hears(person.connected(service_id, consent_id=UUID(int=0)))
    assert await desk.state(person.referral_id) == "consent_pending"
    await desk.hears(forwarded(person))
    assert await desk.state(person.referral_id) == "withdrawn"


async def test_the_desk_is_told_what_a_connected_referral_needs(desk: Desk) -> None:
    person = Person()
    service_id = await partners_service(desk, person)
    with pytest.raises(Refused, match="field_groups_needed"):
        await desk.hears(person.connected(service_id, field_groups=()))
    await desk.hears(person.connected(service_id))
    with pytest.raises(Refused, match="referral_exists"):
        await desk.hears(person.connected(service_id, field_groups=("health",)))


async def test_a_refusal_of_the_guard_waits_for_another_consent(desk: Desk) -> None:
    person = Person()
    service_id = await partners_service(desk, person)
    await desk.hears(person.consents())
    await desk.hears(person.connected(service_id, consent_id=person.consent_id))
    refused = FieldsRefused(referral_id=person.referral_id, person_id=person.person_id, reason="consent_not_valid")
    assert await desk.hears(refused) == []
    (row,) = await desk.rows("referral")
    assert (row["state"], row["reason"]) == ("consent_pending", "consent_not_valid")
    assert await desk.hears(person.consents(version=2)) == []
    again = await desk.hears(person.consents(consent_id=UUID(int=7)))
    assert only(ReleaseFields, again).consent_id == UUID(int=7)
    assert "ReferralOffered" in names(await desk.hears(forwarded(person)))
    assert await desk.hears(refused) == []
    assert await desk.state(person.referral_id) == "sent"


async def test_a_release_from_secrecy_or_a_scan_that_comes_later_lets_it_be_asked_again(desk: Desk) -> None:
    person = Person()
    service_id = await partners_service(desk, person)
    await desk.hears(person.consents())
    await desk.hears(person.connected(service_id, consent_id=person.consent_id))

    async def refuse(why: str) -> None:
        await desk.hears(FieldsRefused(referral_id=person.referral_id, person_id=person.person_id, reason=why))

    secrecy: dict[str, Any] = {"kind": "secrecy_release", "consent_id": UUID(int=8)}
    await refuse("needs_secrecy_release")
    assert await desk.hears(person.consents(**secrecy, recipient="caritas")) == []
    again = await desk.hears(person.consents(**secrecy, version=2))
    assert only(ReleaseFields, again).consent_id == person.consent_id
    await refuse("needs_secrecy_release")  # in writing, and its scan is overdue
    scanned: dict[str, Any] = {"person_id": person.person_id, "version": 3, "recipient": "plattform"}
    again = await desk.hears(ConsentProved(**scanned, kind="secrecy_release", consent_id=UUID(int=8)))
    assert only(ReleaseFields, again).consent_id == person.consent_id
    await refuse("consent_not_proved")
    assert await desk.hears(ConsentProved(**scanned, kind="disclosure", consent_id=UUID(int=99))) == []
    again = await desk.hears(ConsentProved(**scanned, kind="disclosure", consent_id=person.consent_id))
    assert only(ReleaseFields, again).consent_id == person.consent_id


async def test_the_receiver_keeps_it_says_so_and_hands_it_to_its_intake(desks: tuple[Desk, Desk]) -> None:
    desk, partner = desks
    person = Person()
    offer = await under_way(desk, person)
    said = await partner.hears(offer, "auslaenderrat")
    assert names(said) == ["ReferralArrived", "ReferralAnswered", "ReceivePerson"]
    received = only(ReceivePerson, said)
    assert (received.sender, received.fields, received.codes) == ("auslaenderrat", FIELDS, ("community",))
    assert await partner.hears(offer, "auslaenderrat") == []
    with pytest.raises(Refused, match="not_the_sender"):
        await partner.hears(offer, "caritas")


async def test_a_referral_to_a_service_that_is_not_ours_is_declined(desks: tuple[Desk, Desk]) -> None:
    desk, _ = desks
    offer = (await under_way(desk, Person())).model_copy(update={"referral_id": UUID(int=5)})
    answer = only(ReferralAnswered, await desk.hears(offer, "plattform"))
    assert (answer.answer, answer.reason, answer.to) == ("declined", "wrong_service", "plattform")


async def test_the_receiving_desk_accepts_fixes_an_appointment_and_completes(desks: tuple[Desk, Desk]) -> None:
    desk, partner = desks
    person, hers = Person(), Person()
    said = await partner.hears(await under_way(desk, person), "auslaenderrat")
    facts = await desk.hears(only(ReferralAnswered, said), "plattform")
    fix = FixAppointment(
        referral_id=person.referral_id, appointment_id=UUID(int=9), starts_at=NOW, ends_at=NOW.replace(hour=13)
    )
    with pytest.raises(Refused, match="person_not_yet_known"):
        await partner.hears(fix)
    await partner.hears(PersonRegistered(person_id=hers.person_id, version=1, referral_id=person.referral_id))
    assert names(await partner.hears(fix)) == ["AppointmentFixed"]
    for answer, extra in (("accepted", {}), ("completed", {"outcome": "enrolled"})):
        decided = AnswerReferral.model_validate({"referral_id": person.referral_id, "answer": answer} | extra)
        facts += await desk.hears(only(ReferralAnswered, await partner.hears(decided)), "plattform")
    assert names(facts) == ["ReferralDelivered", "ReferralAccepted", "Tell", "ReferralCompleted"]
    completed = only(ReferralCompleted, facts)
    assert (completed.outcome, completed.confirmed_by) == ("enrolled", "receiver")
    assert await partner.state(person.referral_id) == "completed"


async def test_the_receiving_desk_declines_only_with_a_reason(desks: tuple[Desk, Desk]) -> None:
    desk, partner = desks
    person = Person()
    await partner.hears(await under_way(desk, person), "auslaenderrat")
    actions = await partner.asks(AskReferralActions(referral_id=person.referral_id))
    assert actions.actions == ("request_info", "accept", "waitlist", "decline", "sub")
    ours = (await desk.asks(AskReferralActions(referral_id=person.referral_id))).actions
    assert ours == ("withdraw", "reroute", "sub", "mark_error", "fix_appointment")
    decline = AnswerReferral(referral_id=person.referral_id, answer="declined")
    with pytest.raises(Refused, match="reason_needed"):
        await partner.hears(decline)
    said = await partner.hears(decline.model_copy(update={"reason": "no_capacity"}))
    facts = await desk.hears(only(ReferralAnswered, said), "plattform")
    assert names(facts) == ["ReferralDelivered", "ReferralDeclined", "Tell"]
    assert only(Tell, facts).template == "referral_declined"


ANSWERS = {
    "completed": ("delivered", "accepted", "completed"),
    "declined": ("delivered", "declined"),
}


@pytest.mark.parametrize("end", sorted(ANSWERS))
async def test_answers_in_every_order_and_ten_times_tell_each_fact_once(desk: Desk, end: str) -> None:
    ends = set()
    for order in permutations(ANSWERS[end]):
        person = Person()
        await under_way(desk, person)
        facts: list[Message] = []
        for answer in order * 10:
            given = {"to": "auslaenderrat", "referral_id": person.referral_id, "answer": answer}
            reason = {"reason": "no_capacity"} if answer == "declined" else {}
            outcome = {"outcome": "need_met"} if answer == "completed" else {}
            facts += await desk.hears(ReferralAnswered.model_validate(given | reason | outcome), "plattform")
        said = [fact for fact in facts if not isinstance(fact, Tell)]
        ends.add(tuple((type(fact).__name__, fact.model_dump()["version"]) for fact in said))
        assert len({told.dedupe_key for told in facts if isinstance(told, Tell)}) == len(facts) - len(said)
    assert len(ends) == 1
    assert [name for name, _ in ends.pop()][-1] == f"Referral{end.capitalize()}"


async def test_only_the_receiver_may_answer(desk: Desk) -> None:
    person = Person()
    await under_way(desk, person)
    answer = ReferralAnswered(to="auslaenderrat", referral_id=person.referral_id, answer="accepted")
    with pytest.raises(Refused, match="not_the_receiver"):
        await desk.hears(answer, "caritas")
    with pytest.raises(Refused, match="unknown_referral"):
        await desk.hears(answer.model_copy(update={"referral_id": UUID(int=3)}), "plattform")
    assert await desk.state(person.referral_id) == "sent"
