"""All of the books for one check, read from one moment of the log, and what the checks before it found."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import and_, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_ledger.domain.checkpoints import Head
from lotse_ledger.domain.entries import MAIN_LOG, Recorded
from lotse_ledger.domain.invariants.books import Books, Moment, Sums, Verdict
from lotse_ledger.store import books
from lotse_ledger.store.reading import recorded_of
from lotse_ledger.store.sums import balances_at
from lotse_ledger.store.tables import checkpoint, entry, replay

ENTRIES_AT_ONCE = 5_000
MOMENTS_MAX = 8
"""Pasts for which the database's answer is compared with what the leaves add up to."""


@dataclass(frozen=True)
class Replay:
    """What a check found, when, and how many entries the log had."""

    run_at: datetime
    size: int
    verdicts: tuple[Verdict, ...]

    @property
    def broken(self) -> tuple[Verdict, ...]:
        """What must not be."""
        return tuple(one for one in self.verdicts if one.state == "broken")


async def books_of(tx: AsyncConnection, association: str, today: date) -> Books:
    """The log as it is now, to its end; what enters meanwhile is left for the next time."""
    size = await books.size(tx)
    entries: list[Recorded] = []
    leaves: list[str] = []
    for first in range(0, size, ENTRIES_AT_ONCE):
        its = and_(entry.c.log_id == MAIN_LOG, entry.c.log_index >= first, entry.c.log_index < size)
        query = select(entry).where(its).order_by(entry.c.log_index).limit(ENTRIES_AT_ONCE)
        for row in await tx.execute(query):
            entries.append(recorded_of(row))
            leaves.append(row.body)
    heads = await _heads(tx, size)
    return Books(
        association=association,
        today=today,
        entries=entries,
        leaves=leaves,
        sums=await _sums(tx, date.max, size),
        moments=[await _moment(tx, entries[at - 1].valid_on, at) for at in _spread(size)],
        heads=heads,
    )


async def keep(tx: AsyncConnection, one: Replay) -> None:
    """Add it to those before."""
    verdicts = [asdict(verdict) for verdict in one.verdicts]
    await tx.execute(insert(replay).values(run_at=one.run_at, size=one.size, verdicts=verdicts))


async def latest(tx: AsyncConnection) -> Replay | None:
    """The last one; None before the first."""
    row = (await tx.execute(select(replay).order_by(replay.c.run_at.desc()).limit(1))).first()
    if row is None:
        return None
    verdicts = tuple(Verdict(**{**one, "places": tuple(one["places"])}) for one in row.verdicts)
    return Replay(row.run_at, row.size, verdicts)


async def _heads(tx: AsyncConnection, size: int) -> list[Head]:
    query = select(checkpoint.c.size, checkpoint.c.root).where(
        checkpoint.c.log_id == MAIN_LOG, checkpoint.c.size <= size
    )
    return [Head("", row.size, row.root) for row in await tx.execute(query)]


async def _sums(tx: AsyncConnection, valid_to: date, size: int) -> Sums:
    found = await balances_at(tx, valid_to=valid_to, size=size)
    return {(one.account, one.currency, one.standing): one.amount for one in found}


async def _moment(tx: AsyncConnection, valid_to: date, size: int) -> Moment:
    return Moment(valid_to, size, await _sums(tx, valid_to, size))


def _spread(size: int) -> Sequence[int]:
    """Sizes of the log, from early to now."""
    step = -(-size // MOMENTS_MAX) or 1
    return range(step, size + 1, step)
