"""A person is forgotten: frozen, deleted in every service, her key destroyed, and nothing late brings her back."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog, outbox, sealturn, timers
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_chassis.timers import Timer
from lotse_contracts import intake, ledger, notify, referral
from lotse_contracts.envelope import Message
from lotse_contracts.intake import BeginErasure, ErasePerson, ErasureBegun, ErasureConfirmed, PersonErased
from lotse_contracts.person import ErasureReceipt, KeptRecord, receipt_digest
from lotse_intake.domain.erasure import RULE_ACCESS, RULE_CONSENT, SERVICES, counted, is_complete, token_of
from lotse_intake.providers.office import Office
from lotse_intake.store import erasures, persons

PURGE_TIMER = "purge"
PURGE_AFTER = timedelta(seconds=60)  # what was said of the erasure is relayed and heard by then
Purge = Callable[[str], Awaitable[None]]

ORDERS = (intake.ErasePerson, referral.ErasePerson, notify.ErasePerson, ledger.ErasePerson)


async def begin_erasure(
    office: Office, order: BeginErasure, context: Context, tx: AsyncConnection
) -> Sequence[Message]:
    """Freeze her, and tell every service. An erasure that has begun is not begun again."""
    if await persons.is_erased(tx, order.person_id):
        return []
    if await persons.get(tx, order.person_id, lock=True) is None:
        raise Refused("unknown_person", fields=("person_id",))
    await erasures.begin(tx, order.person_id, context.now, context.actor or context.sender)
    await persons.change(tx, order.person_id, frozen=True)
    await accesslog.record(
        tx, context, action="erase", object_kind="person", object_id=str(order.person_id), purpose="erasure"
    )
    orders = [kind(person_id=order.person_id) for kind in ORDERS]
    return [ErasureBegun(person_id=order.person_id), *orders, *await _confirmed(office, order.person_id, context, tx)]


async def erase_person(office: Office, order: ErasePerson, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Intake's own part: rows, files, what was said and what was to be said; tombstones for everything she could be
    brought back by. Doing it again finds nothing and says the same."""
    person_id = order.person_id
    enquiries, receipts, files, came_by = await erasures.traces_of(tx, person_id)
    tokens = [token_of("enquiry", str(enquiry_id)) for enquiry_id in enquiries]
    tokens += [token_of("receipt", receipt) for receipt in receipts]
    tokens += [token_of("referral", str(referral_id)) for referral_id in came_by]
    await erasures.bury(tx, tokens, context.now)
    counts = await erasures.delete_person(tx, person_id)
    counts["outbox"] = await outbox.forget(tx, str(person_id))
    counts["timer"] = await timers.cancel_timers_of(tx, key=str(person_id))
    counts["file"] = await asyncio.to_thread(_removed, office, files)
    await sealturn.ask(tx, context.now)
    receipt = await _receipt(tx, person_id, counts, enquiries)
    await erasures.begin(tx, person_id, context.now, context.sender)  # only where the order comes before its cause
    await erasures.add_receipt(tx, person_id, receipt.SERVICE, receipt.digest, context.now)
    return [receipt, *await _confirmed(office, person_id, context, tx)]


async def _receipt(
    tx: AsyncConnection, person_id: UUID, counts: dict[str, int], objects: Sequence[UUID]
) -> PersonErased:
    consents, looks = await erasures.kept(tx, person_id, objects)
    kept = (
        KeptRecord(store="access_log", count=looks, rule=RULE_ACCESS),
        KeptRecord(store="consent", count=consents, rule=RULE_CONSENT),
    )
    gone = counted(counts)
    return PersonErased(person_id=person_id, counts=gone, kept=kept, digest=receipt_digest(person_id, gone, kept))


async def hear_erased(office: Office, fact: ErasureReceipt, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Another service's receipt, in any order, also before we know that anything was begun."""
    await erasures.add_receipt(tx, fact.person_id, fact.SERVICE, fact.digest, context.now)
    return await _confirmed(office, fact.person_id, context, tx)


async def _confirmed(office: Office, person_id: UUID, context: Context, tx: AsyncConnection) -> list[Message]:
    """When all services have answered her key is destroyed, before the commit: should that fail, it is done again."""
    if await erasures.open_erasure(tx, person_id) is None or not is_complete(await erasures.receipts(tx, person_id)):
        return []
    await asyncio.to_thread(office.keys.destroy, person_id)
    await erasures.confirm(tx, person_id, context.now)
    await timers.set_timer(
        tx,
        kind=PURGE_TIMER,
        key=f"purge-{person_id}",
        due_at=context.now + PURGE_AFTER,
        payload={"person_id": str(person_id)},
    )
    return [ErasureConfirmed(person_id=person_id, services=SERVICES)]


async def purge_due(purge: Purge, timer: Timer, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Her receipts have been heard by now: the streams forget her, too. What fails is tried again by the timer."""
    await purge(timer.payload["person_id"])
    return []


def _removed(office: Office, files: Sequence[UUID]) -> int:
    return sum(office.files.remove(attachment_id) for attachment_id in files)
