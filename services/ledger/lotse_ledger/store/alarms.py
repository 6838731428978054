"""What a witness would not sign, kept for auditors; and which of our checkpoints a partner has not answered yet."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_ledger.store.tables import alarm, offer

ALARMS_SHOWN_MAX = 200
NOTE_CHARACTERS_MAX = 8_192
ALARMS_KEPT_MAX = 1_000
"""Of one log and one reporter: whoever holds a log's key could sign rubbish without end."""


@dataclass(frozen=True)
class Alarm:
    """A checkpoint that was not countersigned: by whom it came, why, and what had been seen before.

    `note` is the evidence: a log that signed two different histories is caught by its own signature.
    """

    origin: str
    reporter: str
    code: str
    size: int
    latest_size: int
    note: str


@dataclass(frozen=True)
class Raised:
    """An alarm and when it was raised."""

    alarm: Alarm
    raised_at: datetime


@dataclass(frozen=True)
class Offer:
    """What a partner was asked to countersign and has not answered."""

    size: int
    old_size: int
    attempts: int
    offered_at: datetime


async def raise_alarm(tx: AsyncConnection, one: Alarm, *, at: datetime, once: bool = False) -> bool:
    """Keep it; whether it is new. The same note again is not, nor one too many, nor with `once` another of its kind."""
    mine = select(func.count()).where(alarm.c.reporter == one.reporter, alarm.c.origin == one.origin)
    if (await tx.execute(mine)).scalar_one() >= ALARMS_KEPT_MAX:
        return False
    told = one.origin if once else f"{one.origin}\n{one.size}\n{one.latest_size}\n{one.note}"
    row = {**vars(one), "note": one.note[:NOTE_CHARACTERS_MAX], "raised_at": at}
    digest = hashlib.sha256(told.encode()).digest()
    kept = insert(alarm).values(**row, digest=digest).on_conflict_do_nothing().returning(alarm.c.id)
    return (await tx.execute(kept)).first() is not None


async def alarms(tx: AsyncConnection) -> list[Raised]:
    """Newest first."""
    rows = await tx.execute(select(alarm).order_by(alarm.c.id.desc()).limit(ALARMS_SHOWN_MAX))
    return [
        Raised(Alarm(row.origin, row.reporter, row.code, row.size, row.latest_size, row.note), row.raised_at)
        for row in rows
    ]


async def counts(tx: AsyncConnection) -> dict[str, int]:
    """How many there are of each code."""
    rows = await tx.execute(select(alarm.c.code, func.count().label("many")).group_by(alarm.c.code))
    return {row.code: row.many for row in rows}


async def offer_to(tx: AsyncConnection, partner: str) -> Offer | None:
    """What this partner has not answered, if anything."""
    row = (await tx.execute(select(offer).where(offer.c.partner == partner))).first()
    return None if row is None else Offer(row.size, row.old_size, row.attempts, row.offered_at)


async def put_offer(tx: AsyncConnection, partner: str, one: Offer) -> None:
    """The one offer that counts from now on."""
    row = insert(offer).values(partner=partner, **vars(one))
    await tx.execute(row.on_conflict_do_update(index_elements=["partner"], set_=vars(one)))


async def drop_offer(tx: AsyncConnection, partner: str) -> None:
    """It was answered."""
    await tx.execute(delete(offer).where(offer.c.partner == partner))
