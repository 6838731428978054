"""The log read from its first leaf to its last, and everything else in the database held against it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_ledger.domain.entries import MAIN_LOG
from lotse_ledger.domain.rebuilding import Account, Difference, Row, Sums, Tree, differs
from lotse_ledger.store.tables import checkpoint, entry, posting, snapshot, snapshot_month, tile

ENTRIES_AT_ONCE = 2_000

Tiles = dict[tuple[int, int], tuple[bytes, bytes]]


@dataclass(frozen=True)
class Compared:
    """How many entries and postings were read, and the first thing that differs, if any."""

    entries: int
    postings: int
    difference: Difference | None


@dataclass
class _Held:
    """What is stored beside the entries, by where the comparison comes to it."""

    snapshots: list[int]
    checkpoints: dict[int, tuple[bytes, list[bytes]]] = field(default_factory=dict)
    tiles: Tiles = field(default_factory=dict)


async def compare(tx: AsyncConnection, log_id: int = MAIN_LOG) -> Compared:
    """Compute everything anew from the leaves and compare; stops at the first difference. Writes nothing."""
    held, tree, sums = await _held(tx, log_id), Tree(), Sums()
    size = postings = 0
    async for row, its in _entries(tx, log_id):
        what = "a gap" if row["log_index"] != size else differs(row, its)
        if what is not None:
            return Compared(size, postings, Difference(size, what))
        size, postings = size + 1, postings + len(its)
        sums.add(its)
        what = _evidence(held, tree, row["leaf_sha256"]) or await _snapshot(tx, held, sums, size, log_id)
        if what is not None:
            return Compared(size, postings, Difference(size - 1, what))
    left = _left(held)
    return Compared(size, postings, None if left is None else Difference(size, left))


async def _held(tx: AsyncConnection, log_id: int) -> _Held:
    sizes = select(snapshot.c.size).where(snapshot.c.log_id == log_id).order_by(snapshot.c.size)
    held = _Held(list((await tx.execute(sizes)).scalars()))
    if log_id == MAIN_LOG:
        signed = await tx.execute(select(checkpoint.c.size, checkpoint.c.root, checkpoint.c.peaks))
        held.checkpoints = {row.size: (row.root, list(row.peaks)) for row in signed}
        full = await tx.execute(select(tile.c.level, tile.c.number, tile.c.hashes, tile.c.root))
        held.tiles = {(row.level, row.number): (row.hashes, row.root) for row in full}
    return held


async def _entries(tx: AsyncConnection, log_id: int) -> AsyncIterator[tuple[Row, list[dict[str, Any]]]]:
    first = 0
    while True:
        of_log = entry.c.log_id == log_id, entry.c.log_index >= first
        query = select(entry).where(*of_log).order_by(entry.c.log_index).limit(ENTRIES_AT_ONCE)
        rows = (await tx.execute(query)).mappings().all()
        if not rows:
            return
        its = await _postings(tx, log_id, rows[0]["log_index"], rows[-1]["log_index"])
        for row in rows:
            yield dict(row), its.get(row["log_index"], [])
        first = rows[-1]["log_index"] + 1


async def _postings(tx: AsyncConnection, log_id: int, first: int, last: int) -> dict[int, list[dict[str, Any]]]:
    columns = [posting.c[name] for name in ("position", "valid_on", "standing", "currency", "account", "amount")]
    query = select(posting.c.log_index, *columns).where(
        posting.c.log_id == log_id, posting.c.log_index >= first, posting.c.log_index <= last
    )
    rows = (await tx.execute(query.order_by(posting.c.log_index, posting.c.position))).mappings().all()
    grouped = groupby(rows, key=lambda row: row["log_index"])
    return {index: [{column.name: row[column.name] for column in columns} for row in its] for index, its in grouped}


def _evidence(held: _Held, tree: Tree, leaf: bytes) -> str | None:
    for level, number, hashes, root in tree.add(leaf):
        if held.tiles.pop((level, number), (hashes, root)) != (hashes, root):
            return f"tile {level}/{number}"
    size, peaks = tree.frontier.size, list(tree.frontier.peaks)
    signed = held.checkpoints.pop(size, None)
    if signed is None or signed == (tree.frontier.root(), peaks):
        return None
    return f"the checkpoint of {size} entries"


async def _snapshot(tx: AsyncConnection, held: _Held, sums: Sums, size: int, log_id: int) -> str | None:
    if not held.snapshots or held.snapshots[0] != size:
        return None
    held.snapshots.pop(0)
    query = select(snapshot_month).where(snapshot_month.c.log_id == log_id, snapshot_month.c.size == size)
    stored = {row.month: _cells(row) for row in await tx.execute(query)}
    for month, expected in sums.by_month():
        if stored.pop(month, None) != expected:
            return _of_snapshot(size, month)
    return _of_snapshot(size, min(stored)) if stored else None


def _cells(row: Any) -> dict[Account, int]:
    accounts = zip(row.accounts, row.currencies, row.standings, strict=True)
    return {account: int(amount) for account, amount in zip(accounts, row.amounts, strict=True)}


def _of_snapshot(size: int, month: date) -> str:
    return f"the sums of {month:%Y-%m} in the snapshot of {size} entries"


def _left(held: _Held) -> str | None:
    """What is stored about more entries than there are."""
    if held.snapshots:
        return f"a snapshot of {held.snapshots[0]} entries, which there are not"
    if held.checkpoints:
        return f"a checkpoint of {min(held.checkpoints)} entries, which there are not"
    if held.tiles:
        level, number = min(held.tiles)
        return f"tile {level}/{number}, which is not full"
    return None
