"""Seats in group offers, with a waiting list that moves up by itself, in order.

Whoever changes an offer's places holds the lock on the offer, taken after the person's, so that no seat is given twice
and nobody waits for a seat that is free.
"""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog
from lotse_chassis.calendar import ZONE
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts import Message
from lotse_contracts.referral import BookPlace, CancelPlace, PlaceBooked, PlaceCancelled, StrikeSignUp
from lotse_referral.domain.groups import GroupOffer, moves_up, why_not
from lotse_referral.domain.heads import MONTH_CHARACTERS
from lotse_referral.domain.seats import Booking, is_full, moving_up, must_wait
from lotse_referral.handlers.group_news import told_of_booking, told_of_place, untold
from lotse_referral.store import alive, bookings, groups


async def book(order: BookPlace, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """A seat, or a place on the waiting list; the same booking again changes nothing."""
    if await alive.erased(tx, order.person_id):
        raise Refused("person_erased", fields=("person_id",))
    offer = await locked(tx, order.offer_id)
    if await bookings.of_booking(tx, order.booking_id) == (order.offer_id, order.person_id):
        return ()
    if await alive.buried(tx, order.booking_id):
        raise Refused("place_given_back", fields=("booking_id",))
    held = await bookings.of_offer(tx, order.offer_id)
    if any(place.person_id == order.person_id for place in held) or await bookings.of_booking(tx, order.booking_id):
        raise Refused("already_booked", fields=("person_id",))
    place = await next_place(tx, offer, context, order.booking_id, order.person_id)
    await bookings.add(tx, order.offer_id, place, context.now)
    await _noted(tx, context, order.person_id, "write")
    return (_booked(order.offer_id, place), *await told_of_booking(tx, offer, place, context.now))


async def cancel(order: CancelPlace, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """She does not come; again changes nothing. Raises Refused about somebody else's place."""
    if await alive.erased(tx, order.person_id):
        raise Refused("person_erased", fields=("person_id",))
    found = await bookings.of_booking(tx, order.booking_id)
    if found is None:
        return ()
    if found[1] != order.person_id:
        raise Refused("wrong_person", fields=("person_id",))
    await _noted(tx, context, order.person_id, "write")
    gone, moved = await give_back(tx, context, found[0], order.booking_id)
    said = (*_cancelled(found[0], order.person_id, gone), *untold(gone)) if gone else ()
    return (*said, *moved)


async def strike(order: StrikeSignUp, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """A sign-up without account goes; a person's place does not, since she would have to be told."""
    found = await bookings.of_booking(tx, order.booking_id)
    if found is None:
        return ()
    if found != (order.offer_id, None):
        raise Refused("wrong_person", fields=("booking_id",))
    return (await give_back(tx, context, order.offer_id, order.booking_id))[1]


async def locked(tx: AsyncConnection, offer_id: UUID) -> GroupOffer:
    """The offer, locked. Raises Refused if there is none."""
    offer = await groups.load(tx, offer_id)
    if offer is None:
        raise Refused("unknown_offer", fields=("offer_id",))
    return offer


async def next_place(
    tx: AsyncConnection, offer: GroupOffer, context: Context, booking_id: UUID, person_id: UUID | None
) -> Booking:
    """The place that the next one gets, counted. Raises Refused if nobody can sign up now, or nobody more can wait."""
    code = why_not(offer, await groups.deviations(tx, offer.offer_id), context.now)
    if code is not None:
        raise Refused(code, fields=("offer_id",))
    held = await bookings.of_offer(tx, offer.offer_id)
    if is_full(held):
        raise Refused("waiting_list_full", fields=("offer_id",))
    month = context.now.astimezone(ZONE).date().isoformat()[:MONTH_CHARACTERS]
    await bookings.tally(tx, offer.kind, month)
    position = max((place.position for place in held), default=0) + 1
    return Booking(booking_id, person_id, position, waitlisted=must_wait(offer.seats, held))


async def give_back(
    tx: AsyncConnection, context: Context, offer_id: UUID, booking_id: UUID
) -> tuple[Booking | None, Sequence[Message]]:
    """The place that was given back, None if it was gone already, and what is said to those who move up."""
    offer = await locked(tx, offer_id)
    place = next((one for one in await bookings.of_offer(tx, offer_id) if one.booking_id == booking_id), None)
    if place is None:
        return None, ()
    await bookings.remove(tx, booking_id)
    await alive.bury(tx, (booking_id,), context.now)
    return place, await fill(tx, context, offer)


async def free_places(tx: AsyncConnection, context: Context, person_id: UUID) -> tuple[int, Sequence[Message]]:
    """Remove her places; returns how many there were, and what is said to those who move up."""
    offers = [await locked(tx, offer_id) for offer_id in await bookings.offers_of_person(tx, person_id)]
    gone = await bookings.remove_person(tx, person_id)
    said: list[Message] = []
    for offer in offers:
        said += await fill(tx, context, offer)
    return gone, said


async def fill(tx: AsyncConnection, context: Context, offer: GroupOffer) -> Sequence[Message]:
    """Give free seats to whoever waits longest; persons of the desk are told, others see it with their code."""
    if not moves_up(offer, await groups.deviations(tx, offer.offer_id), context.now):
        return ()
    said: list[Message] = []
    for waiting in moving_up(offer.seats, await bookings.of_offer(tx, offer.offer_id)):
        place = replace(waiting, waitlisted=False, version=waiting.version + 1)
        await bookings.move_up(tx, place)
        if place.person_id is not None:
            said += (_booked(offer.offer_id, place), *await told_of_place(tx, offer, place, context.now))
    return said


def _booked(offer_id: UUID, place: Booking) -> PlaceBooked:
    if place.person_id is None:
        raise ValueError("nobody is named")
    return PlaceBooked(
        booking_id=place.booking_id,
        person_id=place.person_id,
        offer_id=offer_id,
        version=place.version,
        waitlisted=place.waitlisted,
    )


def _cancelled(offer_id: UUID, person_id: UUID, place: Booking) -> tuple[PlaceCancelled, ...]:
    version = place.version + 1
    return (PlaceCancelled(booking_id=place.booking_id, person_id=person_id, offer_id=offer_id, version=version),)


async def _noted(tx: AsyncConnection, context: Context, person_id: UUID, action: str) -> None:
    await accesslog.record(
        tx, context, action=action, object_kind="person", object_id=str(person_id), purpose="group_place"
    )
