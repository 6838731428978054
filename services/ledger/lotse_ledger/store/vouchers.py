"""Vouchers that may be one and the same: by the digest of the document, or by number and gross."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_ledger.domain.canonical import canonical
from lotse_ledger.domain.entries import MAIN_LOG, Recorded
from lotse_ledger.domain.scopes import Reach
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


async def alike(tx: AsyncConnection, span: Span, one: Recorded) -> Sequence[Recorded]:
    """Other vouchers with the same document, or with the same number and gross; at most a hundred."""
    same = [_says("document_sha256", one.data.get("document_sha256"))]
    if one.data.get("number"):
        same.append(and_(_says("number", one.data["number"]), _says("gross", one.data.get("gross"))))
    known = entry.c.known_at <= span.recorded_to
    others = and_(entry.c.kind == VOUCHER, entry.c.log_index != one.log_index, known, or_(*same))
    return await read(tx, others, limit=ALIKE_MAX)


async def partners_with(tx: AsyncConnection, log_index: int, by: datetime) -> tuple[str, ...]:
    """The partners that had said by then that they booked a document with this digest."""
    said = and_(_answer_of(by), fingerprint_answer.c.known)
    query = select(fingerprint.c.partner).join(fingerprint_answer, said)
    query = query.where(_is_ours(), fingerprint.c.log_index == log_index).distinct().order_by(fingerprint.c.partner)
    return tuple((await tx.execute(query)).scalars())


async def unanswered(tx: AsyncConnection, by: datetime) -> frozenset[int]:
    """The vouchers that a partner was asked about and had not answered for by then."""
    query = select(fingerprint.c.log_index).outerjoin(fingerprint_answer, _answer_of(by))
    return frozenset((await tx.execute(query.where(_is_ours(), fingerprint_answer.c.known.is_(None)))).scalars())


def _is_ours() -> ColumnElement[bool]:
    return fingerprint.c.log_id == MAIN_LOG


def _answer_of(by: datetime) -> ColumnElement[bool]:
    return and_(
        fingerprint_answer.c.partner == fingerprint.c.partner,
        fingerprint_answer.c.fingerprint == fingerprint.c.fingerprint,
        fingerprint_answer.c.answered_at <= by,
    )


def _says(name: str, value: object) -> Any:
    """A leaf is canonical JSON, so a member is written in one way only."""
    return entry.c.body.contains(canonical({name: value}).decode()[1:-1], autoescape=True)
