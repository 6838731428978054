"""Our checkpoints on their way to the partners' witnesses, one at a time to each, and what they answer.

An offer that nobody answered is followed by no other until it is old: a link that is cut for days does not pile them
up. What was signed meanwhile is offered as soon as the answer comes.
"""

import base64
import logging
from dataclasses import replace
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.envelope import Message
from lotse_contracts.ledger import CheckpointCosigned, CheckpointOffered, CheckpointRefused, KeyRotation
from lotse_ledger.domain import notes
from lotse_ledger.domain.checkpoints import LOG
from lotse_ledger.domain.notes import NotANote, Vkey, parse_line
from lotse_ledger.domain.witnessing import CONFLICT
from lotse_ledger.handlers.house import House
from lotse_ledger.store import alarms, keys, log, tree, witness
from lotse_ledger.store.alarms import Alarm, Offer
from lotse_ledger.store.witness import Checkpoint

logger = logging.getLogger(__name__)

OFFERS_IN_A_ROW_MAX = 3
"""A partner may name another size that often; then the next regular checkpoint asks again."""
ROTATIONS_TOLD_MAX = 16
BEHIND_WITNESS = "checkpoint_behind_witness"
"""She has seen more of our log than there is: it was restored from an old backup, or cut."""


async def offers(tx: AsyncConnection, context: Context, house: House, *, again: bool = False) -> list[Message]:
    """Our latest checkpoint for every partner who has not countersigned it and, but for `again`, is not asked yet."""
    latest = await witness.latest(tx)
    if latest is None:
        return []
    said: list[Message] = []
    for partner in house.partners:
        pending = None if again else await alarms.offer_to(tx, partner)
        if pending is not None and pending.offered_at > context.now - timedelta(hours=house.checkpoint_hours):
            continue
        seen = await witness.cosigned_size(tx, partner)
        if seen < latest.size:
            said.append(await _offer(tx, context, partner, latest, Offer(latest.size, seen, 1, context.now)))
    return said


async def offered_again(tx: AsyncConnection, context: Context, house: House, partner: str) -> list[Message]:
    """Ours once more to a partner who is heard and has not answered it: it may have come before she knew us."""
    await log.hold(tx)
    pending, latest = await alarms.offer_to(tx, partner), await witness.latest(tx)
    if pending is None or latest is None:
        return []
    seen = await witness.cosigned_size(tx, partner)
    if seen >= latest.size:
        return []
    return [await _offer(tx, context, partner, latest, Offer(latest.size, seen, pending.attempts, context.now))]


async def keep_cosignature(
    answer: CheckpointCosigned, context: Context, tx: AsyncConnection, *, house: House
) -> list[Message]:
    """Keep a partner's countersignature if it is hers and under a checkpoint that we signed; offer what came since."""
    partner = context.sender_association
    text = await witness.text_at(tx, answer.size)
    if text is None:
        raise Refused("checkpoint_of_another", fields=("size",))
    try:
        line = parse_line(answer.cosignature)
    except NotANote:
        raise Refused("checkpoint_signature_false", fields=("cosignature",)) from None
    key = _witness_of(partner, house)
    if (line.name, line.key_id) != (key.name, key.key_id) or not notes.holds(text, line, key):
        raise Refused("checkpoint_signature_false", fields=("cosignature",))
    await log.hold(tx)  # what is being signed meanwhile sees this offer as pending, so it must be seen here
    await witness.add_cosignature(tx, line, size=answer.size, witness=partner, seen_at=context.time)
    pending = await alarms.offer_to(tx, partner)
    if pending is None or pending.size <= answer.size:
        await alarms.drop_offer(tx, partner)
        return await offers(tx, context, house)
    return []


async def take_refusal(
    answer: CheckpointRefused, context: Context, tx: AsyncConnection, *, house: House
) -> list[Message]:
    """Offer again from what the partner saw last; anything else than another size is an alarm."""
    partner = context.sender_association
    await log.hold(tx)
    pending, latest = await alarms.offer_to(tx, partner), await witness.latest(tx)
    if pending is None or latest is None or pending.size != answer.size:
        return []  # an answer to what is settled already
    if answer.code != CONFLICT or answer.latest_size > latest.size:
        code = answer.code if answer.code != CONFLICT else BEHIND_WITNESS
        await _alarm(tx, context, house, replace(_alarm_of(answer, partner, latest), code=code))
        await alarms.drop_offer(tx, partner)
        return []
    if pending.attempts >= OFFERS_IN_A_ROW_MAX:
        logger.warning("a partner names another size each time; the next regular checkpoint asks again")
        return []
    again = Offer(latest.size, answer.latest_size, pending.attempts + 1, context.now)
    return [await _offer(tx, context, partner, latest, again)]


async def _offer(
    tx: AsyncConnection, context: Context, partner: str, latest: Checkpoint, one: Offer
) -> CheckpointOffered:
    await alarms.put_offer(tx, partner, one)
    proof = await tree.consistency(tx, one.old_size, latest.size)
    steps = (await keys.own_rotations(tx))[-ROTATIONS_TOLD_MAX:]
    if latest.note is None:
        raise ValueError("a checkpoint of an earlier kind is not offered")
    signed = replace(latest.note, signatures=latest.note.signatures[:1])
    return CheckpointOffered(
        to=partner,
        log=LOG,
        note=signed.raw.decode(),
        old_size=one.old_size,
        proof=tuple(base64.b64encode(node).decode() for node in proof),
        rotations=tuple(KeyRotation(**vars(step)) for step in steps),
    )


def _alarm_of(answer: CheckpointRefused, partner: str, latest: Checkpoint) -> Alarm:
    note = "" if latest.note is None else latest.note.raw.decode()
    origin = note.split("\n", 1)[0]
    return Alarm(origin, partner, answer.code, answer.size, answer.latest_size, note)


async def _alarm(tx: AsyncConnection, context: Context, house: House, one: Alarm) -> None:
    logger.error("a partner does not countersign our log: %s", one.code)
    if await alarms.raise_alarm(tx, one, at=context.now):
        house.evidence.alarmed(one.code)


def _witness_of(partner: str, house: House) -> Vkey:
    key = house.evidence.witnesses.get(partner)
    if key is None:
        raise Refused("unknown_partner", fields=("signer",))
    return key
