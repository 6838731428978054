"""Group offers at the desk: made, changed, called off, sessions moved, seats, heads, figures, erasure."""

import asyncio
import random
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from lotse_contracts.notify import Tell
from lotse_contracts.referral import (
    AskGroupOffers,
    AskGroupPlaces,
    BookPlace,
    CancelGroupOffer,
    CancelGroupSession,
    CancelPlace,
    ErasePerson,
    GroupOfferChanged,
    GroupSessionMoved,
    MoveGroupSession,
    PersonErased,
    PlaceBooked,
    PlaceCancelled,
)
from lotse_referral.domain.notices import LAST_WORD
from lotse_referral.domain.offer_reading import Loaded, offers_of
from lotse_referral.domain.seats import WAITING_MAX, Booking, is_full, waiting_before
from lotse_referral.handlers.groups import saved
from lotse_referral.store import bookings, groups
from lotse_referral.store.tables import service_extension
from tests.referral.desk import Desk, Person, names, only
from tests.referral.group_given import NOON, OFFER_ID, book, changed, offer, refused, signs_up, today

LAST_WEEK = (today() - timedelta(days=7)).isoformat()
NEXT = (today() + timedelta(days=7)).isoformat()


@pytest.fixture(autouse=True)
def _now(desk: Desk) -> None:
    desk.now = NOON


async def test_an_offer_is_made_changed_and_called_off_once_each(desk: Desk) -> None:
    assert names(await desk.hears(offer())) == ["GroupOfferMade"]
    assert await desk.hears(offer()) == []
    assert await refused(desk, offer(seats=3)) == "offer_exists"
    more = only(GroupOfferChanged, await desk.hears(changed(seats=3, version=1)))
    assert (more.version, more.plan_line) == (2, "personnel")
    assert await desk.hears(changed(seats=3, version=1)) == []
    assert await refused(desk, changed(seats=4, version=1)) == "offer_changed_meanwhile"
    assert names(await desk.hears(CancelGroupOffer(offer_id=OFFER_ID))) == ["GroupOfferCancelled"]
    assert await desk.hears(CancelGroupOffer(offer_id=OFFER_ID)) == []
    assert await refused(desk, changed(seats=5)) == "offer_cancelled"
    assert await refused(desk, book(1)) == "offer_cancelled"
    assert await refused(desk, CancelGroupOffer(offer_id=UUID(int=1))) == "unknown_offer"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"age_from": 10, "age_to": 5}, "ages_reversed"),
        ({"location_id": UUID(int=5)}, "place_twice"),
        ({"location_id": UUID(int=5), "place": ""}, "unknown_place"),
        ({"service_id": UUID(int=5)}, "unknown_service"),
        ({"series": {"rule": "FREQ=DAILY"}}, "rule_not_taken"),
        ({"series": {"rule": "FREQ=MONTHLY;BYMONTHDAY=31", "starts_on": "2026-11-30"}}, "series_does_not_begin"),
        ({"texts": ({"language": "uk", "title": "А"}, {"language": "uk", "title": "Б"})}, "text_twice"),
    ],
)
async def test_an_offer_that_cannot_be_is_refused_by_name(desk: Desk, fields: dict[str, Any], code: str) -> None:
    assert await refused(desk, offer(**fields)) == code
    assert await desk.rows("group_offer") == []


async def test_a_place_of_the_directory_is_shown_and_a_secret_one_never(desk: Desk) -> None:
    links = {row["location_id"]: row["service_id"] for row in await desk.rows("service_at_location")}
    known = {row["location_id"] for row in await desk.rows("address")}
    (location_id, *_) = sorted(known & links.keys())
    assert names(await desk.hears(offer(location_id=location_id, place=""))) == ["GroupOfferMade"]
    secret = update(service_extension).where(service_extension.c.service_id == links[location_id])
    async with desk.service.engine.connect() as tx:
        assert await groups.place_of(tx, location_id)
        await tx.execute(secret.values(confidential_location=True))
        assert await groups.place_of(tx, location_id) is None
        await tx.rollback()


