"""A person is forgotten: frozen, deleted in every service, her key destroyed, and nothing late brings her back."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog, outbox, sealturn, timers
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_chassis.timers import Timer
from lotse_contracts import intake, ledger, notify, referral
from lotse_contracts.envelope import Message
from lotse_contracts.intake import (
    BeginErasure,
    ErasePerson,
    ErasureBegun,
    ErasureConfirmed,
    ErasureOverdue,
    PersonErased,
)
from lotse_contracts.person import ErasureReceipt, KeptRecord, receipt_digest
from lotse_intake.domain.erasure import (
    KEPT_BY,
    SERVICES,
    TARGET,
    counted,
    due_of,
    is_complete,
    token_of,
)
from lotse_intake.handlers import people
from lotse_intake.providers.office import Office
from lotse_intake.store import erasures, persons, rights

PURGE_TIMER = "purge"
TARGET_TIMER = "erasure-target"
DUE_TIMER = "erasure-due"
PURGE_AFTER = timedelta(seconds=60)  # what was said of the erasure is relayed and heard by then
OF_THE_ERASURE = (PURGE_TIMER, TARGET_TIMER, DUE_TIMER)
Purge = Callable[[str], Awaitable[None]]

ORDERS = (intake.ErasePerson, referral.ErasePerson, notify.ErasePerson, ledger.ErasePerson)


async def begin_erasure(
    office: Office, order: BeginErasure, context: Context, tx: AsyncConnection
) -> Sequence[Message]:
    """Freeze her in all her records, and tell every service. An erasure that has begun is not begun again.

    Raises Refused with `legal_hold` as long as one of her records is held.
    """
    if await persons.is_erased(tx, order.person_id):
        return []
    if await persons.get(tx, order.person_id) is None:
        raise Refused("unknown_person", fields=("person_id",))
    return await begun(office, order.person_id, order.identity, context, tx)


async def begun(
    office: Office, person_id: UUID, identity: str | None, context: Context, tx: AsyncConnection
) -> list[Message]:
    """The erasure of all records of a person who is here; whoever calls has made sure that she wants it."""
    group = [row.person_id for row in await people.whole(tx, person_id)]
    if await rights.is_held(tx, group, context.now):
        raise Refused("legal_hold", fields=("person_id",))
    said: list[Message] = []
    for member in group:
        said += await _member_begun(office, member, identity, context, tx)
    return said


async def _member_begun(
    office: Office, person_id: UUID, identity: str | None, context: Context, tx: AsyncConnection
) -> list[Message]:
    if await persons.get(tx, person_id, lock=True) is None:
        return []
    asked = await rights.request_of(tx, person_id)
    requested_at = asked.requested_at if asked else context.now
    target_at, due_at = context.now + TARGET, due_of(requested_at)
    times = {"requested_at": requested_at, "target_at": target_at, "due_at": due_at}
    by = context.actor or context.sender
    if not await erasures.begin(tx, person_id, context.now, by, identity=identity, **times):
        return []
    await persons.change(tx, person_id, frozen=True)
    await accesslog.record(
        tx, context, action="erase", object_kind="person", object_id=str(person_id), purpose="erasure"
    )
    for kind, at in ((TARGET_TIMER, target_at), (DUE_TIMER, due_at)):
        await timers.set_timer(tx, kind=kind, key=str(person_id), due_at=at)
    orders = [kind(person_id=person_id) for kind in ORDERS]
    fact = ErasureBegun(person_id=person_id, target_at=target_at, due_at=due_at)
    return [fact, *orders, *await _confirmed(office, person_id, context, tx)]


async def erase_person(office: Office, order: ErasePerson, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Intake's own part: rows, files, what was said and what was to be said; tombstones for everything she could be
    brought back by. Doing it again finds nothing and says the same."""
    person_id = order.person_id
    enquiries, receipts, files, came_by = await erasures.traces_of(tx, person_id)
    objects = await erasures.object_ids(tx, person_id)
    tokens = [token_of("enquiry", str(enquiry_id)) for enquiry_id in enquiries]
    tokens += [token_of("receipt", receipt) for receipt in receipts]
    tokens += [token_of("referral", str(referral_id)) for referral_id in came_by]
    await erasures.bury(tx, tokens, context.now)
    counts = await erasures.delete_person(tx, person_id)
    counts["outbox"] = sum([await outbox.forget(tx, key) for key in (str(person_id), *objects)])
    counts["timer"] = await erasures.cancel_timers(tx, person_id, objects, OF_THE_ERASURE)
    counts["file"] = await asyncio.to_thread(_removed, office, [*files, *(UUID(one) for one in objects)])
    if objects:
        await _purge_later(tx, context, f"objects-{person_id}", objects)
    await sealturn.ask(tx, context.now)  # what she wrote was sealed on its way
    await erasures.begin(tx, person_id, context.now, context.sender)  # only where the order comes before its cause
    receipt = await _receipt(tx, person_id, counts, objects)
    await erasures.add_receipt(tx, receipt, context.now)
    return [receipt, *await _confirmed(office, person_id, context, tx)]


