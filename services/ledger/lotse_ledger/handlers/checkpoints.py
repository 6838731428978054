"""Fixing our log with a signed checkpoint; what partners say to it is in `offering`, theirs in `witnessing`."""

import logging
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import timers
from lotse_chassis.context import Context
from lotse_chassis.timers import Timer
from lotse_contracts.envelope import Message
from lotse_contracts.ledger import CheckpointSigned
from lotse_ledger.domain.checkpoints import LOG, Head, origin_of, text_of
from lotse_ledger.domain.notes import SigningKey, signed
from lotse_ledger.handlers.house import House
from lotse_ledger.handlers.offering import offers
from lotse_ledger.store import keys, log, tree, witness

logger = logging.getLogger(__name__)

CHECKPOINT_TIMER = "checkpoint"
CHECKPOINT_KEY = "regular"


async def after_entry(tx: AsyncConnection, context: Context, house: House, *, log_index: int) -> list[Message]:
    """A checkpoint whenever the log has grown far enough."""
    return await after_entries(tx, context, house, first=log_index, last=log_index)


async def after_entries(
    tx: AsyncConnection, context: Context, house: House, *, first: int, last: int, force: bool = False
) -> list[Message]:
    """A checkpoint after these entries, if a round number of entries was reached; with `force` in any case.

    Forced at an export, a closed period, a drawdown: what is handed out then must be fixed by then.
    """
    every = house.checkpoint_entries
    if not force and (last + 1) // every == first // every:
        return []
    return await signed_checkpoint(tx, context, house)


async def signed_checkpoint(
    tx: AsyncConnection, context: Context, house: House, *, again: bool = False
) -> list[Message]:
    """Sign the log as it stands and offer it to every partner; nothing new if nothing was entered since.

    With `again` also to those who have not answered: a broker may have lost what was offered.
    """
    await log.hold(tx)
    key = house.evidence.log
    if key is None or not await is_in_force(tx, key):
        return []
    said: list[Message] = []
    before = await witness.frontier(tx)
    leaves = await tree.leaves(tx, before.size)
    unsigned = bool(before.size) and await witness.text_at(tx, before.size) is None
    if leaves:
        grown = before.grown(leaves)
        await tree.grow(tx, grown.size)
        head = Head(key.vkey.name, grown.size, grown.root())
        note = signed(text_of(head), key)
        await witness.add_checkpoint(tx, grown, note, signed_at=context.now)
        said.append(
            CheckpointSigned(
                log=LOG, origin=head.origin, size=head.size, root_sha256=head.root.hex(), note=note.raw.decode()
            )
        )
    elif unsigned:
        logger.info("the last checkpoint is of an earlier kind; the next entry is followed by a signed note")
    return [*said, *await offers(tx, context, house, again=again)]


async def regular_checkpoint(timer: Timer, context: Context, tx: AsyncConnection, *, house: House) -> list[Message]:
    """The durable daily one; it sets its successor."""
    return await keep_signing(tx, context, house)


async def keep_signing(tx: AsyncConnection, context: Context, house: House, *, again: bool = False) -> list[Message]:
    """Sign what is unsigned, offer what is not countersigned, and come back."""
    due_at = context.now + timedelta(hours=house.checkpoint_hours)
    await timers.set_timer(tx, kind=CHECKPOINT_TIMER, key=CHECKPOINT_KEY, due_at=due_at)
    return await signed_checkpoint(tx, context, house, again=again)


def origin_in(context: Context, house: House) -> str:
    """The name of our log."""
    return house.origin or origin_of(context.association)


async def is_in_force(tx: AsyncConnection, key: SigningKey) -> bool:
    """Whether no other key followed this one: the old one signs no more, though somebody forgot to take it away."""
    steps = await keys.own_rotations(tx)
    if not steps or steps[-1].new_vkey == str(key.vkey):
        return True
    logger.error("the log's key was followed by another one: nothing is signed until that one is in its file")
    return False
