"""Checkpoints of our log with their countersignatures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_contracts.sealed import encode
from lotse_ledger.domain.merkle import Frontier
from lotse_ledger.domain.notes import Signature, SignedNote, parse_line, parse_note
from lotse_ledger.store.tables import checkpoint, cosignature

CHECKPOINTS_SHOWN_MAX = 20


@dataclass(frozen=True)
class Checkpoint:
    """A signed size and root of our log, and who countersigned; `note` has the lines of all of them."""

    size: int
    root: bytes
    signed_at: datetime
    signature: str
    cosigned_by: tuple[str, ...]
    note: SignedNote | None = None


async def frontier(tx: AsyncConnection) -> Frontier:
    """Where the last checkpoint left the tree."""
    query = select(checkpoint.c.size, checkpoint.c.peaks).order_by(checkpoint.c.size.desc()).limit(1)
    row = (await tx.execute(query)).first()
    return Frontier() if row is None else Frontier(row.size, tuple(row.peaks))


async def add_checkpoint(tx: AsyncConnection, tree: Frontier, note: SignedNote, *, signed_at: datetime) -> None:
    """Keep a checkpoint of our own; the same size again changes nothing."""
    row = {"size": tree.size, "root": tree.root(), "peaks": list(tree.peaks)}
    signature = encode(note.signatures[0].blob)
    given = insert(checkpoint).values(**row, signed_at=signed_at, signature=signature, note=note.raw.decode())
    await tx.execute(given.on_conflict_do_nothing())


async def root_at(tx: AsyncConnection, size: int) -> bytes | None:
    """The root that we signed for this size."""
    return (await tx.execute(select(checkpoint.c.root).where(checkpoint.c.size == size))).scalar_one_or_none()


async def text_at(tx: AsyncConnection, size: int) -> bytes | None:
    """The text of the note that we signed for this size."""
    query = select(checkpoint.c.note).where(checkpoint.c.size == size, checkpoint.c.note.is_not(None))
    found = (await tx.execute(query)).scalar_one_or_none()
    return None if found is None else parse_note(found.encode()).text


async def add_cosignature(tx: AsyncConnection, line: Signature, *, size: int, witness: str, seen_at: datetime) -> None:
    """Keep a partner's countersignature; the first one for a size stays."""
    kept = {"size": size, "witness": witness, "cosignature": encode(line.blob), "line": line.line, "seen_at": seen_at}
    await tx.execute(insert(cosignature).values(**kept).on_conflict_do_nothing())


async def cosigned_size(tx: AsyncConnection, witness: str) -> int:
    """The largest size that this partner countersigned; 0 if none."""
    query = select(func.max(cosignature.c.size)).where(
        cosignature.c.witness == witness, cosignature.c.line.is_not(None)
    )
    return (await tx.execute(query)).scalar_one_or_none() or 0


async def checkpoints(tx: AsyncConnection) -> list[Checkpoint]:
    """The latest of ours, newest first."""
    return await _checkpoints(tx, [], limit=CHECKPOINTS_SHOWN_MAX)


async def latest(
    tx: AsyncConnection, *, cosigned: bool = False, at_least: int = 0, size: int | None = None
) -> Checkpoint | None:
    """The newest of ours that is a signed note: countersigned, over so many entries, or of exactly this size."""
    wanted = [checkpoint.c.note.is_not(None), checkpoint.c.size >= at_least]
    if cosigned:
        line = select(cosignature.c.size).where(cosignature.c.line.is_not(None))
        wanted.append(checkpoint.c.size.in_(line))
    if size is not None:
        wanted.append(checkpoint.c.size == size)
    found = await _checkpoints(tx, wanted, limit=1)
    return found[0] if found else None


async def _checkpoints(tx: AsyncConnection, wanted: Sequence[ColumnElement[bool]], *, limit: int) -> list[Checkpoint]:
    rows = (
        await tx.execute(select(checkpoint).where(*wanted).order_by(checkpoint.c.size.desc()).limit(limit))
    ).fetchall()
    query = select(cosignature).where(cosignature.c.size.in_([row.size for row in rows]))
    lines = (await tx.execute(query.order_by(cosignature.c.witness))).fetchall()
    return [_checkpoint(row, [line for line in lines if line.size == row.size]) for row in rows]


def _checkpoint(row: Row[Any], lines: Sequence[Row[Any]]) -> Checkpoint:
    note = None
    if row.note is not None:
        signed = parse_note(row.note.encode())
        below = tuple(parse_line(line.line) for line in lines if line.line is not None)
        note = SignedNote(signed.text, (*signed.signatures, *below))
    return Checkpoint(row.size, row.root, row.signed_at, row.signature, tuple(line.witness for line in lines), note)