async def _receipt(
    tx: AsyncConnection, person_id: UUID, counts: dict[str, int], objects: Sequence[str]
) -> PersonErased:
    stays = await erasures.kept(tx, person_id, objects)
    kept = tuple(
        KeptRecord(store=store, count=count, rule=KEPT_BY[store]) for store, count in sorted(stays.items()) if count
    )
    gone = counted(counts)
    return PersonErased(person_id=person_id, counts=gone, kept=kept, digest=receipt_digest(person_id, gone, kept))


async def hear_erased(office: Office, fact: ErasureReceipt, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Another service's receipt, in any order, also before we know that anything was begun."""
    await erasures.add_receipt(tx, fact, context.now)
    return await _confirmed(office, fact.person_id, context, tx)


async def _confirmed(office: Office, person_id: UUID, context: Context, tx: AsyncConnection) -> list[Message]:
    """When all services have answered her key is destroyed, before the commit: should that fail, it is done again."""
    if await erasures.open_erasure(tx, person_id) is None or not is_complete(await erasures.receipts(tx, person_id)):
        return []
    await asyncio.to_thread(office.keys.destroy, person_id)
    await erasures.confirm(tx, person_id, context.now)
    for kind in (TARGET_TIMER, DUE_TIMER):
        await timers.cancel_timer(tx, kind=kind, key=str(person_id))
    await _purge_later(tx, context, str(person_id), [str(person_id)])
    return [ErasureConfirmed(person_id=person_id, services=SERVICES)]


async def overdue(timer: Timer, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """The target or the due time has come and the erasure is not confirmed: somebody must look at it."""
    person_id = UUID(timer.key)
    if await erasures.open_erasure(tx, person_id) is None:
        return []
    answered = await erasures.receipts(tx, person_id)
    waiting = tuple(name for name in SERVICES if name not in answered)
    if timer.kind == TARGET_TIMER:
        return [ErasureOverdue(person_id=person_id, stage="target", waiting=waiting)]
    return [ErasureOverdue(person_id=person_id, stage="due", waiting=waiting)]


async def _purge_later(tx: AsyncConnection, context: Context, name: str, keys: Sequence[str]) -> None:
    due_at = context.now + PURGE_AFTER
    await timers.set_timer(tx, kind=PURGE_TIMER, key=f"purge-{name}", due_at=due_at, payload={"keys": list(keys)})


async def purge_due(purge: Purge, timer: Timer, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Her receipts have been heard by now: the streams forget her, too. What fails is tried again by the timer."""
    for key in timer.payload.get("keys") or [timer.payload["person_id"]]:  # an older version named the person alone
        await purge(key)
    return []


def _removed(office: Office, files: Iterable[UUID]) -> int:
    """A file is named by the id of its row, whatever kind of row that is."""
    return sum(office.files.remove(file_id) for file_id in set(files))
