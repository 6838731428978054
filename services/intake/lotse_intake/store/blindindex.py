"""The blind index: keyed digests by which a person is found again, though nobody can read them.

It is a projection of the encrypted fields: unlogged, so that no write-ahead log and no backup keeps what an erasure
took, and made again whenever a crash, a new pepper or new rules have emptied it.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from lotse_intake.store.tables import erasure, person
from lotse_intake.store.tables.matching import blind_index, blind_index_mark, to_index

TURN_LOCK = 0x696E6478  # "indx": of several processes one keeps the index
CANDIDATES_MAX = 200  # that one search decrypts; a phone or e-mail (kinds 1, 6) comes before a date (3), a surname last
Digest = tuple[int, bytes]

_ALL_AGAIN = text(
    """
    INSERT INTO to_index (person_id, is_news, is_indexed)
    SELECT person_id, false, false FROM person WHERE fields IS NOT NULL AND NOT frozen
    ON CONFLICT (person_id) DO UPDATE SET is_indexed = false
    """
)
_BATCH = text(
    """
    SELECT person_id, fields, frozen, is_news FROM to_index JOIN person USING (person_id)
    WHERE NOT is_indexed AND is_news = :is_news LIMIT :size FOR UPDATE OF person SKIP LOCKED
    """
)
_WRITE = text(
    """
    INSERT INTO blind_index (person_id, kind, digest)
    SELECT * FROM unnest(CAST(:persons AS uuid[]), CAST(:kinds AS smallint[]), CAST(:digests AS bytea[]))
    ON CONFLICT DO NOTHING
    """
)
_MISSING = text(
    """
    SELECT CASE WHEN EXISTS (SELECT FROM blind_index_mark WHERE scheme = :scheme)
      THEN (SELECT count(*) FROM to_index WHERE NOT is_indexed)
      ELSE (SELECT count(*) FROM person WHERE fields IS NOT NULL AND NOT frozen) END
    """
)
_CANDIDATES = text(
    """
    SELECT person_id, fields FROM (
      SELECT person_id,
        sum(CASE WHEN kind IN (1, 6) THEN 100 WHEN kind = 3 THEN 50 WHEN kind = 5 THEN 1 ELSE 10 END) AS hits
      FROM blind_index WHERE digest = ANY(CAST(:digests AS bytea[]))
      GROUP BY person_id ORDER BY hits DESC, person_id LIMIT :size
    ) AS found JOIN person USING (person_id)
    WHERE NOT frozen AND fields IS NOT NULL ORDER BY hits DESC, person_id
    """
)


async def take_turn(tx: AsyncConnection) -> bool:
    """Whether this transaction, and no other, keeps the index now."""
    return bool((await tx.execute(select(func.pg_try_advisory_xact_lock(TURN_LOCK)))).scalar_one())


async def scheme(tx: AsyncConnection) -> str | None:
    """By which rules and pepper the index is made; None when it is empty, as after a crash."""
    return (await tx.execute(select(blind_index_mark.c.scheme))).scalar_one_or_none()


async def note_news(tx: AsyncConnection, person_id: UUID) -> None:
    """Have somebody compared, as if her fields had changed."""
    row = insert(to_index).values(person_id=person_id, is_news=True, is_indexed=False)
    again = row.on_conflict_do_update(index_elements=["person_id"], set_={"is_news": True, "is_indexed": False})
    await tx.execute(again)


async def begin_again(tx: AsyncConnection, new: str) -> None:
    """Empty the index and note everybody for it."""
    await tx.execute(delete(blind_index))
    await tx.execute(delete(blind_index_mark))
    await tx.execute(insert(blind_index_mark).values(scheme=new))
    await tx.execute(_ALL_AGAIN)


async def batch(tx: AsyncConnection, size: int) -> Sequence[Row[Any]]:
    """Persons to be indexed, locked, news first; whom another transaction works with comes later."""
    news = (await tx.execute(_BATCH, {"is_news": True, "size": size})).all()
    if len(news) == size:
        return news
    return [*news, *(await tx.execute(_BATCH, {"is_news": False, "size": size - len(news)})).all()]


async def write(tx: AsyncConnection, found: Mapping[UUID, Sequence[Digest]]) -> None:
    """Replace the digests of some persons."""
    await tx.execute(delete(blind_index).where(blind_index.c.person_id.in_(found)))
    rows = [(person_id, kind, digest) for person_id, digests in found.items() for kind, digest in digests]
    if rows:
        persons, kinds, digests = zip(*rows, strict=True)
        values = {"persons": [str(one) for one in persons], "kinds": list(kinds), "digests": list(digests)}
        await tx.execute(_WRITE, values)


async def note_indexed(tx: AsyncConnection, news: Sequence[UUID], others: Sequence[UUID]) -> None:
    """News still waits to be compared; the others are done."""
    await tx.execute(update(to_index).where(to_index.c.person_id.in_(news)).values(is_indexed=True))
    await tx.execute(delete(to_index).where(to_index.c.person_id.in_(others)))


async def next_to_compare(tx: AsyncConnection) -> Row[Any, Any] | None:
    """Somebody who is indexed and not compared yet."""
    query = select(to_index.c.person_id, person.c.fields).join(person).where(to_index.c.is_indexed, ~person.c.frozen)
    return (await tx.execute(query.limit(1))).one_or_none()


async def note_compared(tx: AsyncConnection, person_id: UUID) -> None:
    """Done, unless her fields changed meanwhile."""
    await tx.execute(delete(to_index).where(to_index.c.person_id == person_id, to_index.c.is_indexed))


async def lock_living(tx: AsyncConnection, person_ids: Sequence[UUID]) -> set[UUID]:
    """Which of these are here, not being erased and not restricted (Art. 18 GDPR), until this transaction ends."""
    workable = ~person.c.frozen & ~person.c.restricted
    query = select(person.c.person_id).where(person.c.person_id.in_(person_ids), workable)
    locked = query.order_by(person.c.person_id).with_for_update(key_share=True, read=True)
    return set((await tx.execute(locked)).scalars())


async def candidates(tx: AsyncConnection, digests: Sequence[Digest]) -> Sequence[Row[Any]]:
    """Persons who share a digest, with their encrypted fields; at most `CANDIDATES_MAX`."""
    values = {"digests": [digest for _, digest in digests], "size": CANDIDATES_MAX}
    return (await tx.execute(_CANDIDATES, values)).all()


async def missing(tx: AsyncConnection, wanted: str) -> int:
    """How many persons cannot be found yet: all of them as long as the index is none of this scheme."""
    return int((await tx.execute(_MISSING, {"scheme": wanted})).scalar_one())


async def forgotten(tx: AsyncConnection) -> int:
    """How many persons were forgotten for good; of two times, an earlier one may be committed later."""
    ended = select(func.count()).select_from(erasure).where(erasure.c.confirmed_at.is_not(None))
    return int((await tx.execute(ended)).scalar_one())


async def rewrite(engine: AsyncEngine) -> bool:
    """Write the index anew: a page keeps the bytes of a deleted row until others take its place, and whoever has the
    pepper could still try names on them. False where somebody else has the table in use for longer, as a backup does.
    """
    async with engine.begin() as tx:
        return bool((await tx.execute(select(func.rewrite_blind_index()))).scalar_one())
