"""What we saw last of other logs, and under which keys: the memory of a witness."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_contracts.sealed import encode
from lotse_ledger.domain.checkpoints import Head
from lotse_ledger.domain.merkle import EMPTY_ROOT
from lotse_ledger.domain.notes import Signature, SignedNote
from lotse_ledger.domain.rotation import Rotation
from lotse_ledger.store.tables import log_rotation, witness_head, witnessed

HEADS_SHOWN_MAX = 200


@dataclass(frozen=True)
class SeenHead:
    """The largest head of a log that we countersigned; `note` has the log's line and ours."""

    head: Head
    note: str
    seen_at: datetime


async def hold(tx: AsyncConnection, origin: str) -> Head:
    """The largest head of this log that we countersigned, size 0 if none; nobody else may until the commit."""
    empty = {"origin": origin, "size": 0, "root": EMPTY_ROOT, "note": "", "cosignature": ""}
    await tx.execute(insert(witness_head).values(**empty).on_conflict_do_nothing())
    query = select(witness_head.c.size, witness_head.c.root).where(witness_head.c.origin == origin)
    row = (await tx.execute(query.with_for_update())).one()
    return Head(origin, row.size, row.root)


async def keep(tx: AsyncConnection, head: Head, note: SignedNote, line: Signature, *, seen_at: datetime) -> None:
    """Remember what we countersigned; the row is held."""
    seen = {"size": head.size, "root": head.root, "note": note.raw.decode(), "seen_at": seen_at}
    moved = update(witness_head).where(witness_head.c.origin == head.origin)
    await tx.execute(moved.values(**seen, cosignature=line.line))
    row = insert(witnessed).values(origin=head.origin, **seen, signature=encode(note.signatures[0].blob))
    await tx.execute(row.on_conflict_do_nothing())


async def root_seen(tx: AsyncConnection, origin: str, size: int) -> bytes | None:
    """The root of this log at exactly this size, if we countersigned one."""
    query = select(witnessed.c.root).where(witnessed.c.origin == origin, witnessed.c.size == size)
    return (await tx.execute(query)).scalar_one_or_none()


async def last_seen(tx: AsyncConnection, origin: str) -> SeenHead | None:
    """What we countersigned last, if anything."""
    query = select(witness_head).where(witness_head.c.origin == origin, witness_head.c.seen_at.is_not(None))
    row = (await tx.execute(query)).first()
    return None if row is None else SeenHead(Head(origin, row.size, row.root), row.note + row.cosignature, row.seen_at)


async def all_seen(tx: AsyncConnection) -> list[SeenHead]:
    """What we countersigned last of every log."""
    query = select(witness_head).where(witness_head.c.seen_at.is_not(None)).order_by(witness_head.c.origin)
    rows = await tx.execute(query.limit(HEADS_SHOWN_MAX))
    return [SeenHead(Head(row.origin, row.size, row.root), row.note + row.cosignature, row.seen_at) for row in rows]


async def rotations(tx: AsyncConnection, origin: str) -> list[Rotation]:
    """Which keys of this log followed which, oldest first."""
    query = select(log_rotation).where(log_rotation.c.origin == origin).order_by(log_rotation.c.learned_at)
    rows = await tx.execute(query)
    return [Rotation(row.old_vkey, row.new_vkey, row.old_signature, row.new_signature) for row in rows]


async def add_rotation(tx: AsyncConnection, origin: str, step: Rotation, *, learned_at: datetime) -> None:
    """Remember a step that both keys signed; the same again changes nothing."""
    row = {"origin": origin, **vars(step), "learned_at": learned_at}
    await tx.execute(insert(log_rotation).values(**row).on_conflict_do_nothing())
