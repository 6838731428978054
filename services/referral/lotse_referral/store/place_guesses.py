"""How often a code was tried with a PIN, whether there is such a code or not, so that both look alike."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_referral.store.tables.groups import place_guess

FORGOTTEN_AFTER = timedelta(days=2)  # the longest lock is one day
FORGOTTEN_AT_ONCE = 100  # rows; each try takes away more than it adds


async def count(tx: AsyncConnection, code_sha256: str, at: datetime) -> int | None:
    """Count one try before it is looked at, and return how many failed so far; None while the lock holds."""
    old = select(place_guess.c.code_sha256).where(place_guess.c.locked_until < at - FORGOTTEN_AFTER)
    batch = old.limit(FORGOTTEN_AT_ONCE).with_for_update(skip_locked=True)
    await tx.execute(delete(place_guess).where(place_guess.c.code_sha256.in_(batch)))
    first = insert(place_guess).values(code_sha256=code_sha256, failures=1, locked_until=at)
    again = first.on_conflict_do_update(
        index_elements=[place_guess.c.code_sha256],
        set_={"failures": place_guess.c.failures + 1, "locked_until": at},
        where=place_guess.c.locked_until <= at,
    )
    row = (await tx.execute(again.returning(place_guess.c.failures))).one_or_none()
    return None if row is None else int(row.failures)


async def lock(tx: AsyncConnection, code_sha256: str, until: datetime) -> None:
    """Take no more tries until then."""
    await tx.execute(update(place_guess).where(place_guess.c.code_sha256 == code_sha256).values(locked_until=until))


async def forgive(tx: AsyncConnection, code_sha256: str) -> None:
    """The PIN was right: the failures are forgotten."""
    await tx.execute(delete(place_guess).where(place_guess.c.code_sha256 == code_sha256))
