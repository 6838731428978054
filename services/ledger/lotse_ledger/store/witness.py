"""Checkpoints of our log with their cosignatures, and what we saw of the partners' logs; voucher fingerprints."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_ledger.domain.checkpoints import Head
from lotse_ledger.domain.merkle import Frontier
from lotse_ledger.store.tables import checkpoint, cosignature, fingerprint, fingerprint_answer, witnessed

CHECKPOINTS_SHOWN_MAX = 20


@dataclass(frozen=True)
class Checkpoint:
    """A signed size and root of our log, and who countersigned."""

    size: int
    root: bytes
    signed_at: datetime
    signature: str
    cosigned_by: tuple[str, ...]


async def frontier(tx: AsyncConnection) -> Frontier:
    """Where the last checkpoint left the tree."""
    query = select(checkpoint.c.size, checkpoint.c.peaks).order_by(checkpoint.c.size.desc()).limit(1)
    row = (await tx.execute(query)).first()
    return Frontier() if row is None else Frontier(row.size, tuple(row.peaks))


async def add_checkpoint(tx: AsyncConnection, tree: Frontier, *, signature: str, signed_at: datetime) -> None:
    """Keep a checkpoint of our own."""
    row = {"size": tree.size, "root": tree.root(), "peaks": list(tree.peaks)}
    await tx.execute(insert(checkpoint).values(**row, signed_at=signed_at, signature=signature))


async def root_at(tx: AsyncConnection, size: int) -> bytes | None:
    """The root that we signed for this size."""
    return (await tx.execute(select(checkpoint.c.root).where(checkpoint.c.size == size))).scalar_one_or_none()


async def add_cosignature(tx: AsyncConnection, *, size: int, witness: str, signature: str, seen_at: datetime) -> None:
    """Keep a partner's countersignature; the first one for a size stays."""
    row = insert(cosignature).values(size=size, witness=witness, cosignature=signature, seen_at=seen_at)
    await tx.execute(row.on_conflict_do_nothing())


async def checkpoints(tx: AsyncConnection) -> list[Checkpoint]:
    """The latest of ours, newest first."""
    by = func.array_agg(cosignature.c.witness).filter(cosignature.c.witness.is_not(None)).label("by")
    query = (
        select(checkpoint.c.size, checkpoint.c.root, checkpoint.c.signed_at, checkpoint.c.signature, by)
        .outerjoin(cosignature, cosignature.c.size == checkpoint.c.size)
        .group_by(checkpoint.c.size)
        .order_by(checkpoint.c.size.desc())
        .limit(CHECKPOINTS_SHOWN_MAX)
    )
    rows = await tx.execute(query)
    return [Checkpoint(r.size, r.root, r.signed_at, r.signature, tuple(sorted(r.by or ()))) for r in rows]


async def last_seen(tx: AsyncConnection, origin: str) -> Head | None:
    """The largest head of this log that we countersigned."""
    query = select(witnessed.c.size, witnessed.c.root).where(witnessed.c.origin == origin)
    row = (await tx.execute(query.order_by(witnessed.c.size.desc()).limit(1))).first()
    return None if row is None else Head(origin, row.size, row.root)


async def root_seen(tx: AsyncConnection, origin: str, size: int) -> bytes | None:
    """The root of this log at exactly this size, if we countersigned one."""
    query = select(witnessed.c.root).where(witnessed.c.origin == origin, witnessed.c.size == size)
    return (await tx.execute(query)).scalar_one_or_none()


async def add_seen(tx: AsyncConnection, head: Head, *, signature: str, seen_at: datetime) -> None:
    """Remember a partner's head; the same one again changes nothing."""
    row = {"origin": head.origin, "size": head.size, "root": head.root, "signature": signature, "seen_at": seen_at}
    await tx.execute(insert(witnessed).values(**row).on_conflict_do_nothing())


async def add_fingerprints(tx: AsyncConnection, by_partner: Mapping[str, str], log_index: int) -> None:
    """What a partner would ask for, were this voucher hers as well."""
    if by_partner:
        rows = [{"partner": name, "fingerprint": one, "log_index": log_index} for name, one in by_partner.items()]
        await tx.execute(insert(fingerprint), rows)


async def is_known(tx: AsyncConnection, *, partner: str, asked: str) -> bool:
    """Whether we booked a voucher with this fingerprint."""
    query = select(fingerprint.c.log_index).where(fingerprint.c.partner == partner, fingerprint.c.fingerprint == asked)
    return (await tx.execute(query.limit(1))).first() is not None


async def add_answer(tx: AsyncConnection, *, partner: str, asked: str, known: bool, at: datetime) -> None:
    """Keep what the partner said; both answers may come, in either order, and `known` outweighs."""
    row = insert(fingerprint_answer).values(partner=partner, fingerprint=asked, known=known, answered_at=at)
    await tx.execute(row.on_conflict_do_nothing())


async def shared_vouchers(tx: AsyncConnection) -> list[tuple[str, int]]:
    """Partner and entry, where both booked a voucher with the same document: a question to two people."""
    query = (
        select(fingerprint.c.partner, fingerprint.c.log_index)
        .join(
            fingerprint_answer,
            (fingerprint_answer.c.partner == fingerprint.c.partner)
            & (fingerprint_answer.c.fingerprint == fingerprint.c.fingerprint),
        )
        .where(fingerprint_answer.c.known)
        .order_by(fingerprint.c.log_index)
    )
    return [(row.partner, row.log_index) for row in await tx.execute(query)]
