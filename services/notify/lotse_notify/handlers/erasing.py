"""A person is forgotten here: nothing more is sent, her rows go, her key is destroyed, and a receipt says how many."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import links, outbox, sealturn, timers
from lotse_chassis.context import Context
from lotse_chassis.timers import Timer
from lotse_contracts.envelope import Message
from lotse_contracts.notify import ErasePerson
from lotse_notify.domain.keys import dedupe_sha256
from lotse_notify.domain.receipt import receipt
from lotse_notify.domain.verdict import Asked
from lotse_notify.handlers.orders import LINKS, Book
from lotse_notify.handlers.telling import Wish, tell
from lotse_notify.store import leaving, people
from lotse_notify.store.leaving import Left

LEAVING = "leaving"
"""Kind of the timer that looks whether everything has settled."""
LOOK_AGAIN = timedelta(seconds=2)
WAIT_MAX = timedelta(minutes=3)
"""For what is on its way; a try that runs even then is waited for until its lease is over."""
SETTLING = timedelta(seconds=30)
"""In which a try whose lease is over is settled; one that is not by then is in doubt."""
FAREWELL = "erasure-done"
ON_ITS_WAY = frozenset({"scheduled", "ready", "in_flight"})


async def erase_person(order: ErasePerson, context: Context, tx: AsyncConnection, *, book: Book) -> list[Message]:
    """Freeze her, tell her where she may be told, and wait for what is on its way; the receipt follows at the latest
    after some minutes. Nothing on its way: at once. Ordered again when she is gone: an empty receipt."""
    person = await people.locked(tx, order.person_id)
    if person.leaving:
        return []
    said: list[Message] = []
    if not person.erased and not person.fresh:
        await leaving.freeze(tx, person.person_id, context.now, until=context.now + WAIT_MAX)
        await _cancel_timers(tx, person.person_id)
        if person.contact is not None:
            said = await tell(tx, person, _farewell(context.now), context.now)
        if _on_its_way(await _left(tx, person.person_id)):
            await _look_later(tx, person.person_id, context.now)
            return said
    return [*said, await _gone(tx, person.person_id, context.now, book)]


async def leaving_due(timer: Timer, context: Context, tx: AsyncConnection, *, book: Book) -> list[Message]:
    """Whether everything has settled, or has had its time."""
    person_id = UUID(timer.key)
    await people.hold(tx, person_id)
    until = await leaving.until_of(tx, person_id)
    if until is None:
        return []
    left = await _left(tx, person_id)
    if (context.now < until and _on_its_way(left)) or _runs(left, context.now):
        await _look_later(tx, person_id, context.now)
        return []
    return [await _gone(tx, person_id, context.now, book)]


def _on_its_way(left: Left) -> bool:
    """A farewell that waits for the morning, or for a provider, is not waited for."""
    return left.running > 0 or left.farewell in ON_ITS_WAY


def _runs(left: Left, now: datetime) -> bool:
    """A provider may still be taking something of hers: who reads the receipt must not be told that it is over."""
    return left.running_until is not None and now < left.running_until + SETTLING


def _farewell(now: datetime) -> Wish:
    return Wish(template="erasure_done", arguments={}, asked=Asked(now, now + WAIT_MAX), dedupe_key=FAREWELL)


async def _left(tx: AsyncConnection, person_id: UUID) -> Left:
    return await leaving.left_of(tx, person_id, dedupe_sha256(person_id, FAREWELL))


async def _look_later(tx: AsyncConnection, person_id: UUID, now: datetime) -> None:
    await timers.set_timer(tx, kind=LEAVING, key=str(person_id), due_at=now + LOOK_AGAIN)


async def _cancel_timers(tx: AsyncConnection, person_id: UUID) -> int:
    hers = timers.timer.c.payload["person_id"].astext == str(person_id)
    return (await tx.execute(delete(timers.timer).where(hers))).rowcount


async def _gone(tx: AsyncConnection, person_id: UUID, now: datetime, book: Book) -> Message:
    """Rows, timers, links and what was said go, the key is destroyed, the tombstone stays.

    `unresolved` counts the messages of which nobody will ever know whether they arrived.
    """
    subject = str(person_id)
    left = await _left(tx, person_id)
    counts = {"timer": await _cancel_timers(tx, person_id), "unresolved": left.unknown + left.running}
    counts["link"] = sum([await links.revoke(tx, purpose=one, subject_id=subject) for one in LINKS])
    counts["outbox"] = await outbox.forget(tx, subject)
    counts |= await people.erase(tx, person_id, now)
    counts["key"] = int(book.keys.holds(person_id))
    await asyncio.to_thread(book.keys.destroy, person_id)
    await sealturn.ask(tx, now)
    return receipt(person_id, counts)
