"""Persons are linked and unlinked; each side hears of its own, and none of the facts names both."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.envelope import Message
from lotse_contracts.intake import LinkPersons, PersonLinked, PersonUnlinked, UnlinkPersons
from lotse_intake.domain.kin import Kinds, contradicts, kept_link, seen_from
from lotse_intake.handlers import people
from lotse_intake.handlers.viewing import log
from lotse_intake.store import kin, merges

LINKS_MAX = 50  # of one person
LINKED, UNLINKED = 1, 2  # versions: a link is made and ends, nothing else


async def link_persons(kinds: Kinds, order: LinkPersons, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Both sides at once; told again, from whichever side, it changes nothing."""
    if order.other_id in await merges.group_of(tx, order.person_id):
        raise Refused("same_person", fields=("other_id",))
    await _living(tx, order.person_id, order.other_id)
    link = kept_link(kinds, order.person_id, order.kind, order.other_id)
    held = [kin.as_link(row) for row in await kin.of_persons(tx, (order.person_id, order.other_id))]
    if link in held:
        return []
    if contradicts(kinds, link, held):
        raise Refused("link_contradicts", fields=("kind",))
    if len(held) >= LINKS_MAX:
        raise Refused("case_full", fields=("other_id",), rule=f"at most {LINKS_MAX} links of two persons together")
    row = {"link_id": order.link_id, "linked_at": context.now, "linked_by": context.actor or context.sender}
    if not await kin.add(tx, {**row, **vars(link)}):
        raise Refused("id_taken", fields=("link_id",))
    said: list[Message] = []
    for person_id in (link.person_id, link.other_id):
        await log(tx, context, "person", person_id, "kin")
        kind = seen_from(kinds, link, person_id)
        said.append(PersonLinked(link_id=order.link_id, person_id=person_id, version=LINKED, kind=kind))
    return said


async def unlink_persons(order: UnlinkPersons, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """They do not belong together, or no longer; a link that is gone changes nothing."""
    await people.living(tx, order.person_id)
    row = await kin.get(tx, order.link_id)
    if row is None:
        return []
    if order.person_id not in (row.person_id, row.other_id):
        raise Refused("unknown_link", fields=("link_id",))
    if not await kin.remove(tx, order.link_id):
        return []
    both = (row.person_id, row.other_id)
    for person_id in both:
        await log(tx, context, "person", person_id, "kin")
    return [PersonUnlinked(link_id=order.link_id, person_id=person_id, version=UNLINKED) for person_id in both]


async def _living(tx: AsyncConnection, *person_ids: UUID) -> None:
    """Locked in one order, so that two who link the same two persons do not wait for each other in a ring."""
    for person_id in sorted(person_ids):
        await people.living(tx, person_id)
