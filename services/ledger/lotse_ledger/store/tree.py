"""The Merkle tree of the association's log in the database: full tiles are kept, the rest is read from the entries."""

from collections.abc import Iterable, Sequence

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_ledger.domain.merkle import EMPTY_ROOT, root_of
from lotse_ledger.domain.proofs import Span, consistency_spans, hash_of, inclusion_spans, proof
from lotse_ledger.domain.tiles import HEIGHT, LEVEL_MAX, WIDTH, reader, tiles_of, widest
from lotse_ledger.store.tables import entry, tile

WITNESSED_LOG = 0  # the association's own; what was imported is never signed
TILES_AT_ONCE = 64

Tiles = dict[tuple[int, int], bytes]

# A full tile as it is kept; any other from the leaves, or from the roots of the tiles below.
_TILES = text("""
SELECT w.level, w.number, coalesce(
  CASE WHEN w.width = 256 THEN
    (SELECT t.hashes FROM tile t WHERE t.log_id = :log_id AND t.level = w.level AND t.number = w.number) END,
  CASE WHEN w.level = 0 THEN
    (SELECT string_agg(e.leaf_sha256, ''::bytea ORDER BY e.log_index) FROM entry e WHERE e.log_id = :log_id
       AND e.log_index >= w.number * 256 AND e.log_index < w.number * 256 + w.width)
  ELSE
    (SELECT string_agg(t.root, ''::bytea ORDER BY t.number) FROM tile t WHERE t.log_id = :log_id
       AND t.level = w.level - 1 AND t.number >= w.number * 256 AND t.number < w.number * 256 + w.width) END) AS hashes
FROM unnest(CAST(:levels AS smallint[]), CAST(:numbers AS bigint[]), CAST(:widths AS smallint[]))
  AS w (level, number, width)
""")


async def leaves(tx: AsyncConnection, first: int, last: int | None = None) -> list[bytes]:
    """The leaf hashes from the first on, up to but without the last."""
    wanted = [entry.c.log_id == WITNESSED_LOG, entry.c.log_index >= first]
    if last is not None:
        wanted.append(entry.c.log_index < last)
    query = select(entry.c.leaf_sha256).where(*wanted).order_by(entry.c.log_index)
    return list((await tx.execute(query)).scalars())


async def bodies(tx: AsyncConnection, first: int, last: int) -> list[bytes]:
    """The leaves themselves, as they were hashed."""
    wanted = (entry.c.log_id == WITNESSED_LOG, entry.c.log_index >= first, entry.c.log_index < last)
    rows = await tx.execute(select(entry.c.body).where(*wanted).order_by(entry.c.log_index))
    return [str(body).encode() for body in rows.scalars()]


async def grow(tx: AsyncConnection, size: int) -> None:
    """Keep every tile that is full in a log of this size and is not kept yet; level after level."""
    for level in range(LEVEL_MAX + 1):
        full = size >> HEIGHT * (level + 1)
        if not full:
            return
        kept = await _kept(tx, level)
        for first in range(kept, full, TILES_AT_ONCE):
            last = min(full, first + TILES_AT_ONCE)
            await _keep(tx, level, first, await _row(tx, level, first * WIDTH, last * WIDTH))


async def tiles(tx: AsyncConnection, wanted: Iterable[tuple[int, int]], size: int) -> Tiles:
    """These tiles by level and number, each as it stands in a log of this size; one question for all of them."""
    places = [widest(level, number, size) for level, number in wanted]
    asked = {
        "log_id": WITNESSED_LOG,
        "levels": [one.level for one in places],
        "numbers": [one.number for one in places],
        "widths": [one.width for one in places],
    }
    rows = await tx.execute(_TILES, asked)
    return {(row.level, row.number): row.hashes or b"" for row in rows}


async def inclusion(tx: AsyncConnection, index: int, size: int) -> tuple[bytes, ...]:
    """That an entry is in the log of this size. Raises ValueError unless index < size."""
    return await _proof(tx, inclusion_spans(index, size), size)


async def consistency(tx: AsyncConnection, old: int, new: int) -> tuple[bytes, ...]:
    """That the log of the new size begins with that of the old one. Raises ValueError unless old <= new."""
    return await _proof(tx, consistency_spans(old, new), new)


async def root(tx: AsyncConnection, size: int) -> bytes:
    """The root over the first so many entries."""
    if size == 0:
        return EMPTY_ROOT
    whole = Span(0, size)
    return hash_of(whole, reader(await tiles(tx, tiles_of([whole]), size)))


async def _proof(tx: AsyncConnection, spans: Sequence[Span], size: int) -> tuple[bytes, ...]:
    return proof(spans, reader(await tiles(tx, tiles_of(spans), size)))


async def _kept(tx: AsyncConnection, level: int) -> int:
    query = select(func.max(tile.c.number)).where(tile.c.log_id == WITNESSED_LOG, tile.c.level == level)
    found = (await tx.execute(query)).scalar_one_or_none()
    return 0 if found is None else int(found) + 1


async def _row(tx: AsyncConnection, level: int, first: int, last: int) -> list[bytes]:
    """The hashes of a level: leaves, or the roots of the tiles below."""
    if level == 0:
        return await leaves(tx, first, last)
    wanted = (tile.c.log_id == WITNESSED_LOG, tile.c.level == level - 1, tile.c.number >= first, tile.c.number < last)
    return list((await tx.execute(select(tile.c.root).where(*wanted).order_by(tile.c.number))).scalars())


async def _keep(tx: AsyncConnection, level: int, first: int, row: Sequence[bytes]) -> None:
    cut = [row[at : at + WIDTH] for at in range(0, len(row), WIDTH)]
    rows = [
        {"level": level, "number": first + place, "hashes": b"".join(one), "root": root_of(one)}
        for place, one in enumerate(cut)
    ]
    await tx.execute(insert(tile).on_conflict_do_nothing(), rows)
