"""Countersigning other logs: the partners' over the federation, third parties' over HTTP, by the same rules."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_contracts.envelope import Message
from lotse_contracts.ledger import CheckpointCosigned, CheckpointOffered, CheckpointRefused
from lotse_ledger.domain.notes import Signature, SigningKey, Vkey, cosignature, standard
from lotse_ledger.domain.rotation import NotARotation, Rotation, check_rotation, current_keys, keys_after
from lotse_ledger.domain.witnessing import (
    CONFLICT,
    FORKED,
    MALFORMED,
    NOT_SIGNED,
    SIGNATURE_FALSE,
    UNKNOWN_LOG,
    NotWitnessed,
    Submission,
    grown_out_of,
    signed_by_its_log,
    submitted,
)
from lotse_ledger.handlers.house import House
from lotse_ledger.handlers.offering import offered_again
from lotse_ledger.store import alarms, heads
from lotse_ledger.store.alarms import Alarm

logger = logging.getLogger(__name__)

BY_HTTP = "http"
ROLLED_BACK = "checkpoint_rolled_back"
REPLAYED = "checkpoint_replayed"
FROM_ANYBODY = (MALFORMED, UNKNOWN_LOG, NOT_SIGNED, SIGNATURE_FALSE)
"""Over HTTP nobody is known until the signature holds: such a request may not fill our tables."""
Keys = Mapping[str, Sequence[Vkey]]


async def countersign(
    offered: CheckpointOffered, context: Context, tx: AsyncConnection, *, house: House
) -> list[Message]:
    """Countersign a partner's checkpoint that the log we saw last has grown into, or say why not."""
    sender, key = context.sender_association, house.evidence.witness
    if key is None:
        logger.warning("a checkpoint was offered, and there is no witness key")
        return []
    size = 0
    try:
        given = _submission(offered)
        size = given.head.size
        known = await _keys_of(tx, sender, house, offered, context)
        line = await witnessed(tx, given, keys=known, key=key, now=context.now)
    except NotWitnessed as fault:
        one = Alarm(_origin(offered), sender, fault.code, size, fault.latest_size, offered.note)
        await note_refusal(tx, house, one, now=context.now, said_at=context.time)
        return [
            CheckpointRefused(
                to=sender,
                log=offered.log,
                size=size,
                code=fault.code,
                status=fault.status,
                latest_size=fault.latest_size,
            )
        ]
    answer = CheckpointCosigned(to=sender, log=offered.log, size=size, cosignature=line.line)
    return [answer, *await offered_again(tx, context, house, sender)]


async def witnessed(tx: AsyncConnection, given: Submission, *, keys: Keys, key: SigningKey, now: datetime) -> Signature:
    """Our countersignature, remembered in this transaction; the log's row is held until then. Raises NotWitnessed."""
    signed_by_its_log(given, keys)
    latest = await heads.hold(tx, given.head.origin)
    grown_out_of(given, latest)
    line = cosignature(given.checkpoint.text, key, time=int(now.timestamp()))
    await heads.keep(tx, given.head, given.checkpoint, line, seen_at=now)
    return line


async def note_refusal(
    tx: AsyncConnection, house: House, one: Alarm, *, now: datetime, said_at: datetime | None = None
) -> None:
    """Keep what was not countersigned, unless it only came at a wrong time. `said_at`: when a partner offered it."""
    code = await _what_it_was(tx, one, said_at)
    if code is None:
        return
    logger.error("a checkpoint is not countersigned: %s", code)
    once = one.reporter == BY_HTTP and code in FROM_ANYBODY
    # The name of an unknown log is made up by whoever asks: the first one stands for all of them.
    told = "" if once and code == UNKNOWN_LOG else one.origin
    known = Alarm(told, one.reporter, code, one.size, one.latest_size, one.note)
    if await alarms.raise_alarm(tx, known, at=now, once=once):
        house.evidence.alarmed(code)


async def public_keys(tx: AsyncConnection, house: House) -> dict[str, tuple[Vkey, ...]]:
    """By name of the log the keys that a checkpoint may be signed with, of partners and of third parties."""
    by_origin: dict[str, list[Vkey]] = {}
    for key in (*house.evidence.others, *(key for known in house.evidence.logs.values() for key in known)):
        by_origin.setdefault(key.name, []).append(key)
    return {origin: current_keys(trusted, await heads.rotations(tx, origin)) for origin, trusted in by_origin.items()}


def _submission(offered: CheckpointOffered) -> Submission:
    try:
        proof = [standard(one) for one in offered.proof]
    except ValueError:
        raise NotWitnessed(MALFORMED) from None
    return submitted(offered.old_size, proof, offered.note.encode())


async def _keys_of(
    tx: AsyncConnection, sender: str, house: House, offered: CheckpointOffered, context: Context
) -> dict[str, tuple[Vkey, ...]]:
    """A partner speaks for her own logs alone; a new key of hers counts once the old one has vouched for it."""
    trusted = house.evidence.logs.get(sender, ())
    steps = [Rotation(one.old_vkey, one.new_vkey, one.old_signature, one.new_signature) for one in offered.rotations]
    for step in steps:
        try:
            check_rotation(step)
        except NotARotation:
            continue
        stored = await heads.rotations(tx, step.old.name)
        if step.old in keys_after(trusted, stored) and step not in stored:
            await heads.add_rotation(tx, step.old.name, step, learned_at=context.now)
    found: dict[str, tuple[Vkey, ...]] = {}
    for origin in {key.name for key in trusted}:
        own = [key for key in trusted if key.name == origin]
        found[origin] = current_keys(own, await heads.rotations(tx, origin))
    return found


async def _what_it_was(tx: AsyncConnection, one: Alarm, said_at: datetime | None) -> str | None:
    """Another size than the last is innocent in itself; what is shorter, or differs from what was seen, is not.

    What was offered before the last was seen is shorter because it was overtaken: a transfer may come late (ADR 11).
    """
    if one.code != CONFLICT:
        return one.code
    given = _head_root(one.note)
    before = await heads.root_seen(tx, one.origin, one.size)
    if before is not None and before != given:
        return FORKED
    if one.size >= one.latest_size or await _overtaken(tx, one.origin, said_at):
        return None
    return ROLLED_BACK if before is None else REPLAYED


async def _overtaken(tx: AsyncConnection, origin: str, said_at: datetime | None) -> bool:
    last = await heads.last_seen(tx, origin)
    return said_at is not None and last is not None and said_at < last.seen_at


def _head_root(note: str) -> bytes:
    return standard(note.split("\n", 3)[2])


def _origin(offered: CheckpointOffered) -> str:
    return offered.note.split("\n", 1)[0][:200]
