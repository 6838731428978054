"""Twice, ten times, side by side: one effect."""

import asyncio
from uuid import UUID

import pytest

from lotse_chassis.faults import Refused
from lotse_contracts.intake import PersonRegistered, ReleaseFields
from lotse_contracts.referral import AnswerReferral, BookPlace, FixAppointment, PlaceBooked, ReferralAnswered
from lotse_referral.domain.groups import GroupOffer
from lotse_referral.store import groups
from tests.referral.connected import partners_service, under_way, withdrawn
from tests.referral.desk import NOW, Desk, Person, names, only

PEOPLE = 12


async def test_ten_times_everything_is_once_everything(desks: tuple[Desk, Desk]) -> None:
    """As it would be without the inbox: the handlers alone already bear it."""
    desk, partner = desks
    person, hers = Person(), Person()
    said = await partner.hears(await under_way(desk, person), "auslaenderrat")
    await desk.hears(only(ReferralAnswered, said), "plattform")
    await partner.hears(PersonRegistered(person_id=hers.person_id, version=1, referral_id=person.referral_id))
    accepted = await partner.hears(AnswerReferral(referral_id=person.referral_id, answer="accepted"))
    await desk.hears(only(ReferralAnswered, accepted), "plattform")
    await partner.hears(
        FixAppointment(
            referral_id=person.referral_id, appointment_id=UUID(int=9), starts_at=NOW, ends_at=NOW.replace(hour=13)
        )
    )
    for side in desks:
        before, once = await side.everything(), list(side.heard)
        assert await side.hears_all(once * 10) == []
        assert await side.everything() == before


async def test_a_withdrawn_referral_stays_withdrawn_whatever_is_said_again(desk: Desk) -> None:
    person = Person()
    await under_way(desk, person)
    await desk.hears(withdrawn(person))
    before = await desk.everything()
    assert await desk.hears_all(list(desk.heard) * 3) == []
    assert await desk.everything() == before


async def test_an_appointment_moves_is_taken_back_and_stays_so(desk: Desk) -> None:
    person = Person(code="work")
    await desk.hears(person.accepted())
    await desk.hears(person.sent((await desk.suggested(person.concern_id, "Jobcenter")).service_id))
    fix = FixAppointment(
        referral_id=person.referral_id, appointment_id=UUID(int=9), starts_at=NOW, ends_at=NOW.replace(hour=13)
    )
    moved = fix.model_copy(update={"ends_at": NOW.replace(hour=14)})
    off = fix.model_copy(update={"cancelled": True})
    said = []
    for order in (fix, fix, moved, moved, off, off):
        said += await desk.hears(order)
    assert [(name, message.model_dump()["version"]) for name, message in zip(names(said), said, strict=True)] == [
        ("AppointmentFixed", 1),
        ("AppointmentMoved", 2),
        ("AppointmentCancelled", 3),
    ]
    with pytest.raises(Refused, match="appointment_cancelled"):
        await desk.hears(fix)


async def test_appointments_that_cannot_be_are_refused_by_name(desk: Desk) -> None:
    person = Person(code="work")
    await desk.hears(person.accepted())
    await desk.hears(person.sent((await desk.suggested(person.concern_id, "Jobcenter")).service_id))
    fix = FixAppointment(
        referral_id=person.referral_id, appointment_id=UUID(int=9), starts_at=NOW, ends_at=NOW.replace(hour=13)
    )
    for changed, code in (
        ({"ends_at": NOW}, "ends_before_start"),
        ({"place": "somewhere"}, "unknown_place"),
        ({"place": str(UUID(int=1))}, "unknown_place"),
        ({"referral_id": UUID(int=1)}, "unknown_referral"),
    ):
        with pytest.raises(Refused, match=code):
            await desk.hears(fix.model_copy(update=changed))
    (place, *_) = [row["location_id"] for row in await desk.rows("service_at_location")]
    assert names(await desk.hears(fix.model_copy(update={"place": str(place)}))) == ["AppointmentFixed"]


async def test_a_consent_and_the_order_that_needs_it_side_by_side_always_meet(desk: Desk) -> None:
    """They come through consumers of their own; without the person's lock each would miss the other."""
    people = [Person() for _ in range(PEOPLE)]
    service_id = await partners_service(desk, people[0])
    for person in people[1:]:
        await desk.hears(person.accepted())
    for person in people:
        both = await asyncio.gather(
            desk.hears(person.connected(service_id)), desk.hears(person.consents()), return_exceptions=False
        )
        assert isinstance(only(ReleaseFields, [*both[0], *both[1]]), ReleaseFields)


async def test_many_at_once_never_share_a_seat(desk: Desk) -> None:
    offer = GroupOffer(UUID(int=70), "Practice group", seats=3, open=True)
    async with desk.service.engine.begin() as tx:
        await groups.save(tx, offer)
    said = await asyncio.gather(
        *(
            desk.hears(BookPlace(booking_id=UUID(int=n), person_id=Person().person_id, offer_id=offer.offer_id))
            for n in range(PEOPLE)
        )
    )
    waitlisted = [only(PlaceBooked, one).waitlisted for one in said]
    assert waitlisted.count(False) == 3
    with pytest.raises(Refused, match="unknown_offer"):
        await desk.hears(BookPlace(booking_id=UUID(int=99), person_id=UUID(int=1), offer_id=UUID(int=98)))
    async with desk.service.engine.begin() as tx:
        await groups.save(tx, GroupOffer(offer.offer_id, offer.name, seats=3, open=False))
    with pytest.raises(Refused, match="offer_closed"):
        await desk.hears(BookPlace(booking_id=UUID(int=99), person_id=UUID(int=1), offer_id=offer.offer_id))