async def test_a_session_is_moved_called_off_and_put_back(desk: Desk) -> None:
    await desk.hears(offer())
    await desk.hears(book(1))
    moved = MoveGroupSession(offer_id=OFFER_ID, session=NEXT, on=NEXT, at="17:30", place="Bibliothek")
    said = await desk.hears(moved)
    assert only(GroupSessionMoved, said).version == 2
    told = only(Tell, said)
    assert (told.template, told.arguments) == ("group_place", ())
    assert await desk.hears(moved) == []
    off = CancelGroupSession(offer_id=OFFER_ID, session=NEXT)
    said = await desk.hears(off)
    assert names(said) == ["GroupSessionCancelled", "Tell"]
    missed = only(Tell, said)
    assert (missed.template, [one.name for one in missed.arguments]) == ("group_cancelled", ["starts_at"])
    assert missed.arguments[0].value == (missed.useful_by + LAST_WORD).isoformat()
    assert await desk.hears(off) == []
    back = MoveGroupSession(offer_id=OFFER_ID, session=NEXT, on=NEXT, at="12:00")
    again = await desk.hears(back)
    assert only(Tell, again).dedupe_key != told.dedupe_key
    assert await desk.rows("group_session") == []
    seen = (await desk.asks(AskGroupOffers())).offers[0]
    assert [one.moved or one.cancelled for one in seen.next_sessions] == [False] * 3


async def test_a_session_that_is_none_or_has_begun_is_refused(desk: Desk) -> None:
    await desk.hears(offer())
    tomorrow = (today() + timedelta(days=1)).isoformat()
    assert await refused(desk, CancelGroupSession(offer_id=OFFER_ID, session=tomorrow)) == "unknown_session"
    assert await refused(desk, CancelGroupSession(offer_id=OFFER_ID, session=LAST_WEEK)) == "session_has_begun"
    into_the_past = MoveGroupSession(offer_id=OFFER_ID, session=NEXT, on=LAST_WEEK, at="12:00")
    assert await refused(desk, into_the_past) == "session_has_begun"
    await desk.hears(CancelGroupOffer(offer_id=OFFER_ID))
    assert await refused(desk, CancelGroupSession(offer_id=OFFER_ID, session=NEXT)) == "offer_cancelled"


async def test_everybody_with_a_place_is_told_that_the_offer_is_called_off(desk: Desk) -> None:
    await desk.hears(offer(seats=1))
    await desk.hears(book(1))
    await desk.hears(book(2))
    await signs_up(desk)
    said = await desk.hears(CancelGroupOffer(offer_id=OFFER_ID))
    assert [one.person_id for one in said if isinstance(one, Tell)] == [UUID(int=1001), UUID(int=1002)]


async def test_a_place_is_given_back_once_and_never_somebody_else_s(desk: Desk) -> None:
    await desk.hears(offer(seats=1))
    await desk.hears(book(1))
    await desk.hears(book(2))
    theirs = CancelPlace(booking_id=UUID(int=1), person_id=UUID(int=1002))
    assert await refused(desk, theirs) == "wrong_person"
    hers = CancelPlace(booking_id=UUID(int=1), person_id=UUID(int=1001))
    said = await desk.hears(hers)
    assert only(PlaceCancelled, said).version == 2
    up = only(PlaceBooked, said)
    assert (up.person_id, up.waitlisted, up.version) == (UUID(int=1002), False, 2)
    assert only(Tell, said).person_id == UUID(int=1002)
    assert await desk.hears(hers) == []
    assert await refused(desk, book(1)) == "place_given_back"
    assert only(PlaceBooked, await desk.hears(book(3, UUID(int=1001)))).waitlisted


async def test_no_drawn_order_of_comings_leavings_and_seats_loses_anybody(desk: Desk) -> None:
    """The real handlers on the real database against a list on paper."""
    draw = random.Random(20261125)  # noqa: S311 - a drawn test, no secret
    await desk.hears(offer(seats=2))
    seats, paper, number = 2, [], 0
    seated: set[int] = set()
    for _ in range(60):
        step = draw.choice(["come", "come", "leave", "seats"])
        if step == "come":
            number += 1
            await desk.hears(book(number))
            paper.append(number)
        elif step == "leave" and paper:
            gone = draw.choice(paper)
            paper.remove(gone)
            seated.discard(gone)
            await desk.hears(CancelPlace(booking_id=UUID(int=gone), person_id=UUID(int=1000 + gone)))
        elif step == "seats":
            seats = draw.randint(0, 6)
            await desk.hears(changed(seats=seats))
        for one in paper:
            if len(seated) < seats:
                seated.add(one)
        async with desk.service.engine.connect() as tx:
            held = await bookings.of_offer(tx, OFFER_ID)
        assert [one.booking_id.int for one in held] == paper
        assert {one.booking_id.int for one in held if not one.waitlisted} == seated


