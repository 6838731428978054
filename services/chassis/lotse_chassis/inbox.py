"""A message takes effect once, however often it arrives."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.database import attempt, inbox, refusal

KEPT_DAYS = 45  # longer than any stream keeps a message, so that no replay finds its claim gone
PRUNED_ROWS_MAX = 5_000

Claim = tuple[str, UUID]
"""Name without version, and envelope id."""

_CLAIM_MANY = text(
    "INSERT INTO inbox (name, message_id, at)"
    " SELECT name, id, :at FROM unnest(CAST(:names AS text[]), CAST(:ids AS uuid[])) AS given (name, id)"
    " ON CONFLICT DO NOTHING RETURNING name, message_id"
)


async def claim(tx: AsyncConnection, claims: Iterable[Claim], now: datetime) -> set[Claim]:
    """Claim messages for this transaction; returns those that nobody committed before.

    Sorted, so that two processes with overlapping batches wait for each other instead of deadlocking.
    """
    wanted = sorted(set(claims))
    rows = await tx.execute(
        _CLAIM_MANY, {"at": now, "names": [name for name, _ in wanted], "ids": [str(one) for _, one in wanted]}
    )
    return {(row.name, row.message_id) for row in rows}


async def is_claimed(tx: AsyncConnection, name: str, message_id: UUID) -> bool:
    """Whether this message has taken effect, or was refused for good."""
    found = select(inbox.c.at).where(inbox.c.name == name, inbox.c.message_id == message_id)
    return (await tx.execute(found)).first() is not None


async def count_attempt(
    tx: AsyncConnection, name: str, message_id: UUID, now: datetime, *, spared: bool = False
) -> int:
    """Count one more attempt and return how many there were; committed before the handler runs.

    The broker's own count rises for a whole batch, also for the innocents beside a message that kills the process.
    `spared`: the last attempt met no database, which is not the message's fault; this one takes its place.
    """
    first = insert(attempt).values(name=name, message_id=message_id, count=1, at=now)
    counted = attempt.c.count + (0 if spared else 1)
    again = first.on_conflict_do_update(
        index_elements=[attempt.c.name, attempt.c.message_id], set_={"count": counted, "at": now}
    )
    return int((await tx.execute(again.returning(attempt.c.count))).scalar_one())


async def remember_refusal(
    tx: AsyncConnection, claimed: Claim, code: str, fields: Sequence[str], now: datetime
) -> None:
    """Keep why a message was refused, so that its repetition gets the same answer."""
    name, message_id = claimed
    row = insert(refusal).values(name=name, message_id=message_id, code=code, fields=list(fields), at=now)
    await tx.execute(row.on_conflict_do_nothing())


async def refusal_of(tx: AsyncConnection, name: str, message_id: UUID) -> tuple[str, tuple[str, ...]] | None:
    """Code and fields of an earlier refusal; None if the message took effect."""
    found = select(refusal.c.code, refusal.c.fields).where(refusal.c.name == name, refusal.c.message_id == message_id)
    row = (await tx.execute(found)).first()
    return None if row is None else (row.code, tuple(row.fields))


async def prune(tx: AsyncConnection, now: datetime) -> int:
    """Forget what no stream can repeat any more; returns how many rows went."""
    before, gone = now - timedelta(days=KEPT_DAYS), 0
    for table in (inbox, attempt, refusal):
        old = select(table.c.name, table.c.message_id).where(table.c.at < before).limit(PRUNED_ROWS_MAX).subquery()
        match = (table.c.name == old.c.name) & (table.c.message_id == old.c.message_id)
        gone += (await tx.execute(delete(table).where(match))).rowcount
    return gone
