"""The one writer: whatever enters the log enters here, one transaction at a time."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Dialect, Row, Table, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_ledger.domain.entries import (
    SALT_BYTES,
    Draft,
    Entry,
    Opening,
    Place,
    Posting,
    Recorded,
    entered,
    next_instant,
    opening_of,
)
from lotse_ledger.store.tables import entry, opening, posting

_OPEN = text("SELECT next_index, last_recorded_at, known_index, known_request FROM open_log(:wanted)")
_POSTGRESQL: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]


def _from_arrays(table: Table) -> str:
    """`INSERT INTO table (…) SELECT …` of one array a column."""
    names = ", ".join(table.columns.keys())
    arrays = ", ".join(
        f"CAST(:{table.name}_{column.name} AS {column.type.compile(dialect=_POSTGRESQL)}[])" for column in table.columns
    )
    return f"INSERT INTO {table.name} ({names}) SELECT * FROM unnest({arrays})"  # noqa: S608 - names of our own


# All of an entry in one statement: each round trip is time that no other writer has.
_WRITE = text(f"WITH entered AS ({_from_arrays(entry)}), posted AS ({_from_arrays(posting)}) {_from_arrays(opening)}")


class BodyDiffers(Exception):
    """This key stands in the log with another body."""


@dataclass(frozen=True)
class Appended:
    """Where it stands now, and whether it stood there before."""

    log_index: int
    recorded_at: datetime
    repeated: bool


async def append(tx: AsyncConnection, draft: Draft, *, origin: str, now: datetime) -> Appended:
    """Enter it as the next entry; the same key with the same body changes nothing.

    Holds the log until the transaction ends. Raises BodyDiffers, and what `entered` raises.
    """
    opened = (await tx.execute(_OPEN, {"wanted": draft.key})).one()
    if opened.known_index is not None:
        if opened.known_request != draft.request_sha256:
            raise BodyDiffers(draft.kind)
        return Appended(opened.known_index, await _recorded_at(tx, opened.known_index), repeated=True)
    place = Place(origin, opened.next_index, next_instant(now, opened.last_recorded_at))
    secret = opening_of(draft, secrets.token_bytes(SALT_BYTES))
    await write(tx, [(entered(draft, place, secret), secret)])
    return Appended(place.log_index, place.recorded_at, repeated=False)


async def append_all(tx: AsyncConnection, drafts: Sequence[Draft], *, origin: str, now: datetime) -> int:
    """Enter many that nobody entered before, in two statements; returns the size of the log."""
    opened = (await tx.execute(_OPEN, {"wanted": ""})).one()
    index, last = opened.next_index, opened.last_recorded_at
    rows: list[tuple[Entry, Opening | None]] = []
    for draft in drafts:
        last = next_instant(now, last)
        secret = opening_of(draft, secrets.token_bytes(SALT_BYTES))
        rows.append((entered(draft, Place(origin, index, last), secret), secret))
        index += 1
    await write(tx, rows)
    return int(index)


async def hold(tx: AsyncConnection) -> None:
    """Keep every other writer out until the transaction ends."""
    await tx.execute(_OPEN, {"wanted": ""})


async def write(tx: AsyncConnection, rows: Sequence[tuple[Entry, Opening | None]]) -> None:
    """Insert entries with their postings; whether they follow and balance is the database's to say."""
    entries = [_row(one) for one, _ in rows]
    postings = [row for one, _ in rows for row in _posting_rows(one)]
    openings = [
        {"log_index": one.log_index, "salt": secret.salt, "content": secret.content} for one, secret in rows if secret
    ]
    columns: dict[str, list[Any]] = {}
    for table, given in ((entry, entries), (posting, postings), (opening, openings)):
        columns |= {f"{table.name}_{column.name}": [row[column.name] for row in given] for column in table.columns}
    await tx.execute(_WRITE, columns)


async def has_key(tx: AsyncConnection, key: str) -> str | None:
    """The digest of the request that this key stands in the log with."""
    found = (await tx.execute(select(entry.c.request_sha256).where(entry.c.key == key))).scalar_one_or_none()
    return None if found is None else str(found)


def recorded_of(row: Row[Any]) -> Recorded:
    """An entry from its row; what it says comes from the leaf itself."""
    leaf: Mapping[str, Any] = json.loads(row.body)
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
        data=leaf["data"],
        postings=tuple(Posting(one["account"], int(one["amount"]), one["currency"]) for one in leaf["postings"]),
        leaf_sha256=row.leaf_sha256,
    )


async def _recorded_at(tx: AsyncConnection, log_index: int) -> datetime:
    found = await tx.execute(select(entry.c.recorded_at).where(entry.c.log_index == log_index))
    return found.scalar_one()  # type: ignore[no-any-return]


def _row(one: Entry) -> dict[str, Any]:
    draft = one.draft
    return {
        "log_index": one.log_index,
        "key": draft.key,
        "kind": draft.kind,
        "standing": draft.standing,
        "valid_on": draft.valid_on,
        "recorded_at": one.recorded_at,
        "known_at": one.known_at,
        "reconstructed": draft.reconstructed,
        "grant_id": draft.grant_id,
        "budget_year": draft.budget_year,
        "reverses": draft.reverses,
        "posting_count": len(draft.postings),
        "request_sha256": draft.request_sha256,
        "body": one.body,
        "leaf_sha256": one.leaf_sha256,
    }


def _posting_rows(one: Entry) -> list[dict[str, Any]]:
    postings = one.draft.postings
    return [
        {
            "log_index": one.log_index,
            "position": position,
            "posting_count": len(postings),
            "account": row.account,
            "amount": row.amount,
            "currency": row.currency,
        }
        for position, row in enumerate(postings)
    ]
