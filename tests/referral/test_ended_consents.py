"""A consent ends, or facts about it come in any order: the receiver is told, and nothing stays open."""

from itertools import permutations
from typing import Literal
from uuid import UUID

import pytest

from lotse_chassis.faults import Refused
from lotse_contracts import Message
from lotse_contracts.intake import ConsentExpired, ConsentProved, PersonRegistered
from lotse_contracts.referral import (
    AnswerReferral,
    AskOpenReferrals,
    ConsentWithdrawalAcknowledged,
    ConsentWithdrawnNotice,
    ErasureNotice,
    FixAppointment,
    ReferralAnswered,
    ReferralTakenBack,
    ReferralWithdrawn,
)
from lotse_contracts.values import ReferralAnswerName
from tests.referral.acted import jobcenter
from tests.referral.connected import partners_service, under_way, withdrawn
from tests.referral.desk import NOW, Desk, Person, names, only


async def test_a_withdrawn_consent_reaches_the_receiver_who_stops_and_says_so(desks: tuple[Desk, Desk]) -> None:
    desk, partner = desks
    person, hers = Person(), Person()
    await partner.hears(await under_way(desk, person), "auslaenderrat")
    await partner.hears(PersonRegistered(person_id=hers.person_id, version=1, referral_id=person.referral_id))
    fix = FixAppointment(
        referral_id=person.referral_id,
        appointment_id=UUID(int=9),
        starts_at=NOW.replace(day=28),
        ends_at=NOW.replace(day=28, hour=13),
    )
    await partner.hears(fix)
    said = await desk.hears(withdrawn(person))
    assert names(said) == ["ConsentWithdrawnNotice", "ReferralWithdrawn", "StopTelling"]
    assert only(ReferralWithdrawn, said).reason == "consent_withdrawn"
    stopped = await partner.hears(only(ConsentWithdrawnNotice, said), "auslaenderrat")
    assert names(stopped) == ["ConsentWithdrawalAcknowledged", "AppointmentCancelled", "ReferralTakenBack"]
    assert await partner.state(person.referral_id) == "withdrawn"
    await desk.hears(only(ConsentWithdrawalAcknowledged, stopped), "plattform")
    (row,) = await desk.rows("referral")
    assert row["withdrawal_acknowledged_at"] == NOW
    late = ReferralAnswered(to="auslaenderrat", referral_id=person.referral_id, answer="accepted")
    assert await desk.hears(late, "plattform") == []


async def test_the_receiver_of_a_closed_referral_is_told_too(desks: tuple[Desk, Desk]) -> None:
    desk, _ = desks
    person = Person()
    await under_way(desk, person)
    answer = ReferralAnswered(
        to="auslaenderrat", referral_id=person.referral_id, answer="completed", outcome="need_met"
    )
    await desk.hears(answer, "plattform")
    assert names(await desk.hears(withdrawn(person))) == ["ConsentWithdrawnNotice"]
    assert await desk.state(person.referral_id) == "completed"


async def test_the_receivers_desk_hears_of_it_once_although_it_had_finished(desks: tuple[Desk, Desk]) -> None:
    desk, partner = desks
    person = Person()
    await partner.hears(await under_way(desk, person), "auslaenderrat")
    answers: tuple[ReferralAnswerName, ...] = ("accepted", "completed")
    for answer in answers:
        await partner.hears(AnswerReferral(referral_id=person.referral_id, answer=answer, outcome="need_met"))
    notice = only(ConsentWithdrawnNotice, await desk.hears(withdrawn(person)))
    heard = await partner.hears(notice, "auslaenderrat")
    assert names(heard) == ["ConsentWithdrawalAcknowledged", "ReferralTakenBack"]
    assert only(ReferralTakenBack, heard).reason == "consent_withdrawn"
    assert names(await partner.hears(notice, "auslaenderrat")) == ["ConsentWithdrawalAcknowledged"]
    assert await partner.state(person.referral_id) == "completed"


async def test_a_notice_that_overtakes_the_offer_finds_it_closed(desks: tuple[Desk, Desk]) -> None:
    desk, partner = desks
    person = Person()
    offer = await under_way(desk, person)
    notice = only(ConsentWithdrawnNotice, await desk.hears(withdrawn(person)))
    assert names(await partner.hears(notice, "auslaenderrat")) == ["ConsentWithdrawalAcknowledged"]
    assert await partner.hears(offer, "auslaenderrat") == []
    assert await partner.state(person.referral_id) == "withdrawn"


