"""Her places in group offers on her own page: how they stand, and giving one back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts import Message
from lotse_contracts.referral import CancelPlace
from lotse_referral.handlers import group_views, places
from lotse_referral.handlers.group_views import View
from lotse_referral.store import alive, bookings, groups
from lotse_referral.store.ownpage import OwnSession


@dataclass(frozen=True)
class OwnPlace:
    """`before` is how many wait before her; None if she has a seat."""

    booking_id: UUID
    view: View
    before: int | None


async def shown(tx: AsyncConnection, session: OwnSession, now: datetime) -> tuple[OwnPlace, ...]:
    """What this session may see: by a link, which somebody else may have opened, nothing that must stay secret."""
    found = []
    for place in await bookings.of_persons(tx, session.person_ids):
        offer = await groups.read(tx, place.offer_id)
        if offer is None or (session.proved_by == "link" and await groups.is_delicate(tx, offer)):
            continue
        (view,) = await group_views.views(tx, [offer], now)
        if not view.over:
            found.append(OwnPlace(place.booking_id, view, place.before))
    return tuple(found)


async def give_back(tx: AsyncConnection, session: OwnSession, booking_id: UUID, context: Context) -> Sequence[Message]:
    """At once, and again changes nothing. Raises Refused about what is not hers."""
    found = await bookings.of_booking(tx, booking_id)
    if found is None and await alive.buried(tx, booking_id):
        return ()
    hers = any(one.booking_id == booking_id for one in await shown(tx, session, context.now))
    if found is None or found[1] is None or not hers:
        raise Refused("unknown_offer", fields=("booking_id",))
    key = str(found[1])
    await accesslog.record(tx, context, action="write", object_kind="person", object_id=key, purpose="own_page")
    return await places.cancel(CancelPlace(booking_id=booking_id, person_id=found[1]), context, tx)
