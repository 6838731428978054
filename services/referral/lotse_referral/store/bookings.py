"""Group offers, their seats and their waiting lists."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_referral.domain.seats import Booking, GroupOffer
from lotse_referral.store.tables import booking, group_offer


async def load_offer(tx: AsyncConnection, offer_id: UUID) -> GroupOffer | None:
    """The offer, locked until the transaction ends, so that no two persons get one seat."""
    query = select(group_offer).where(group_offer.c.offer_id == offer_id).with_for_update()
    row = (await tx.execute(query)).mappings().one_or_none()
    return None if row is None else GroupOffer(**row)


async def save_offer(tx: AsyncConnection, offer: GroupOffer) -> None:
    """Write an offer, new or changed."""
    values = {
        "offer_id": offer.offer_id,
        "name": offer.name,
        "seats": offer.seats,
        "open": offer.open,
        "service_id": offer.service_id,
    }
    place = upsert(group_offer).values(values)
    await tx.execute(place.on_conflict_do_update(index_elements=["offer_id"], set_=values))


async def of_offer(tx: AsyncConnection, offer_id: UUID) -> tuple[Booking, ...]:
    """All places of one offer, in the order of booking."""
    query = select(booking).where(booking.c.offer_id == offer_id).order_by(booking.c.position)
    return tuple(Booking(r.booking_id, r.person_id, r.position, r.waitlisted) for r in await tx.execute(query))


async def offer_of_booking(tx: AsyncConnection, booking_id: UUID) -> tuple[UUID, UUID] | None:
    """Which offer and person a booking is for, or None."""
    found = select(booking.c.offer_id, booking.c.person_id).where(booking.c.booking_id == booking_id)
    row = (await tx.execute(found)).one_or_none()
    return None if row is None else (row.offer_id, row.person_id)


async def add(tx: AsyncConnection, offer_id: UUID, place: Booking, now: datetime) -> None:
    """One more place, or one more who waits."""
    await tx.execute(
        insert(booking).values(
            booking_id=place.booking_id,
            offer_id=offer_id,
            person_id=place.person_id,
            position=place.position,
            waitlisted=place.waitlisted,
            booked_at=now,
        )
    )


async def move_up(tx: AsyncConnection, booking_id: UUID) -> None:
    """Off the waiting list."""
    await tx.execute(update(booking).where(booking.c.booking_id == booking_id).values(waitlisted=False))


async def remove_person(tx: AsyncConnection, person_id: UUID) -> tuple[UUID, ...]:
    """Remove her places; returns the offers they were in, one entry a place."""
    gone = await tx.execute(delete(booking).where(booking.c.person_id == person_id).returning(booking.c.offer_id))
    return tuple(sorted(gone.scalars()))