async def test_whoever_is_erased_leaves_her_seat_to_the_next_and_no_trace(desk: Desk) -> None:
    await desk.hears(offer(seats=1))
    person, next_one = Person(), Person()
    await desk.hears(book(1, person.person_id))
    await desk.hears(book(2, next_one.person_id))
    said = await desk.hears(ErasePerson(person_id=person.person_id))
    assert only(PersonErased, said).person_id == person.person_id
    assert only(PlaceBooked, said).person_id == next_one.person_id
    assert only(Tell, said).person_id == next_one.person_id
    assert str(person.person_id) not in repr(await desk.rows("booking"))
    assert await refused(desk, book(3, person.person_id)) == "person_erased"
    gone = CancelPlace(booking_id=UUID(int=1), person_id=person.person_id)
    assert await refused(desk, gone) == "person_erased"


async def test_a_list_shows_what_runs_and_pages_of_places(desk: Desk) -> None:
    await desk.hears(offer(texts=({"language": "uk", "title": "Практика німецької"},)))
    await desk.hears(offer(offer_id=UUID(int=601), series={"rule": "FREQ=WEEKLY;COUNT=1"}))
    for number in range(3):
        await desk.hears(book(number + 1))
    (seen,) = (await desk.asks(AskGroupOffers())).offers
    assert (seen.taken, seen.waiting, seen.plan_line) == (2, 1, "personnel")
    assert len((await desk.asks(AskGroupOffers(ended_too=True))).offers) == 2
    places = (await desk.asks(AskGroupPlaces(offer_id=OFFER_ID, after=1))).places
    assert [(one.position, one.waitlisted) for one in places] == [(2, False), (3, True)]


async def test_a_file_changes_only_what_it_says_and_lets_whoever_waits_move_up(desk: Desk) -> None:
    row = {"key": "tea", "name": "Tee", "seats": 1}
    (loaded,), _ = offers_of([row])
    offer_id = loaded.offer.offer_id
    assert await _saved(desk, loaded) == ["GroupOfferMade"]
    await desk.hears(changed(offer_id=offer_id, seats=1))
    for number in (1, 2):
        order = BookPlace(booking_id=UUID(int=number), person_id=UUID(int=1000 + number), offer_id=offer_id)
        await desk.hears(order)
    (more,), _ = offers_of([row | {"seats": 2}])
    assert await _saved(desk, more) == ["GroupOfferChanged", "PlaceBooked", "Tell"]
    assert await _saved(desk, more) == []
    (kept,) = [row for row in await desk.rows("group_offer") if row["offer_id"] == offer_id]
    assert (kept["name"], kept["place"], kept["kind"], kept["rule"]) == (
        "Tee",
        "Haus B, Raum 3",
        "practice_group",
        "FREQ=WEEKLY",
    )


async def _saved(desk: Desk, loaded: Loaded) -> list[str]:
    async with desk.service.engine.begin() as tx:
        return names(await saved(tx, desk.context("auslaenderrat"), loaded))


async def test_comings_leavings_and_erasures_side_by_side_lose_nobody_and_never_wait_for_each_other(desk: Desk) -> None:
    offers = [UUID(int=610), UUID(int=611)]
    for offer_id in offers:
        await desk.hears(offer(offer_id=offer_id, seats=3))
    people = [UUID(int=2000 + number) for number in range(12)]
    for place, person_id in enumerate(people):
        for half, offer_id in enumerate(offers if place % 2 else reversed(offers)):
            booking_id = UUID(int=3000 + 2 * place + half)
            await desk.hears(BookPlace(booking_id=booking_id, person_id=person_id, offer_id=offer_id))
    leaving: list[Any] = [ErasePerson(person_id=one) for one in people[3:8]]
    leaving += [CancelPlace(booking_id=UUID(int=3000 + 2 * n), person_id=people[n]) for n in (0, 1, 2)]
    seats = [changed(offer_id=offer_id, seats=5) for offer_id in offers]
    said = await asyncio.gather(*(desk.hears(one) for one in (*leaving, *seats)))
    for offer_id in offers:
        async with desk.service.engine.connect() as tx:
            held = await bookings.of_offer(tx, offer_id)
        waits = [one.waitlisted for one in held]
        assert waits == sorted(waits)
        assert waits.count(False) == min(5, len(held))
    ups = [one.booking_id for each in said for one in each if isinstance(one, PlaceBooked)]
    assert len(ups) == len(set(ups))


def test_a_waiting_list_has_an_end() -> None:
    waiting = [Booking(uuid4(), None, place, waitlisted=True) for place in range(WAITING_MAX)]
    assert is_full(waiting)
    assert not is_full(waiting[1:])
    assert waiting_before(waiting, waiting[7].booking_id) == 7
    assert waiting_before(waiting, uuid4()) is None
