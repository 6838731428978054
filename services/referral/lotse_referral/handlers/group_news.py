"""Who is told that something became of a group: persons of the desk who have a place; neutral, as every notice.

Nothing is told of a group for violence or at a secret place: somebody else may read her messages.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_contracts.notify import Tell
from lotse_referral.domain.groups import GroupOffer
from lotse_referral.domain.notices import USEFUL_FOR
from lotse_referral.domain.seats import Booking
from lotse_referral.store import bookings, groups


async def told_of_place(tx: AsyncConnection, offer: GroupOffer, place: Booking, now: datetime) -> tuple[Tell, ...]:
    """She has moved up; each version of her place is told once."""
    if place.person_id is None or await groups.is_delicate(tx, offer):
        return ()
    return (_tell(place.person_id, f"place-{place.booking_id}-{place.version}", now + USEFUL_FOR),)


async def told_of_change(
    tx: AsyncConnection, offer: GroupOffer, what: str, useful_by: datetime, *, waiting_too: bool
) -> tuple[Tell, ...]:
    """Whoever has a place is told once of each `what`, such as `session-2026-12-03-4`."""
    if await groups.is_delicate(tx, offer):
        return ()
    return tuple(
        _tell(place.person_id, f"place-{place.booking_id}-{what}", useful_by)
        for place in await bookings.of_offer(tx, offer.offer_id)
        if place.person_id is not None and (waiting_too or not place.waitlisted)
    )


def _tell(person_id: UUID, dedupe_key: str, useful_by: datetime) -> Tell:
    return Tell(person_id=person_id, template="group_place", useful_by=useful_by, dedupe_key=dedupe_key)
