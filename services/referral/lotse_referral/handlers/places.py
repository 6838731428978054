"""Seats in group offers, with a waiting list that moves up by itself."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts import Message
from lotse_contracts.referral import BookPlace, PlaceBooked
from lotse_referral.domain.seats import Booking, moving_up, must_wait
from lotse_referral.store import alive, bookings


async def book(order: BookPlace, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """A seat, or a place on the waiting list; the same booking again changes nothing."""
    if await alive.erased(tx, order.person_id):
        raise Refused("person_erased", fields=("person_id",))
    offer = await bookings.load_offer(tx, order.offer_id)
    if offer is None:
        raise Refused("unknown_offer", fields=("offer_id",))
    if await bookings.offer_of_booking(tx, order.booking_id) == (order.offer_id, order.person_id):
        return ()
    if not offer.open:
        raise Refused("offer_closed", fields=("offer_id",))
    held = await bookings.of_offer(tx, order.offer_id)
    if any(place.person_id == order.person_id or place.booking_id == order.booking_id for place in held):
        raise Refused("already_booked", fields=("person_id",))
    position = max((place.position for place in held), default=0) + 1
    place = Booking(order.booking_id, order.person_id, position, waitlisted=must_wait(offer.seats, held))
    await bookings.add(tx, order.offer_id, place, context.now)
    return (_booked(order.offer_id, place, waitlisted=place.waitlisted),)


async def free_places(tx: AsyncConnection, person_id: UUID) -> tuple[int, tuple[PlaceBooked, ...]]:
    """Remove her places; returns how many there were, and who moves up."""
    offers = await bookings.remove_person(tx, person_id)
    said: list[PlaceBooked] = []
    for offer_id in dict.fromkeys(offers):
        said += await _moved_up(tx, offer_id)
    return len(offers), tuple(said)


async def _moved_up(tx: AsyncConnection, offer_id: UUID) -> Sequence[PlaceBooked]:
    offer = await bookings.load_offer(tx, offer_id)
    if offer is None:
        return ()
    lucky = moving_up(offer.seats, await bookings.of_offer(tx, offer_id))
    for place in lucky:
        await bookings.move_up(tx, place.booking_id)
    return tuple(_booked(offer_id, place, waitlisted=False) for place in lucky)


def _booked(offer_id: UUID, place: Booking, *, waitlisted: bool) -> PlaceBooked:
    return PlaceBooked(booking_id=place.booking_id, person_id=place.person_id, offer_id=offer_id, waitlisted=waitlisted)
