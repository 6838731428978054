"""Entries as they are read back: what an entry says comes from its leaf, and from nowhere else."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_ledger.domain.entries import ACTOR, MAIN_LOG, Attachment, Posting, Recorded
from lotse_ledger.store.tables import entry


def recorded_of(row: Row[Any]) -> Recorded:
    """An entry from its row."""
    leaf: Mapping[str, Any] = json.loads(row.body)
    cause, actor = leaf.get("cause"), leaf.get("actor_commitment")
    return Recorded(
        log_index=row.log_index,
        key=row.key,
        kind=row.kind,
        standing=row.standing,
        valid_on=row.valid_on,
        recorded_at=row.recorded_at,
        known_at=row.known_at,
        reconstructed=row.reconstructed,
        grant_id=row.grant_id,
        budget_year=row.budget_year,
        reverses=row.reverses,
        data=leaf.get("data", {}),
        postings=postings_of(leaf),
        leaf_sha256=row.leaf_sha256,
        cause=None if cause is None else UUID(cause),
        commitments=leaf.get("commitments", {} if actor is None else {ACTOR: actor}),
        attachments=tuple(Attachment(**one) for one in leaf.get("attachments", ())),
    )


def postings_of(leaf: Mapping[str, Any]) -> tuple[Posting, ...]:
    """The postings as the leaf says them."""
    return tuple(Posting(one["account"], int(one["amount"]), one["currency"]) for one in leaf.get("postings", ()))


async def read(
    tx: AsyncConnection, wanted: ColumnElement[bool], *, log_id: int = MAIN_LOG, limit: int | None = None
) -> list[Recorded]:
    """The entries of a log that meet a condition, in its order."""
    query = select(entry).where(entry.c.log_id == log_id, wanted).order_by(entry.c.log_index).limit(limit)
    return [recorded_of(row) for row in await tx.execute(query)]


async def entry_at(tx: AsyncConnection, log_index: int, *, log_id: int = MAIN_LOG) -> Recorded | None:
    """One entry."""
    found = await read(tx, entry.c.log_index == log_index, log_id=log_id)
    return found[0] if found else None


async def reversal_at(tx: AsyncConnection, log_index: int, *, log_id: int = MAIN_LOG) -> int | None:
    """The entry that reverses this one."""
    query = select(entry.c.log_index).where(entry.c.log_id == log_id, entry.c.reverses == log_index)
    return (await tx.execute(query)).scalar_one_or_none()
