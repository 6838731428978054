"""Fixing our log with a signed checkpoint, offering it, and countersigning the partner's."""

import logging
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import timers
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_chassis.timers import Timer
from lotse_contracts.envelope import Message
from lotse_contracts.ledger import CheckpointCosigned, CheckpointOffered, CheckpointSigned
from lotse_contracts.sealed import sign, signature_holds
from lotse_ledger.domain.checkpoints import CheckpointRefused, Head, cosigned, is_news, note, origin_of
from lotse_ledger.handlers.house import House
from lotse_ledger.store import books, log, witness

logger = logging.getLogger(__name__)

CHECKPOINT_TIMER = "checkpoint"
CHECKPOINT_KEY = "regular"


async def after_entry(tx: AsyncConnection, context: Context, house: House, *, log_index: int) -> list[Message]:
    """A checkpoint whenever the log has grown far enough."""
    if (log_index + 1) % house.checkpoint_entries:
        return []
    return await signed_checkpoint(tx, context, house)


async def signed_checkpoint(tx: AsyncConnection, context: Context, house: House) -> list[Message]:
    """Sign the log as it stands and offer it to every partner; nothing if nothing was entered since."""
    if house.sign_key is None:
        return []
    await log.hold(tx)
    tree = await witness.frontier(tx)
    leaves = await books.leaves(tx, tree.size)
    if not leaves:
        return []
    tree = tree.grown(leaves)
    head = Head(origin_of(context.association), tree.size, tree.root())
    signature = sign(note(head), house.sign_key)
    await witness.add_checkpoint(tx, tree, signature=signature, signed_at=context.now)
    return [
        CheckpointSigned(origin=head.origin, size=head.size, root_sha256=head.root.hex(), signature=signature),
        *(_offered(head, signature, partner) for partner in house.partners),
    ]


async def regular_checkpoint(timer: Timer, context: Context, tx: AsyncConnection, *, house: House) -> list[Message]:
    """The durable daily one; it sets its successor."""
    return await keep_signing(tx, context, house)


async def keep_signing(tx: AsyncConnection, context: Context, house: House) -> list[Message]:
    """Sign what is unsigned, and come back."""
    due_at = context.now + timedelta(hours=house.checkpoint_hours)
    await timers.set_timer(tx, kind=CHECKPOINT_TIMER, key=CHECKPOINT_KEY, due_at=due_at)
    return await signed_checkpoint(tx, context, house)


async def countersign(
    offered: CheckpointOffered, context: Context, tx: AsyncConnection, *, house: House
) -> list[Message]:
    """Countersign a partner's checkpoint that can be the log we saw before; refuse a fork, leave a shorter one."""
    sender = context.sender_association
    head = Head(offered.origin, offered.size, bytes.fromhex(offered.root_sha256))
    if not signature_holds(note(head), offered.signature, _key_of(sender, house)):
        raise Refused("checkpoint_signature_false", fields=("signature",))
    await log.hold(tx)  # what was last seen may not change between this look and our signature
    latest = await witness.last_seen(tx, head.origin)
    same_size = await witness.root_seen(tx, head.origin, head.size)
    try:
        news = is_news(head, sender=sender, latest=latest, same_size=same_size)
    except CheckpointRefused as fault:
        raise Refused(fault.code, fields=("size", "root_sha256")) from None
    if not news:
        logger.warning("a checkpoint shorter than the last one seen is not countersigned")
    if not news or house.sign_key is None:
        return []
    await witness.add_seen(tx, head, signature=offered.signature, seen_at=context.now)
    answer = CheckpointCosigned(
        to=sender,
        origin=head.origin,
        size=head.size,
        root_sha256=offered.root_sha256,
        cosignature=sign(cosigned(head, context.now), house.sign_key),
        seen_at=context.now,
    )
    return [answer]


async def keep_cosignature(
    answer: CheckpointCosigned, context: Context, tx: AsyncConnection, *, house: House
) -> list[Message]:
    """Keep a partner's countersignature if it is hers and under a checkpoint that we signed."""
    head = Head(origin_of(context.association), answer.size, bytes.fromhex(answer.root_sha256))
    if answer.origin != head.origin or await witness.root_at(tx, head.size) != head.root:
        raise Refused("checkpoint_of_another", fields=("origin", "size", "root_sha256"))
    witness_name = context.sender_association
    if not signature_holds(cosigned(head, answer.seen_at), answer.cosignature, _key_of(witness_name, house)):
        raise Refused("checkpoint_signature_false", fields=("cosignature",))
    await witness.add_cosignature(
        tx, size=head.size, witness=witness_name, signature=answer.cosignature, seen_at=answer.seen_at
    )
    return []


def _offered(head: Head, signature: str, partner: str) -> CheckpointOffered:
    return CheckpointOffered(
        to=partner, origin=head.origin, size=head.size, root_sha256=head.root.hex(), signature=signature
    )


def _key_of(partner: str, house: House) -> bytes:
    key = house.verify_keys.get(partner)
    if key is None:
        raise Refused("unknown_partner", fields=("signer",))
    return key
