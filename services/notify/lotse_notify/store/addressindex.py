"""The blind index: keyed digests by which the persons of an address are found, though nobody can read it.

It is a projection of the encrypted points: unlogged, so that no write-ahead log and no backup keeps what an erasure
took, and made again whenever a crash or a new pepper has emptied it. It is not unique: two people may share one phone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, insert, select, tuple_
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from lotse_contracts.values import NoticeChannel
from lotse_notify.store.tables import person
from lotse_notify.store.tables.contacts import address_index, address_index_mark, contact_point, number_stop

TURN_LOCK = 0x61646472  # "addr": of several processes one makes the index
PERSONS_AT_ONCE = 500  # of one address: whoever floods a number with enquiries makes more than that of it
NUMBER_STOP_KEPT = timedelta(days=30)  # a contact said before the stop can come no later, as orders live 30 days


@dataclass(frozen=True)
class StoredPoint:
    """A point and its encrypted address."""

    person_id: UUID
    point_id: UUID
    channel: NoticeChannel
    address: bytes = field(repr=False)


async def take_turn(tx: AsyncConnection) -> bool:
    """Whether this transaction, and no other, makes the index now."""
    return bool((await tx.execute(select(func.pg_try_advisory_xact_lock(TURN_LOCK)))).scalar_one())


async def add(tx: AsyncConnection, digests: Sequence[tuple[UUID, UUID, bytes]]) -> None:
    """Person, point and digest each; what a newer contact has written meanwhile stays."""
    rows = [{"person_id": person_id, "point_id": point, "digest": digest} for person_id, point, digest in digests]
    if rows:
        await tx.execute(upsert(address_index).on_conflict_do_nothing(), rows)


async def is_whole(tx: AsyncConnection, scheme: str) -> bool:
    """Whether everybody can be found by it: made with this pepper and these rules, and not lost in a crash."""
    return (await tx.execute(select(address_index_mark.c.scheme))).scalar_one_or_none() == scheme


async def keep_known(tx: AsyncConnection, person_id: UUID) -> None:
    """Forget the digests of points that she has no more."""
    hers = select(contact_point.c.point_id).where(contact_point.c.person_id == person_id)
    gone = delete(address_index).where(address_index.c.person_id == person_id, address_index.c.point_id.not_in(hers))
    await tx.execute(gone)


async def persons_of(tx: AsyncConnection, digest: bytes) -> list[UUID]:
    """Everybody who has this address, by id; her STOP must not miss her among those that somebody made of it."""
    query = select(address_index.c.person_id).where(address_index.c.digest == digest).distinct()
    page = query.order_by(address_index.c.person_id).limit(PERSONS_AT_ONCE)
    found = some = list((await tx.execute(page)).scalars())
    while len(some) == PERSONS_AT_ONCE:
        some = list((await tx.execute(page.where(address_index.c.person_id > some[-1]))).scalars())
        found = [*found, *some]
    return found


async def begin_again(tx: AsyncConnection) -> None:
    """Empty it; until `finish` nobody relies on it."""
    await tx.execute(delete(address_index_mark))
    await tx.execute(delete(address_index))


async def finish(tx: AsyncConnection, scheme: str) -> None:
    """From now on it is whole."""
    await tx.execute(delete(address_index_mark))
    await tx.execute(insert(address_index_mark).values(scheme=scheme))


async def points_after(tx: AsyncConnection, last: StoredPoint | None, *, rows_max: int) -> list[StoredPoint]:
    """The next points by person and id; None: from the beginning."""
    keys = contact_point.c.person_id, contact_point.c.point_id
    query = select(*keys, contact_point.c.channel, contact_point.c.address).where(contact_point.c.address.is_not(None))
    if last is not None:
        query = query.where(tuple_(*keys) > tuple_(last.person_id, last.point_id))
    rows = await tx.execute(query.order_by(*keys).limit(rows_max))
    return [StoredPoint(row.person_id, row.point_id, row.channel, row.address) for row in rows]


async def note_number_stop(tx: AsyncConnection, digest: bytes, at: datetime) -> None:
    """Somebody said STOP from a number: a contact with it may still be on its way, or an enquiry may name it again."""
    row = upsert(number_stop).values(digest=digest, stopped_at=at)
    await tx.execute(row.on_conflict_do_update(index_elements=[number_stop.c.digest], set_={"stopped_at": at}))


async def number_stop_of(tx: AsyncConnection, digests: Sequence[bytes]) -> dict[bytes, datetime]:
    """When somebody said STOP from these addresses."""
    rows = await tx.execute(select(number_stop).where(number_stop.c.digest.in_(digests)))
    return {row.digest: row.stopped_at for row in rows}


async def forget_number_stop(tx: AsyncConnection, digest: bytes) -> None:
    """Somebody said START."""
    await tx.execute(delete(number_stop).where(number_stop.c.digest == digest))


async def prune(tx: AsyncConnection, now: datetime) -> int:
    """Forget stops of numbers; returns how many. Of persons who are known, the stop itself stays with them."""
    return (await tx.execute(delete(number_stop).where(number_stop.c.stopped_at < now - NUMBER_STOP_KEPT))).rowcount


async def erased_count(tx: AsyncConnection) -> int:
    """How many persons were erased for good; it only rises."""
    query = select(func.count()).select_from(person).where(person.c.erased_at.is_not(None))
    return int((await tx.execute(query)).scalar_one())


async def rewrite(engine: AsyncEngine) -> bool:
    """Write index and stops of strangers anew: a page keeps the bytes of a deleted row until others take its place, and
    whoever has the pepper could still try numbers on them. False where somebody has them in use, as a backup has.
    """
    async with engine.begin() as tx:
        return bool((await tx.execute(select(func.rewrite_address_index()))).scalar_one())
