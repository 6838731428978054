"""What a sample is drawn from: the vouchers among the first entries of the log, up to a signed checkpoint."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_ledger.domain.entries import MAIN_LOG, Recorded
from lotse_ledger.store.reading import read
from lotse_ledger.store.tables import checkpoint, entry


@dataclass(frozen=True)
class Signed:
    """A size of the log and the root over it that were signed."""

    size: int
    root: bytes


async def latest_signed(tx: AsyncConnection, size: int) -> Signed | None:
    """The largest signed checkpoint that is not beyond this size."""
    query = select(checkpoint.c.size, checkpoint.c.root).where(
        checkpoint.c.log_id == MAIN_LOG, checkpoint.c.size <= size
    )
    row = (await tx.execute(query.order_by(checkpoint.c.size.desc()).limit(1))).first()
    return None if row is None else Signed(int(row.size), bytes(row.root))


async def vouchers_below(tx: AsyncConnection, size: int) -> Sequence[Recorded]:
    """The vouchers and the reversals among the first entries."""
    return await read(tx, and_(entry.c.log_index < size, entry.c.kind.in_(("voucher", "reversal"))))
