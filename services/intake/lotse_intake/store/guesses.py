"""How often a PIN was tried: counted before it is looked at, so that many tries at once are no way around."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, case, delete, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_intake.store.tables import pin_guess


async def count(tx: AsyncConnection, receipt: str, attempt_id: UUID, at: datetime) -> Row[Any] | None:
    """Count one try, once for each message, and return the failures so far; None while the lock holds."""
    first = insert(pin_guess).values(receipt_sha256=receipt, failures=1, attempt_id=attempt_id, locked_until=at)
    same = pin_guess.c.attempt_id == attempt_id
    again = first.on_conflict_do_update(
        index_elements=[pin_guess.c.receipt_sha256],
        set_={"failures": pin_guess.c.failures + case((same, 0), else_=1), "attempt_id": attempt_id},
        where=(pin_guess.c.locked_until <= at) | same,
    )
    row: Row[Any] | None = (await tx.execute(again.returning(pin_guess.c.failures))).one_or_none()
    return row


async def lock(tx: AsyncConnection, receipt: str, until: datetime) -> None:
    """Take no more tries until then."""
    await tx.execute(update(pin_guess).where(pin_guess.c.receipt_sha256 == receipt).values(locked_until=until))


async def forgive(tx: AsyncConnection, receipt: str) -> None:
    """The PIN was right: the failures are forgotten."""
    await tx.execute(delete(pin_guess).where(pin_guess.c.receipt_sha256 == receipt))


async def prune(tx: AsyncConnection, at: datetime) -> None:
    """Forget failures that are long over."""
    await tx.execute(delete(pin_guess).where(pin_guess.c.locked_until < at - timedelta(days=30)))
