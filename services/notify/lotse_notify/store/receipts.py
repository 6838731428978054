"""Receipts: stored before anybody looks at them, applied later, forgotten after a week if nobody knows the attempt."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Row, and_, bindparam, delete, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_notify.domain.hooks import BOUNCE, Received
from lotse_notify.domain.receipts import Word
from lotse_notify.store.tables import attempt
from lotse_notify.store.tables.receipts import receipt

PARKED_DAYS = 7
"""How long a receipt waits for an attempt that nobody knows yet; the event id of an inbound message is kept as long.
Source: specification of notify, 4.3 (rule 4) and 5.2."""
FIRST_LOOK_SECONDS = 0.5
LOOK_SECONDS_MAX = 300.0
BOUNCES_MAX = 20
"""Of one try that say different things: delayed some times, then arrived or failed. Its address is in the mail that she
got, so that others may write there too."""


_NOW = bindparam("now", type_=DateTime(timezone=True))
_KEEP = text(
    "INSERT INTO receipt (provider, event, kind, reference, provider_id, says, code, no_way, part, parts,"
    " provider_time, received_at, state, look_at, looks)"
    " SELECT provider, event, 'delivery', reference, provider_id, says, code, no_way, part, parts, provider_time, :now,"
    " 'parked', :now, 0 FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS given (provider text, event text,"
    " reference uuid, provider_id text, says text, code text, no_way boolean, part integer, parts integer,"
    " provider_time text) ORDER BY provider, event ON CONFLICT DO NOTHING RETURNING receipt_id"
).bindparams(_NOW)
DUE = text(
    "WITH chosen AS (SELECT * FROM receipt WHERE state = 'parked' AND look_at <= :now"
    " ORDER BY look_at, receipt_id LIMIT :rows_max FOR UPDATE SKIP LOCKED)"
    " SELECT chosen.receipt_id, chosen.says, chosen.code, chosen.no_way, chosen.part, chosen.parts,"
    " chosen.provider_id, about.attempt_id FROM chosen LEFT JOIN LATERAL ("
    " SELECT attempt_id FROM send_attempt WHERE attempt_id = chosen.reference"
    " AND (provider = chosen.provider OR chosen.provider = 'bounce' AND channel = 'email')"
    " UNION ALL SELECT attempt_id FROM send_attempt WHERE chosen.reference IS NULL"
    " AND provider = chosen.provider AND provider_id = chosen.provider_id LIMIT 1) AS about ON true"
).bindparams(_NOW)
"""By our reference, else by the provider's own id; a provider speaks of its own attempts only, a bounce of mails."""
_LOOK_AGAIN = text(
    "UPDATE receipt SET looks = looks + 1,"
    " look_at = :now + make_interval(secs => least(:longest, :first * power(2, least(looks, 20))))"
    " WHERE receipt_id = ANY(CAST(:receipt_ids AS bigint[]))"
).bindparams(_NOW)


@dataclass(frozen=True)
class Heard:
    """One receipt: what it says, and of which attempt, if that is known by now. `fresh`: it waits to be applied."""

    receipt_id: int
    attempt_id: UUID | None
    word: Word
    code: str
    no_way: bool
    provider_id: str | None
    fresh: bool


async def keep(tx: AsyncConnection, received: Sequence[Received], now: datetime) -> int:
    """Store what came in; how many of them are new. The same receipt again changes nothing."""
    if not received:
        return 0
    rows = json.dumps([_row(one) for one in received])
    return len((await tx.execute(_KEEP, {"rows": rows, "now": now})).all())


async def knows(tx: AsyncConnection, reference: UUID) -> bool:
    """Whether this is a try of ours, of somebody who was not erased: it was written before its first byte left.

    Not any more once so many bounces have spoken of it that somebody makes them up.
    """
    said = select(func.count()).where(receipt.c.reference == reference, receipt.c.provider == BOUNCE)
    query = select(attempt.c.attempt_id).where(attempt.c.attempt_id == reference)
    return await tx.scalar(query.where(said.scalar_subquery() < BOUNCES_MAX)) is not None


