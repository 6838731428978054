"""What she was asked, and what she said."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_contracts.values import CheckbackAnswerName, CheckbackSeries, CheckbackThrough, CheckbackWord
from lotse_referral.domain.checkbacks import Checkback
from lotse_referral.store.tables.ownpage import checkback, contact_safety

_FIELDS = tuple(field.name for field in fields(Checkback))
_COLUMNS = tuple(checkback.c[name] for name in _FIELDS)


async def add(tx: AsyncConnection, asked: Checkback) -> None:
    """She is asked; the same round again changes nothing."""
    await tx.execute(insert(checkback).values(asdict(asked)).on_conflict_do_nothing())


async def of_referral(tx: AsyncConnection, referral_id: UUID) -> tuple[Checkback, ...]:
    """Oldest first."""
    query = select(*_COLUMNS).where(checkback.c.referral_id == referral_id)
    rows = await tx.execute(query.order_by(checkback.c.asked_at, checkback.c.series, checkback.c.round))
    return tuple(Checkback(**row) for row in rows.mappings())


async def of_referrals(tx: AsyncConnection, referral_ids: Sequence[UUID]) -> dict[UUID, tuple[Checkback, ...]]:
    """The same of several, by referral."""
    found: dict[UUID, tuple[Checkback, ...]] = {}
    query = select(*_COLUMNS).where(checkback.c.referral_id.in_(list(referral_ids)))
    for row in (await tx.execute(query.order_by(checkback.c.asked_at))).mappings():
        one = Checkback(**row)
        found[one.referral_id] = (*found.get(one.referral_id, ()), one)
    return found


async def next_round(tx: AsyncConnection, referral_id: UUID, series: CheckbackSeries) -> int:
    """One more than the last."""
    mine = (checkback.c.referral_id == referral_id) & (checkback.c.series == series)
    last = (await tx.execute(select(func.max(checkback.c.round)).where(mine))).scalar_one()
    return 1 if last is None else int(last) + 1


async def note_answer(
    tx: AsyncConnection,
    asked: Checkback,
    answer: CheckbackAnswerName,
    now: datetime,
    *,
    said_by: CheckbackWord,
    through: CheckbackThrough,
) -> Checkback:
    """What she said, with who said it and how it reached us."""
    said = replace(asked, answer=answer, said_by=said_by, through=through, answered_at=now)
    row = insert(checkback).values(asdict(said))
    await tx.execute(row.on_conflict_do_update(index_elements=["referral_id", "series", "round"], set_=asdict(said)))
    return said


async def hand_to_desk(tx: AsyncConnection, person_id: UUID) -> tuple[Checkback, ...]:
    """What no message tells her is the desk's to ask; returns what was still open and on its way to her."""
    waiting = (checkback.c.person_id == person_id) & (checkback.c.way == "message") & checkback.c.answer.is_(None)
    rows = await tx.execute(update(checkback).where(waiting).values(way="desk").returning(*_COLUMNS))
    return tuple(Checkback(**row) for row in rows.mappings())


async def to_ask(tx: AsyncConnection, referral_ids: Iterable[UUID]) -> frozenset[UUID]:
    """For the desk's list: whose newest question waits until she comes."""
    newest = select(checkback.c.referral_id, checkback.c.way, checkback.c.answer).where(
        checkback.c.referral_id.in_(list(referral_ids))
    )
    newest = newest.distinct(checkback.c.referral_id).order_by(
        checkback.c.referral_id, checkback.c.asked_at.desc(), checkback.c.round.desc()
    )
    rows = (await tx.execute(newest)).all()
    return frozenset(row.referral_id for row in rows if row.way == "desk" and row.answer is None)


async def note_safety(tx: AsyncConnection, person_id: UUID, version: int, *, safe: bool) -> None:
    """Whether messages to her contact are safe for her, as intake last said it; facts come in any order."""
    row = insert(contact_safety).values(person_id=person_id, version=version, safe=safe)
    newer = row.on_conflict_do_update(
        index_elements=["person_id"], set_={"version": version, "safe": safe}, where=contact_safety.c.version < version
    )
    await tx.execute(newer)


async def is_safe(tx: AsyncConnection, person_id: UUID) -> bool:
    """Whether intake never said otherwise."""
    query = select(contact_safety.c.safe).where(contact_safety.c.person_id == person_id)
    safe = (await tx.execute(query)).scalar_one_or_none()
    return safe is not False
