"""A way that was written down before addresses were checked is checked before the first message goes there.

Such ways are in a database of the release before.
"""

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_contracts.envelope import Message
from lotse_notify.domain.addresses import checked
from lotse_notify.domain.contact import Point, PointHindrance
from lotse_notify.handlers.telling import unreachable
from lotse_notify.store import people, points
from lotse_notify.store.people import Person

OF_AN_ADDRESS: frozenset[PointHindrance] = frozenset({"invalid_address", "not_mobile", "russian_operator"})
"""What a check can find."""


def unfit(point: Point | None, address: str) -> PointHindrance | None:
    """Why nothing may go to this address; None: it was checked, or is as good as one that was."""
    if point is None or point.checked or point.channel == "telegram":
        return None
    return checked(point.channel, address).hindrance


async def hinder(tx: AsyncConnection, person: Person, point: Point, because: str) -> list[Message]:
    """Nothing goes there until a counsellor writes it down again; intake hears it if no other way is left.

    Her person must be locked. Another reason than that of an address changes nothing.
    """
    found = next((one for one in OF_AN_ADDRESS if one == because), None)
    if found is None:
        return []
    await points.hinder(tx, person.person_id, point.point_id, found)
    contact = (await people.locked(tx, person.person_id)).contact
    if contact is not None and contact.usable:
        return []
    return await unreachable(tx, person.person_id, because)
