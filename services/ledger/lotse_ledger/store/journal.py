"""Lists of the log: entries by filter, the statement of an account; as of two dates, as far as a token reaches."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_contracts.ledger import Standing
from lotse_ledger.domain.entries import MAIN_LOG, Recorded
from lotse_ledger.domain.scopes import Reach
from lotse_ledger.store.reading import read
from lotse_ledger.store.tables import entry, posting


@dataclass(frozen=True)
class Span:
    """Until when valid, if that is limited; from after which instant and until which known."""

    recorded_to: datetime
    valid_to: date | None = None
    recorded_from: datetime | None = None


@dataclass(frozen=True)
class Wanted:
    """Which entries; None chooses all."""

    kind: str | None = None
    grant_id: UUID | None = None
    account: str | None = None
    standing: Standing | None = None
    text: str | None = None


@dataclass(frozen=True)
class Movement:
    """A posting in the statement of an account; `balance` is that of its currency and standing after it."""

    log_index: int
    position: int
    valid_on: date
    known_at: datetime
    kind: str
    account: str
    currency: str
    standing: Standing
    amount: int
    balance: int


Place = tuple[date, int, int]
"""Where a statement goes on: valid day, log index, position of the posting."""


async def page(
    tx: AsyncConnection, span: Span, wanted: Wanted, reach: Reach, *, first: int, limit: int | None
) -> list[Recorded]:
    """The entries from a log index on: what enters later comes on later pages, never in between."""
    return await read(tx, and_(entry.c.log_index >= first, _known(span), _chosen(wanted), _seen(reach)), limit=limit)


async def at(tx: AsyncConnection, span: Span, reach: Reach, log_index: int) -> Recorded | None:
    """One entry, if it was known then and may be seen."""
    found = await page(tx, span, Wanted(), reach, first=log_index, limit=1)
    return found[0] if found and found[0].log_index == log_index else None


async def names_file(tx: AsyncConnection, span: Span, reach: Reach, sha256: str) -> bool:
    """Whether a voucher that may be seen stands on this file. A leaf is canonical JSON: a digest is quoted in it.

    What anybody else writes into an entry, such as an auditor into a finding, opens no file.
    """
    named = and_(entry.c.kind == "voucher", entry.c.body.contains(f'"{sha256}"'))
    return bool(await read(tx, and_(_known(span), _seen(reach), named), limit=1))


async def with_key(tx: AsyncConnection, key: str) -> Recorded:
    """The entry with this key, which there must be."""
    return (await read(tx, entry.c.key == key))[0]


async def reversals(tx: AsyncConnection, span: Span, indexes: Sequence[int]) -> dict[int, int]:
    """Which of these entries were reversed in this span, and by which entry."""
    query = select(entry.c.reverses, entry.c.log_index).where(_known(span), entry.c.reverses.in_(indexes))
    return {row.reverses: row.log_index for row in await tx.execute(query)}


async def statement(
    tx: AsyncConnection, span: Span, account: str, *, valid_from: date | None, after: Place | None, limit: int
) -> list[Movement]:
    """What moved an account and those below it, in the order of the valid days, with the balance after each."""
    rows = (
        select(
            posting.c.log_index,
            posting.c.position,
            posting.c.valid_on,
            entry.c.known_at,
            entry.c.kind,
            posting.c.account,
            posting.c.currency,
            posting.c.standing,
            posting.c.amount,
            func.sum(posting.c.amount)
            .over(
                partition_by=(posting.c.currency, posting.c.standing),
                order_by=(posting.c.valid_on, posting.c.log_index, posting.c.position),
            )
            .label("balance"),
        )
        .join(entry, and_(entry.c.log_id == posting.c.log_id, entry.c.log_index == posting.c.log_index))
        .where(_known(span), _below(account))
        .subquery()
    )
    place = tuple_(rows.c.valid_on, rows.c.log_index, rows.c.position)
    shown = and_(
        true() if valid_from is None else rows.c.valid_on >= valid_from,
        true() if after is None else place > tuple_(*after),
    )
    query: Any = select(rows).where(shown).order_by(rows.c.valid_on, rows.c.log_index, rows.c.position).limit(limit)
    return [
        Movement(
            row.log_index,
            row.position,
            row.valid_on,
            row.known_at,
            row.kind,
            row.account,
            row.currency,
            row.standing,
            int(row.amount),
            int(row.balance),
        )
        for row in await tx.execute(query)
    ]


def _known(span: Span) -> ColumnElement[bool]:
    return and_(
        entry.c.log_id == MAIN_LOG,
        entry.c.known_at <= span.recorded_to,
        true() if span.recorded_from is None else entry.c.known_at > span.recorded_from,
        true() if span.valid_to is None else entry.c.valid_on <= span.valid_to,
    )


def _chosen(wanted: Wanted) -> ColumnElement[bool]:
    chosen: list[ColumnElement[bool]] = [true()]
    if wanted.kind is not None:
        chosen.append(entry.c.kind == wanted.kind)
    if wanted.grant_id is not None:
        chosen.append(or_(entry.c.grant_id == wanted.grant_id, _names(wanted.grant_id)))
    if wanted.account is not None:
        chosen.append(_posts(_below(wanted.account)))
    if wanted.standing is not None:
        chosen.append(entry.c.standing == wanted.standing)
    if wanted.text is not None:
        chosen.append(entry.c.body.icontains(json.dumps(wanted.text, ensure_ascii=False)[1:-1], autoescape=True))
    return and_(*chosen)


def _seen(reach: Reach) -> ColumnElement[bool]:
    """As `Reach.shows` has it."""
    if reach.grants is None:
        return true()
    public = and_(entry.c.grant_id.is_(None), entry.c.standing == "public")
    named = [_names(one) for one in sorted(reach.grants)]
    return or_(false(), entry.c.grant_id.in_(sorted(reach.grants)), public, *named)


def _names(grant_id: UUID) -> ColumnElement[bool]:
    """A leaf is canonical JSON without a space, so a share over this grant is written in one way only."""
    shared = entry.c.body.contains(f'"grant_id":"{grant_id}"')
    return or_(shared, _posts(posting.c.account.contains(str(grant_id))))


def _posts(account: ColumnElement[bool]) -> ColumnElement[bool]:
    its = and_(posting.c.log_id == entry.c.log_id, posting.c.log_index == entry.c.log_index, account)
    return select(posting.c.position).where(its).exists()


def _below(account: str) -> ColumnElement[bool]:
    return or_(posting.c.account == account, posting.c.account.startswith(f"{account}:", autoescape=True))
