"""Places in group offers: of persons of the desk, and of whoever signed up with a code; one order for all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, case, delete, func, insert, null, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_referral.domain.seats import Booking
from lotse_referral.store.tables import booking
from lotse_referral.store.tables.groups import group_tally, sign_up_secret


@dataclass(frozen=True)
class SignUp:
    """A place that nobody's name stands behind: only whoever has code and PIN."""

    offer_id: UUID
    place: Booking
    pin_hash: bytes


@dataclass(frozen=True)
class HerPlace:
    """A place of a person; `before` is how many wait before her, None if she has a seat."""

    booking_id: UUID
    offer_id: UUID
    before: int | None


async def of_offer(tx: AsyncConnection, offer_id: UUID) -> tuple[Booking, ...]:
    """All places of one offer, in the order of booking."""
    query = select(booking).where(booking.c.offer_id == offer_id).order_by(booking.c.position)
    return tuple(_booking(row) for row in await tx.execute(query))


async def page_of(tx: AsyncConnection, offer_id: UUID, after: int, size: int) -> Sequence[Row[Any]]:
    """Places after a position, with when each was taken."""
    query = select(booking).where(booking.c.offer_id == offer_id, booking.c.position > after)
    return (await tx.execute(query.order_by(booking.c.position).limit(size))).all()


async def counts(tx: AsyncConnection, offer_ids: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
    """How many have a seat and how many wait, by offer; an offer without places is absent."""
    waits = booking.c.waitlisted
    query = select(booking.c.offer_id, func.count().filter(~waits), func.count().filter(waits))
    rows = await tx.execute(query.where(booking.c.offer_id.in_(offer_ids)).group_by(booking.c.offer_id))
    return {row[0]: (row[1], row[2]) for row in rows}


async def of_booking(tx: AsyncConnection, booking_id: UUID) -> tuple[UUID, UUID | None] | None:
    """Which offer and person a booking is for, or None; the person is None if it has a code."""
    found = select(booking.c.offer_id, booking.c.person_id).where(booking.c.booking_id == booking_id)
    row = (await tx.execute(found)).one_or_none()
    return None if row is None else (row.offer_id, row.person_id)


async def sign_up_by_code(tx: AsyncConnection, code_sha256: str) -> SignUp | None:
    """The place of a code."""
    row = (await tx.execute(select(booking).where(booking.c.code_sha256 == code_sha256))).one_or_none()
    return None if row is None else SignUp(row.offer_id, _booking(row), row.pin_hash)


async def offers_of_person(tx: AsyncConnection, person_id: UUID) -> tuple[UUID, ...]:
    """The offers that she has a place in, always in the same order."""
    query = select(booking.c.offer_id).where(booking.c.person_id == person_id)
    return tuple(sorted((await tx.execute(query)).scalars()))


async def of_persons(tx: AsyncConnection, person_ids: Sequence[UUID]) -> tuple[HerPlace, ...]:
    """Her places, oldest first, with how many wait before each; None where she has a seat."""
    other = booking.alias()
    ahead = (other.c.offer_id == booking.c.offer_id) & other.c.waitlisted & (other.c.position < booking.c.position)
    before = select(func.count()).where(ahead).scalar_subquery()
    shown = case((booking.c.waitlisted, before), else_=null()).label("before")
    query = select(booking.c.booking_id, booking.c.offer_id, shown).where(booking.c.person_id.in_(person_ids))
    rows = await tx.execute(query.order_by(booking.c.booked_at, booking.c.booking_id))
    return tuple(HerPlace(row.booking_id, row.offer_id, row.before) for row in rows)


async def add(
    tx: AsyncConnection,
    offer_id: UUID,
    place: Booking,
    now: datetime,
    *,
    code_sha256: str | None = None,
    pin_hash: bytes | None = None,
) -> None:
    """One more place, or one more who waits."""
    await tx.execute(
        insert(booking).values(
            booking_id=place.booking_id,
            offer_id=offer_id,
            person_id=place.person_id,
            position=place.position,
            waitlisted=place.waitlisted,
            version=place.version,
            booked_at=now,
            code_sha256=code_sha256,
            pin_hash=pin_hash,
        )
    )


async def move_up(tx: AsyncConnection, place: Booking) -> None:
    """Off the waiting list."""
    moved = update(booking).where(booking.c.booking_id == place.booking_id)
    await tx.execute(moved.values(waitlisted=False, version=place.version))


async def remove(tx: AsyncConnection, booking_id: UUID) -> None:
    """The place is given back."""
    await tx.execute(delete(booking).where(booking.c.booking_id == booking_id))


async def remove_person(tx: AsyncConnection, person_id: UUID) -> int:
    """Remove her places; returns how many there were."""
    gone = delete(booking).where(booking.c.person_id == person_id).returning(booking.c.booking_id)
    return len((await tx.execute(gone)).all())


async def remove_sign_ups(tx: AsyncConnection, offer_id: UUID) -> int:
    """Remove every place with a code of an offer that is long over; returns how many there were."""
    gone = delete(booking).where(booking.c.offer_id == offer_id, booking.c.code_sha256.is_not(None))
    return len((await tx.execute(gone.returning(booking.c.booking_id))).all())


async def secret(tx: AsyncConnection) -> bytes:
    """What codes follow from; made with the tables and known to nobody else."""
    found: bytes = (await tx.execute(select(sign_up_secret.c.secret))).scalar_one()
    return found


async def tally(tx: AsyncConnection, kind: str, month: str) -> None:
    """One more sign-up in this month; a count that stays when the place is gone."""
    one = upsert(group_tally).values(kind=kind, month=month, signed_up=1)
    more = {"signed_up": group_tally.c.signed_up + 1}
    await tx.execute(one.on_conflict_do_update(index_elements=["kind", "month"], set_=more))


def _booking(row: Row[Any]) -> Booking:
    return Booking(row.booking_id, row.person_id, row.position, row.waitlisted, row.version)
