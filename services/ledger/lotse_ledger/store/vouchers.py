"""Vouchers that may be one and the same: by the digest of the document, or by number and gross."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_ledger.domain.canonical import canonical
from lotse_ledger.domain.entries import MAIN_LOG, Recorded
from lotse_ledger.domain.scopes import Reach
from lotse_ledger.store.fingerprints import OURSELVES
from lotse_ledger.store.journal import Span, Wanted, page
from lotse_ledger.store.reading import read
from lotse_ledger.store.tables import entry, fingerprint, fingerprint_answer

VOUCHER = "voucher"
ALIKE_MAX = 100


async def voucher(tx: AsyncConnection, span: Span, reach: Reach, voucher_id: str) -> Recorded | None:
    """The entry of a voucher, if it was known then and may be seen."""
    query = select(entry.c.log_index).where(entry.c.log_id == MAIN_LOG, entry.c.key == f"voucher:{voucher_id}")
    index = (await tx.execute(query)).scalar_one_or_none()
    if index is None:
        return None
    found = await page(tx, span, Wanted(kind=VOUCHER), reach, first=index, limit=1)
    return found[0] if found and found[0].log_index == index else None


async def alike(tx: AsyncConnection, span: Span, one: Recorded, invoices: frozenset[int]) -> Sequence[Recorded]:
    """Other vouchers with the same document, with the same number and gross, or these; at most a hundred."""
    same = [entry.c.log_index.in_(invoices), _says("document_sha256", one.data.get("document_sha256"))]
    if one.data.get("number"):
        same.append(and_(_says("number", one.data["number"]), _says("gross", one.data.get("gross"))))
    known = entry.c.known_at <= span.recorded_to
    others = and_(entry.c.kind == VOUCHER, entry.c.log_index != one.log_index, known, or_(*same))
    return await read(tx, others, limit=ALIKE_MAX)


async def same_invoice(tx: AsyncConnection, log_index: int) -> frozenset[int]:
    """Our other vouchers with a fingerprint of this one: the same document, or supplier, number, date and gross."""
    other = fingerprint.alias("other")
    query = (
        select(other.c.log_index)
        .join(fingerprint, and_(fingerprint.c.partner == other.c.partner, _same(other)))
        .where(fingerprint.c.partner == OURSELVES, fingerprint.c.log_index == log_index, other.c.log_index != log_index)
    )
    return frozenset((await tx.execute(query)).scalars())


async def partners_with(tx: AsyncConnection, log_index: int) -> tuple[str, ...]:
    """The partners that say they booked the same document or invoice."""
    said = and_(
        fingerprint_answer.c.partner == fingerprint.c.partner,
        fingerprint_answer.c.fingerprint == fingerprint.c.fingerprint,
        fingerprint_answer.c.known,
    )
    query = select(fingerprint.c.partner).join(fingerprint_answer, said)
    query = query.where(fingerprint.c.log_id == MAIN_LOG, fingerprint.c.log_index == log_index)
    return tuple((await tx.execute(query.distinct().order_by(fingerprint.c.partner))).scalars())


def _same(other: FromClause) -> ColumnElement[bool]:
    return and_(fingerprint.c.log_id == other.c.log_id, fingerprint.c.fingerprint == other.c.fingerprint)


def _says(name: str, value: object) -> Any:
    """A leaf is canonical JSON, so a member is written in one way only."""
    return entry.c.body.contains(canonical({name: value}).decode()[1:-1], autoescape=True)
