"""An erased person: her rows are gone, partners are told, and nothing late brings her back."""

import hashlib
import json
from datetime import timedelta
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from lotse_chassis.faults import Refused
from lotse_contracts import Message
from lotse_contracts.intake import CaseAssigned, PersonRegistered
from lotse_contracts.referral import (
    AnswerCheckback,
    AnswerReferral,
    AskPersonData,
    BookPlace,
    ErasePerson,
    ErasureNotice,
    FixAppointment,
    PersonErased,
    PlaceBooked,
    ProposedTime,
    ProposeTimes,
    ReferralAnswered,
    RequestInterpreter,
    ShareCalendar,
)
from lotse_contracts.sealed import encode, open_sealed, public_bytes
from lotse_referral.domain.groups import GroupOffer
from lotse_referral.store import groups
from tests.referral.connected import under_way, withdrawn
from tests.referral.desk import NOW, Desk, Person, names, only

OFFER = GroupOffer(UUID(int=70), "Practice group", seats=1, open=True)


async def offered(desk: Desk) -> None:
    async with desk.service.engine.begin() as tx:
        await groups.save(tx, OFFER)


def around_the_appointment(person: Person, card: Person) -> list[Message]:
    """What may hang on it, and who of us carries the case."""
    ids = {"referral_id": card.referral_id, "appointment_id": UUID(int=8)}
    later = NOW + timedelta(days=9)
    time = ProposedTime(proposal_id=UUID(int=81), starts_at=later, ends_at=later + timedelta(hours=1))
    return [
        CaseAssigned(case_id=person.case_id, person_id=person.person_id, version=2, owner="olena"),
        ProposeTimes(referral_id=card.referral_id, times=(time,)),
        RequestInterpreter.model_validate({"request_id": UUID(int=82), "language": "uk", **ids}),
        ShareCalendar.model_validate({"code_sha256": "0" * 64, **ids}),
    ]


async def a_full_life(desk: Desk, person: Person) -> None:
    """A card, a connected referral, an appointment, a seat and a consent."""
    await offered(desk)
    await under_way(desk, person)
    card = Person(person.person_id, code="work")
    await desk.hears(card.accepted())
    await desk.hears(card.sent((await desk.suggested(card.concern_id, "Jobcenter")).service_id))
    await desk.hears(
        FixAppointment(
            referral_id=card.referral_id, appointment_id=UUID(int=8), starts_at=NOW, ends_at=NOW.replace(hour=13)
        )
    )
    for order in around_the_appointment(person, card):
        await desk.hears(order)
    await desk.hears(BookPlace(booking_id=UUID(int=71), person_id=person.person_id, offer_id=OFFER.offer_id))
    await desk.hears(AnswerCheckback(referral_id=card.referral_id, answer="not_yet"))


async def test_the_receipt_counts_what_is_gone_and_the_digest_holds(desk: Desk) -> None:
    person = Person()
    await a_full_life(desk, person)
    receipt = only(PersonErased, await desk.hears(ErasePerson(person_id=person.person_id)))
    counts = {count.store: count.count for count in receipt.counts}
    named = {"appointment": 1, "booking": 1, "concern": 2, "consent": 1, "outbox": 0, "referral": 2, "link": 0}
    assert {store: counts[store] for store in named} == named
    assert counts["timer"] >= 1
    body = json.loads(receipt.model_dump_json(include={"person_id", "counts", "kept"}))
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":")).encode()
    assert receipt.digest == hashlib.sha256(canonical).hexdigest()
    held = await desk.everything()
    kept = {table for table, rows in held.items() if rows}
    assert kept == {"tombstone", "group_offer", "group_tally", "departed_count"}


async def test_the_partner_who_got_her_fields_is_told_and_no_other(desks: tuple[Desk, Desk]) -> None:
    desk, partner = desks
    person = Person()
    await a_full_life(desk, person)
    said = await desk.hears(ErasePerson(person_id=person.person_id))
    notice = only(ErasureNotice, said)
    assert (notice.to, notice.referral_id) == ("plattform", person.referral_id)
    assert await partner.hears(notice, "auslaenderrat") == []
    offer = (await under_way(desk, Person())).model_copy(update={"referral_id": person.referral_id})
    assert await partner.hears(offer, "auslaenderrat") == []


