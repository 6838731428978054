"""A member of staff says which records are one person's, or are not; nothing else ever does."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.envelope import Message
from lotse_contracts.intake import (
    DismissDuplicate,
    DuplicateDismissed,
    MergePersons,
    PersonsMerged,
    PersonsUnmerged,
    UnmergePersons,
)
from lotse_intake.handlers import people, safety
from lotse_intake.providers.office import Office
from lotse_intake.store import duplicates, merges

MADE, UNDONE = 1, 2  # versions of a merge


async def merge_persons(
    office: Office, order: MergePersons, context: Context, tx: AsyncConnection
) -> Sequence[Message]:
    """One record joins another. Raises Refused if it has joined one before, both are one person's already, or one of
    them may not be worked with."""
    by = _somebody(context)
    await merges.lock(tx)
    known = await merges.get(tx, order.merge_id)
    if known is not None:
        if (known.merged_id, known.kept_id) != (order.person_id, order.kept_id):
            raise Refused("merge_id_taken", fields=("merge_id",))
        return []
    if order.person_id == order.kept_id:
        raise Refused("already_one_person", fields=("person_id", "kept_id"))
    await _living(tx, order.person_id, order.kept_id)
    await _refuse_ring(tx, order)
    await merges.add(
        tx,
        {
            "merge_id": order.merge_id,
            "kept_id": order.kept_id,
            "merged_id": order.person_id,
            "at": context.now,
            "by": by,
            "reason": order.reason,
        },
    )
    await _log(tx, context, "merge", order.person_id, order.kept_id)
    return [
        PersonsMerged(merge_id=order.merge_id, person_id=order.person_id, version=MADE, part="merged"),
        PersonsMerged(merge_id=order.merge_id, person_id=order.kept_id, version=MADE, part="kept"),
        *await safety.share(office, context, tx, order.kept_id),
    ]


async def _refuse_ring(tx: AsyncConnection, order: MergePersons) -> None:
    groups = await merges.groups_of(tx, [order.person_id, order.kept_id])
    if order.kept_id in groups[order.person_id]:
        raise Refused("already_one_person", fields=("person_id", "kept_id"))
    if await merges.joined(tx, order.person_id) is not None:
        raise Refused("already_merged", fields=("person_id",))
    if len(groups[order.person_id]) + len(groups[order.kept_id]) > merges.RECORDS_MAX:
        raise Refused("too_many_records", fields=("kept_id",), allowed=str(merges.RECORDS_MAX))


async def unmerge_persons(order: UnmergePersons, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """The record stands alone again; what was said since stays with the record that it was said about."""
    by = _somebody(context)
    await merges.lock(tx)
    known = await merges.get(tx, order.merge_id)
    if known is None or known.merged_id != order.person_id:
        raise Refused("unknown_merge", fields=("merge_id",))
    if known.undone_at is not None:
        return []
    await _living(tx, known.merged_id, known.kept_id)
    await merges.undo(tx, order.merge_id, at=context.now, by=by, reason=order.reason)
    await _log(tx, context, "unmerge", known.merged_id, known.kept_id)
    return [
        PersonsUnmerged(merge_id=order.merge_id, person_id=known.merged_id, version=UNDONE, part="merged"),
        PersonsUnmerged(merge_id=order.merge_id, person_id=known.kept_id, version=UNDONE, part="kept"),
    ]


async def dismiss_duplicate(order: DismissDuplicate, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Nobody is asked about this pair again."""
    by = _somebody(context)
    pair = await duplicates.get(tx, order.pair_id)
    if pair is None or order.person_id not in (pair.first_id, pair.second_id):
        raise Refused("unknown_pair", fields=("pair_id",))
    if pair.dismissed_at is not None:
        return []
    await _living(tx, pair.first_id, pair.second_id)
    await duplicates.dismiss(tx, order.pair_id, at=context.now, by=by, reason=order.reason)
    await _log(tx, context, "dismiss", pair.first_id, pair.second_id)
    return [DuplicateDismissed(pair_id=order.pair_id, person_id=one) for one in (pair.first_id, pair.second_id)]


def _somebody(context: Context) -> str:
    """The member of staff who decides. The contract's roles keep services and timers out; so does this."""
    if context.actor is None:
        raise Refused("role_not_allowed")
    return context.actor


async def _living(tx: AsyncConnection, one: UUID, other: UUID) -> None:
    """Both are here and may be worked with, always locked in one order."""
    for person_id in sorted((one, other)):
        await people.living(tx, person_id)


async def _log(tx: AsyncConnection, context: Context, action: str, *persons: UUID) -> None:
    for person_id in persons:
        await accesslog.record(
            tx, context, action=action, object_kind="person", object_id=str(person_id), purpose="duplicates"
        )
