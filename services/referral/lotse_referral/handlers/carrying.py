"""What an office, or somebody of ours, gets to do once a referral has left the house, and how all of it ends."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.timers import cancel_timer, set_timer
from lotse_contracts import Message
from lotse_contracts.referral import TaskChanged
from lotse_referral.domain.holding import AT_ONCE, held_until
from lotse_referral.domain.referral import Referral
from lotse_referral.domain.tasks import KIND_OF, Task, stopped
from lotse_referral.store import held as held_store
from lotse_referral.store import office_links, tasks

LINK_TIMER = "office_link"
"""Makes a link and has it mailed; a timer, since notify's key may not be known yet."""
HELD_TIMER = "held_fields"
"""Destroys what was held for an office, its key included."""


async def left(tx: AsyncConnection, context: Context, sent: Referral) -> Sequence[Message]:
    """A link is made, or somebody of ours has something to do; a letter waits until it is printed."""
    if sent.mode == "link":
        await set_timer(tx, kind=LINK_TIMER, key=str(sent.referral_id), due_at=context.now)
    kind = KIND_OF.get(sent.mode)
    if kind is None or sent.person_id is None or await tasks.load(tx, sent.referral_id) is not None:
        return ()
    task = Task(sent.referral_id, sent.person_id, kind, context.now, context.now)
    await tasks.save(tx, task)
    return (said_of(task),)


async def ended(tx: AsyncConnection, context: Context, held: Referral) -> Sequence[Message]:
    """The referral has ended, whichever way it went: nothing is mailed or to be done, and what is held goes."""
    if held.direction != "out":
        return ()
    await cancel_timer(tx, kind=LINK_TIMER, key=str(held.referral_id))
    until = held_until(held.state, context.now)
    if held.state in AT_ONCE:
        await office_links.end(tx, held.referral_id, "withdrawn", context.now)
        await forget(tx, context, held.referral_id)
    elif await held_store.set_end(tx, held.referral_id, until) or await held_store.only_words(tx, held.referral_id):
        await set_timer(tx, kind=HELD_TIMER, key=str(held.referral_id), due_at=until, payload={"because": "ended"})
    return await _stop_task(tx, context, held)


async def consent_lost(tx: AsyncConnection, context: Context, held: Referral) -> None:
    """Fields that an office reads are gone with their consent, also where the referral had ended before."""
    await office_links.end(tx, held.referral_id, "withdrawn", context.now)
    await forget(tx, context, held.referral_id)


async def forget(tx: AsyncConnection, context: Context, referral_id: UUID) -> None:
    """Rows and sessions go now; their key a moment later, once this is committed, which also says so."""
    await office_links.end_sessions(tx, referral_id, context.now)
    if await held_store.destroy(tx, referral_id):
        payload = {"because": "withdrawn"}
        await set_timer(tx, kind=HELD_TIMER, key=str(referral_id), due_at=context.now, payload=payload)


def said_of(task: Task) -> TaskChanged:
    """How a task stands."""
    return TaskChanged(referral_id=task.referral_id, person_id=task.person_id, kind=task.kind, state=task.state)


async def _stop_task(tx: AsyncConnection, context: Context, held: Referral) -> Sequence[Message]:
    task = await tasks.load(tx, held.referral_id)
    if task is None or (over := stopped(task, context.now)) is task:
        return ()
    await tasks.save(tx, over)
    return (said_of(over),)
