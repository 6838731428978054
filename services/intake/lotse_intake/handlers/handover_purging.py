"""What the receiver has had for long enough is erased here, by the same saga as any erasure; never before."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.envelope import Message
from lotse_contracts.intake import BeginErasure, HandoverPurged
from lotse_intake.domain.handover import reference_of
from lotse_intake.handlers import erasures
from lotse_intake.pages.handover import Purged
from lotse_intake.providers.handover_plan import plan
from lotse_intake.providers.office import Office
from lotse_intake.store import handover, persons
from lotse_intake.store.merges import group_of


async def why_not(tx: AsyncConnection, row: Row[Any], context: Context) -> str | None:
    """Why she is not purged now; None if she is. Whatever is still open here was not handed over."""
    if not plan().may_purge(row.receipted_at, context.now):
        return "handover_too_early"
    if await handover.concerns_of(tx, await group_of(tx, row.person_id)):
        return "handover_still_open"
    return None


async def purged(office: Office, person_id: UUID, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Her erasure begins, once. Raises Refused if it may not, such as `legal_hold`."""
    if await persons.get(tx, person_id, lock=True) is None:  # persons before cases, as everywhere
        return []
    held = await handover.case_of(tx, person_id, lock=True)
    if held is None or held.purged_at is not None:
        return []
    if (reason := await why_not(tx, held, context)) is not None:
        raise Refused(reason, fields=("person_id",))
    await handover.purge_item(tx, held.batch_id, reference_of(held.batch_id, person_id), context.now)
    kept = await handover.change(tx, person_id, purged_at=context.now)
    order = BeginErasure(person_id=person_id)
    said = await erasures.begin_erasure(office, order, context, tx)
    return [HandoverPurged(person_id=person_id, version=kept.version, batch_id=held.batch_id), *said]


async def certified(tx: AsyncConnection, batch: Row[Any]) -> list[Purged]:
    """What became of everybody in a batch, with the digests of the services' receipts; no id of a person."""
    ends = await handover.ends(tx)
    known = {reference_of(batch.batch_id, end.person_id): end for end in ends}
    digests = await handover.digests(tx, [end.person_id for end in known.values()])
    found = []
    for item in await handover.items(tx, batch.batch_id):
        end = known.get(item.reference)
        step = "packaged" if item.receipted_at is None else "receipted"
        if end is not None or item.purged_at is not None:
            step = "gone" if end is not None and end.confirmed_at is not None else "begun"
        found.append(Purged(item.reference, step, digests.get(end.person_id, ()) if end is not None else ()))
    return found


async def taken_back(tx: AsyncConnection, batch: Row[Any]) -> list[UUID]:
    """Whom the receiver must forget again: a consent that ended, or an erasure that was not the handover's own."""
    members = {reference_of(batch.batch_id, row.person_id): row for row in await handover.members(tx, batch.batch_id)}
    ended = await handover.withdrawn_consents(tx, [row.consent_id for row in members.values()])
    erased = {reference_of(batch.batch_id, end.person_id) for end in await handover.ends(tx)}
    return sorted(
        item.reference
        for item in await handover.items(tx, batch.batch_id)
        if (item.reference in members and members[item.reference].consent_id in ended)
        or (item.reference in erased and item.purged_at is None)
    )
