"""Which invoices a partner could ask us about, what we asked, and what partners said.

Our own association stands in the table like a partner, under a key of its own: so an invoice booked here twice shows.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import and_, exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_ledger.domain.entries import MAIN_LOG
from lotse_ledger.store.tables import fingerprint, fingerprint_answer

OURSELVES = "-"
"""No association has this name."""


async def add(tx: AsyncConnection, partner: str, fingerprints: Iterable[str], log_index: int) -> None:
    """What a partner would ask for, were this voucher hers as well."""
    rows = [{"partner": partner, "fingerprint": one, "log_index": log_index} for one in fingerprints]
    if rows:
        await tx.execute(insert(fingerprint).on_conflict_do_nothing(), rows)


async def entries_with(tx: AsyncConnection, partner: str, fingerprints: Sequence[str]) -> list[int]:
    """Our vouchers that have one of these fingerprints, oldest first."""
    query = select(fingerprint.c.log_index).where(
        fingerprint.c.log_id == MAIN_LOG, fingerprint.c.partner == partner, fingerprint.c.fingerprint.in_(fingerprints)
    )
    return sorted(set((await tx.execute(query)).scalars()))


async def add_answer(tx: AsyncConnection, *, partner: str, asked: str, known: bool, at: datetime) -> None:
    """Keep what the partner said; both answers may come, in either order, and `known` outweighs."""
    row = insert(fingerprint_answer).values(partner=partner, fingerprint=asked, known=known, answered_at=at)
    await tx.execute(row.on_conflict_do_nothing())


async def unanswered(tx: AsyncConnection, partners: Sequence[str]) -> frozenset[int]:
    """The vouchers that a partner was asked about and has not answered for: they are provisional."""
    answered = exists().where(
        fingerprint_answer.c.partner == fingerprint.c.partner,
        fingerprint_answer.c.fingerprint == fingerprint.c.fingerprint,
    )
    query = select(fingerprint.c.log_index).where(fingerprint.c.partner.in_(partners), ~answered)
    return frozenset((await tx.execute(query)).scalars())


async def shared_vouchers(tx: AsyncConnection) -> list[tuple[str, int]]:
    """Partner and entry, where both booked the same invoice."""
    query = (
        select(fingerprint.c.partner, fingerprint.c.log_index)
        .join(
            fingerprint_answer,
            and_(
                fingerprint_answer.c.partner == fingerprint.c.partner,
                fingerprint_answer.c.fingerprint == fingerprint.c.fingerprint,
            ),
        )
        .where(fingerprint_answer.c.known)
        .order_by(fingerprint.c.log_index)
        .distinct()
    )
    return [(row.partner, row.log_index) for row in await tx.execute(query)]
