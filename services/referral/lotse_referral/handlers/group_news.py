"""Who is told that something became of a group: persons of the desk who have a place; neutral, as every notice.

Nothing is told of a group for violence or at a secret place: somebody else may read her messages.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_contracts.notify import StopTelling, Tell, TemplateArgument
from lotse_contracts.values import TemplateName
from lotse_referral.domain.groups import GroupOffer
from lotse_referral.domain.notices import USEFUL_FOR
from lotse_referral.domain.seats import Booking
from lotse_referral.domain.series import upcoming
from lotse_referral.store import bookings, groups


async def told_of_booking(tx: AsyncConnection, offer: GroupOffer, place: Booking, now: datetime) -> tuple[Tell, ...]:
    """The desk has booked for her: a seat, or a place on the waiting list, which is news only once it moves up."""
    if place.waitlisted:
        return ()
    return await _told(tx, offer, place, "group_booked", now)


async def told_of_place(tx: AsyncConnection, offer: GroupOffer, place: Booking, now: datetime) -> tuple[Tell, ...]:
    """She has moved up; each version of her place is told once."""
    return await _told(tx, offer, place, "group_moved_up", now)


async def told_of_change(
    tx: AsyncConnection,
    offer: GroupOffer,
    what: str,
    useful_by: datetime,
    *,
    off: bool = False,
    missed_at: datetime | None = None,
    instead_of: str | None = None,
) -> tuple[Tell, ...]:
    """Once for each `what`, such as `session-2026-12-03-4`: whoever has a seat; that all is `off`, who waits too.

    What is `off` takes the place of what she has not read of her seat yet, and any of an older `what`, `instead_of`.
    `missed_at`: when the session would have been that does not take place.
    """
    if await groups.is_delicate(tx, offer):
        return ()
    template: TemplateName = "group_cancelled" if off or missed_at else "group_place"
    return tuple(
        _tell(
            *(place.person_id, template, _key(place, what), useful_by, missed_at),
            supersedes=_key(place) if off else _key(place, instead_of) if instead_of else None,
        )
        for place in await bookings.of_offer(tx, offer.offer_id)
        if place.person_id is not None and (off or not place.waitlisted)
    )


def untold(place: Booking) -> tuple[StopTelling, ...]:
    """She has given her place back: what waits for the morning to tell her of it goes no more."""
    if place.person_id is None:
        return ()
    return (StopTelling(person_id=place.person_id, dedupe_key=_key(place)),)


async def _told(
    tx: AsyncConnection, offer: GroupOffer, place: Booking, template: TemplateName, now: datetime
) -> tuple[Tell, ...]:
    """With the time of the next session, which only who chose to see times will read."""
    if place.person_id is None or await groups.is_delicate(tx, offer):
        return ()
    deviations = await groups.deviations(tx, offer.offer_id)
    ahead = () if offer.series is None else upcoming(offer.series, deviations, now)
    starts_at = next((one.starts_at for one in ahead if not one.cancelled and one.starts_at > now), None)
    return (_tell(place.person_id, template, _key(place), now + USEFUL_FOR, starts_at),)


def _key(place: Booking, what: str | None = None) -> str:
    """Of what she is told of her group; None: of her seat, each version of it once."""
    return f"place-{place.booking_id}-{what or place.version}"


def _tell(
    person_id: UUID,
    template: TemplateName,
    dedupe_key: str,
    useful_by: datetime,
    starts_at: datetime | None,
    *,
    supersedes: str | None = None,
) -> Tell:
    return Tell(
        person_id=person_id,
        template=template,
        arguments=(TemplateArgument(name="starts_at", value=starts_at.isoformat()),) if starts_at else (),
        useful_by=useful_by,
        dedupe_key=dedupe_key,
        supersedes=supersedes,
    )