async def test_all_orders_of_the_facts_about_one_consent_end_alike(desk: Desk) -> None:
    """Also with the order to send among them, and each one said twice."""
    ends = set()
    for order in permutations(range(4)):
        person = Person()
        service_id = await partners_service(desk, person)
        steps: list[Message] = [
            person.consents(),
            withdrawn(person),
            person.accepted(2),
            person.connected(service_id),
        ]
        await desk.hears_all([(steps[step], "") for step in order] + [(steps[step], "") for step in order])
        (row,) = [row for row in await desk.rows("referral") if row["referral_id"] == person.referral_id]
        (consent,) = [row for row in await desk.rows("consent") if row["person_id"] == person.person_id]
        ends.add((row["state"], row["asked_consent_id"], consent["withdrawn"], consent["kind"], consent["version"]))
    assert ends == {("consent_pending", None, True, "disclosure", 2)}


async def test_all_orders_of_what_a_sender_and_our_intake_say_leave_nothing_open(desks: tuple[Desk, Desk]) -> None:
    """Each one twice. The fields reach our intake only where the offer came before any notice to stop."""
    desk, partner = desks
    for order in permutations(range(4)):
        person, hers = Person(), Person()
        offer = await under_way(desk, person)
        steps: list[tuple[Message, str]] = [
            (offer, "auslaenderrat"),
            (ConsentWithdrawnNotice(to="plattform", referral_id=person.referral_id), "auslaenderrat"),
            (ErasureNotice(to="plattform", referral_id=person.referral_id), "auslaenderrat"),
            (PersonRegistered(person_id=hers.person_id, version=1, referral_id=person.referral_id), ""),
        ]
        said = await partner.hears_all([steps[step] for step in order] * 2)
        offer_first = order.index(0) < min(order.index(1), order.index(2))
        assert names(said).count("ReceivePerson") == offer_first
        assert names(said).count("ConsentWithdrawalAcknowledged") == 2
        states = [row["state"] for row in await partner.rows("referral") if row["referral_id"] == person.referral_id]
        assert set(states) <= {"withdrawn"}


async def test_open_referrals_come_oldest_first_in_pages(desks: tuple[Desk, Desk]) -> None:
    desk, partner = desks
    ids = []
    for _ in range(5):
        person = Person()
        await under_way(desk, person)
        ids.append(person.referral_id)
        await desk.passes(minutes=1)
    seen: list[UUID] = []
    cursor: str | None = None
    for _ in range(3):
        page = await desk.asks(AskOpenReferrals(size=2, cursor=cursor))
        seen += [referral.referral_id for referral in page.referrals]
        cursor = page.cursor
    assert (seen, cursor) == (ids, None)
    with pytest.raises(Refused, match="malformed"):
        await desk.asks(AskOpenReferrals(cursor="nonsense"))
    assert (await partner.asks(AskOpenReferrals())).referrals == ()


@pytest.mark.parametrize("reason", ["valid_to", "unproved"])
async def test_under_a_consent_that_is_over_no_call_names_her(
    desk: Desk, reason: Literal["valid_to", "unproved"]
) -> None:
    """A call passes no guard of intake: what referral knows is all that holds it back."""
    for expired_first in (False, True):
        person = Person(code="work")
        await desk.hears(person.accepted())
        service = await jobcenter(desk, person)
        facts = [person.consents(str(service)), expired(person, str(service), reason)]
        for fact in reversed(facts) if expired_first else facts:
            await desk.hears(fact)
        assert await desk.hears(person.sent(service, mode="call", field_groups=("identity",))) == []
        assert await desk.state(person.referral_id) == "consent_pending"


async def test_a_scan_that_comes_late_lets_the_call_go_on_in_whatever_order_that_is_heard(desk: Desk) -> None:
    for order in permutations(range(3)):
        person = Person(code="work")
        await desk.hears(person.accepted())
        service = await jobcenter(desk, person)
        await desk.hears(person.sent(service, mode="call", field_groups=("identity",)))
        proved = ConsentProved(
            consent_id=person.consent_id,
            person_id=person.person_id,
            version=3,
            kind="disclosure",
            recipient=str(service),
        )
        facts = (person.consents(str(service)), expired(person, str(service), "unproved"), proved)
        for step in order:
            await desk.hears(facts[step])
        assert await desk.state(person.referral_id) == "sent", order


async def test_a_consent_that_was_over_is_still_taken_back(desk: Desk) -> None:
    person = Person()
    await under_way(desk, person)
    await desk.hears(expired(person, "plattform", "valid_to"))
    taken_back = withdrawn(person).model_copy(update={"version": 3})
    assert "ConsentWithdrawnNotice" in names(await desk.hears(taken_back))


def expired(person: Person, recipient: str, reason: Literal["valid_to", "unproved"]) -> ConsentExpired:
    return ConsentExpired(
        consent_id=person.consent_id,
        person_id=person.person_id,
        version=2,
        kind="disclosure",
        recipient=recipient,
        reason=reason,
    )