async def test_an_undecided_offer_ends_with_the_notice_and_an_accepted_person_stays_ours(
    desks: tuple[Desk, Desk],
) -> None:
    desk, partner = desks
    person = Person()
    await partner.hears(await under_way(desk, person), "auslaenderrat")
    notice = ErasureNotice(to="plattform", referral_id=person.referral_id)
    assert names(await partner.hears(notice, "auslaenderrat")) == ["ReferralTakenBack"]
    assert await partner.hears(notice, "auslaenderrat") == []
    assert await partner.state(person.referral_id) == "withdrawn"
    with pytest.raises(Refused, match="not_the_sender"):
        await partner.hears(notice, "caritas")


@pytest.mark.parametrize(("accepts", "end"), [(False, "declined"), (True, "completed")])
async def test_the_sender_of_somebody_who_is_erased_here_does_not_wait_for_ever(
    desks: tuple[Desk, Desk], accepts: bool, end: str
) -> None:
    desk, partner = desks
    person, hers = Person(), Person()
    await partner.hears(await under_way(desk, person), "auslaenderrat")
    await partner.hears(PersonRegistered(person_id=hers.person_id, version=1, referral_id=person.referral_id))
    if accepts:
        await partner.hears(AnswerReferral(referral_id=person.referral_id, answer="accepted"))
    said = await partner.hears(ErasePerson(person_id=hers.person_id))
    await desk.hears(only(ReferralAnswered, said), "plattform")
    assert await desk.state(person.referral_id) == end


async def test_all_that_was_said_to_us_said_again_changes_nothing_after_the_erasure(desk: Desk) -> None:
    person = Person()
    await a_full_life(desk, person)
    await desk.hears(withdrawn(person))
    await desk.hears(PersonRegistered(person_id=person.person_id, version=1, referral_id=person.referral_id))
    await desk.hears(ErasePerson(person_id=person.person_id))
    after = await desk.everything()
    again = [heard for heard in desk.heard if not isinstance(heard[0], ErasePerson)]
    for order in (again, again[::-1]):
        assert await desk.hears_all(list(order)) == []
    await desk.passes(days=40)
    assert await desk.fires_timers() == []
    assert await desk.everything() == after


async def test_a_second_order_finds_nothing_and_answers_again(desk: Desk) -> None:
    person = Person()
    await a_full_life(desk, person)
    await desk.hears(ErasePerson(person_id=person.person_id))
    for _ in range(10):
        said = await desk.hears(ErasePerson(person_id=person.person_id))
        assert names(said) == ["PersonErased"]
        assert not any(count.count for count in only(PersonErased, said).counts)


async def test_who_waited_gets_the_seat_of_the_erased(desk: Desk) -> None:
    await offered(desk)
    first, second, third = Person(), Person(), Person()
    waits = []
    for number, person in enumerate((first, second, third)):
        booked = BookPlace(booking_id=UUID(int=number), person_id=person.person_id, offer_id=OFFER.offer_id)
        waits.append(only(PlaceBooked, await desk.hears(booked)).waitlisted)
        assert await desk.hears(booked) == []
    assert waits == [False, True, True]
    moved = only(PlaceBooked, await desk.hears(ErasePerson(person_id=first.person_id)))
    assert (moved.person_id, moved.waitlisted) == (second.person_id, False)


async def test_her_data_come_sealed_to_whoever_asked_and_the_access_is_logged(desk: Desk) -> None:
    person, key = Person(), X25519PrivateKey.generate()
    question = AskPersonData(person_id=person.person_id, reply_key=encode(public_bytes(key)))
    assert not (await desk.asks(question)).held
    await a_full_life(desk, person)
    answer = await desk.asks(question)
    opened = open_sealed(answer.content, key, type_name="referral.person-data.v1", key=str(person.person_id))
    data = json.loads(opened)
    named = {"concern": 2, "referral": 2, "consent": 1, "appointment": 1, "booking": 1}
    assert {name: len(data[name]) for name in named} == named
    assert {"day", "role", "action", "purpose", "times"} == {name for look in data["seen_by"] for name in look}
    assert "subject_access" in {look["purpose"] for look in data["seen_by"]}
    with pytest.raises(Refused, match="malformed"):
        await desk.asks(question.model_copy(update={"reply_key": "AA"}))