async def claim_inbound(tx: AsyncConnection, provider: str, event: str, now: datetime) -> bool:
    """Whether this message of a person comes for the first time; nothing of it is kept but its id at the provider."""
    row = {
        "provider": provider,
        "event": event,
        "kind": "inbound",
        "code": "inbound",
        "no_way": False,
        "parts": 1,
        "provider_time": "",
        "received_at": now,
        "state": "noted",
        "look_at": now,
        "looks": 0,
        "applied_at": now,
    }
    added = insert(receipt).values(row).on_conflict_do_nothing().returning(receipt.c.receipt_id)
    return (await tx.execute(added)).first() is not None


async def due(tx: AsyncConnection, now: datetime, *, rows_max: int) -> list[Heard]:
    """Receipts to look at, oldest look first. Those that another transaction holds are left."""
    return [heard_of(row, fresh=True) for row in await tx.execute(DUE, {"now": now, "rows_max": rows_max})]


def heard_of(row: Row[Any], *, fresh: bool) -> Heard:
    """The receipt of a row that has its words and its attempt."""
    word = Word(row.says, row.part, row.parts)
    return Heard(row.receipt_id, row.attempt_id, word, row.code, row.no_way, row.provider_id, fresh)


async def look_again(tx: AsyncConnection, receipt_ids: Collection[int], now: datetime) -> None:
    """Nobody can say yet what they make of their attempt; the pause until the next look doubles up to a bound."""
    if receipt_ids:
        pause = {"first": FIRST_LOOK_SECONDS, "longest": LOOK_SECONDS_MAX}
        await tx.execute(_LOOK_AGAIN, {"receipt_ids": list(receipt_ids), "now": now} | pause)


async def wake(tx: AsyncConnection, attempt_id: UUID, now: datetime) -> None:
    """What waited for this attempt to end is looked at now, however long its pause has grown."""
    waiting = update(receipt).where(receipt.c.reference == attempt_id, receipt.c.state == "parked")
    await tx.execute(waiting.values(look_at=now))


async def forget(tx: AsyncConnection, now: datetime, *, rows_max: int) -> int:
    """Parked receipts of attempts that nobody ever knew, and event ids of inbound messages; returns how many."""
    old = select(receipt.c.receipt_id).where(receipt.c.received_at < now - timedelta(days=PARKED_DAYS))
    unknown = old.where(receipt.c.attempt_id.is_(None)).limit(rows_max).with_for_update(skip_locked=True)
    gone = await tx.execute(delete(receipt).where(receipt.c.receipt_id.in_(unknown)).returning(receipt.c.receipt_id))
    return len(gone.all())


async def erase(tx: AsyncConnection, person_id: UUID) -> int:
    """Everything that was said of her attempts, also what waits for one of them. Her attempts must still be there."""
    hers = select(attempt.c.attempt_id).where(attempt.c.person_id == person_id)
    named = select(attempt.c.provider, attempt.c.provider_id).where(attempt.c.person_id == person_id)
    by_name = func.row(receipt.c.provider, receipt.c.provider_id).in_(named.where(attempt.c.provider_id.is_not(None)))
    about = or_(
        receipt.c.person_id == person_id,
        receipt.c.reference.in_(hers),
        and_(receipt.c.reference.is_(None), by_name),
    )
    return len((await tx.execute(delete(receipt).where(about).returning(receipt.c.receipt_id))).all())


async def parked_count(tx: AsyncConnection) -> int:
    """How many wait for an attempt that nobody knows yet."""
    query = select(func.count()).select_from(receipt).where(receipt.c.state == "parked")
    return await tx.scalar(query) or 0


def _row(one: Received) -> dict[str, Any]:
    return {
        "provider": one.provider,
        "event": one.event,
        "reference": None if one.reference is None else str(one.reference),
        "provider_id": one.provider_id,
        "says": one.says,
        "code": one.code,
        "no_way": one.no_way,
        "part": one.part,
        "parts": one.parts,
        "provider_time": one.provider_time,
    }
